package mongostore

import (
	"testing"

	"membergate/internal/backup"
	"membergate/internal/storetest"
)

func TestABackupIsTheSameDatabaseAgain(t *testing.T) {
	s := alone(t)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	storetest.Backup(t, erasing(t, s), s.Backup(), func(t *testing.T) storetest.Refill {
		into := alone(t)
		return storetest.Refill{Target: func() backup.Target { return into.Backup() }, Filled: func() backup.Source { return into.Backup() }}
	})
}

func TestADatabaseIsNotWholeWhileABackupIsPutIntoIt(t *testing.T) {
	s := alone(t)
	b := s.Backup()
	for range 2 {
		if err := b.Begin(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
	}
	if of, err := s.Restoring(t.Context()); of != "one" || err != nil {
		t.Errorf("restoring %q, %v", of, err)
	}
	if err := b.Begin(t.Context(), "two"); err == nil {
		t.Error("two backups are put into it")
	}
	for range 2 {
		if err := b.End(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if of, err := s.Restoring(t.Context()); of != "" || err != nil {
		t.Errorf("at the end restoring %q, %v", of, err)
	}
}
