package boltstore

// Hasty does work whose writes reach the disk together at its end instead of one by one: for filling an empty store,
// which is many small writes. A process that is killed loses nothing by it, a machine that loses power may be left with
// a file that cannot be opened; so nothing may be in the store that cannot be made again, and nobody else may use it
// meanwhile.
func (s *Store) Hasty(work func() error) error {
	s.db.NoSync = true
	err := work()
	s.db.NoSync = false
	if synced := s.db.Sync(); err == nil {
		err = translate(synced)
	}
	return err
}
