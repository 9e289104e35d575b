package boltstore

import (
	"context"
	"encoding/binary"

	"membergate/internal/redemption"
	"membergate/internal/wallet"
)

// Redemptions:
//
//	redemptions   redemption id → redemption.Redemption
//	walletRedeems wallet id, 0, redemption id → nothing
//	redeemTimes   wallet id, 0, time of creation in 8 bytes, redemption id → nothing
//	redeemCodes   code → redemption id
//	openRedeems   redemption id → nothing, while it is unfinished
//	stockMoves    reward id, 0, op → what was moved, 8 bytes
//	stockTaken    reward id → how much is taken, 8 bytes
var (
	redemptions   = newBucket("redemptions")
	walletRedeems = newBucket("walletRedeems")
	redeemTimes   = newBucket("redeemTimes")
	redeemCodes   = newBucket("redeemCodes")
	openRedeems   = newBucket("openRedeems")
	stockMoves    = newBucket("stockMoves")
	stockTaken    = newBucket("stockTaken")
)

// Redemptions is a redemption.Store.
type Redemptions struct{ s *Store }

// Redemptions gives the store of redemptions.
func (s *Store) Redemptions() *Redemptions { return &Redemptions{s} }

func putRedemption(t *tx, r redemption.Redemption) error {
	key := []byte(r.ID)
	if err := t.put(redemptions, key, r); err != nil {
		return err
	}
	if err := t.mark(openRedeems, key, r.Unfinished); err != nil {
		return err
	}
	if r.Code != "" {
		if err := t.set(redeemCodes, []byte(r.Code), key); err != nil {
			return err
		}
	}
	if err := t.mark(redeemTimes, path(string(r.Wallet), moment(r.CreatedAt), key), true); err != nil {
		return err
	}
	return t.mark(walletRedeems, path(string(r.Wallet), key), true)
}

// Create implements redemption.Store.
func (rs *Redemptions) Create(ctx context.Context, r redemption.Redemption) error {
	return rs.s.write(ctx, func(t *tx) error {
		if t.has(redemptions, []byte(r.ID)) {
			return redemption.ErrExists
		}
		r.Version = 1
		return putRedemption(t, r)
	})
}

// ByID implements redemption.Store.
func (rs *Redemptions) ByID(ctx context.Context, id string) (r redemption.Redemption, ok bool, err error) {
	err = rs.s.read(ctx, func(t *tx) (err error) {
		r, ok, err = get[redemption.Redemption](t, redemptions, []byte(id))
		return err
	})
	return r, ok, err
}

// Save implements redemption.Store.
func (rs *Redemptions) Save(ctx context.Context, r redemption.Redemption) error {
	version := r.Version
	return rs.s.write(ctx, func(t *tx) error {
		old, ok, err := get[redemption.Redemption](t, redemptions, []byte(r.ID))
		if err != nil {
			return err
		}
		if !ok || old.Version != version {
			return redemption.ErrStale
		}
		r.Version = version + 1
		return putRedemption(t, r)
	})
}

// ByCode implements redemption.Store.
func (rs *Redemptions) ByCode(ctx context.Context, code string) (r redemption.Redemption, ok bool, err error) {
	err = rs.s.read(ctx, func(t *tx) (err error) {
		ok = false
		if id := t.raw(redeemCodes, []byte(code)); code != "" && id != nil {
			r, ok, err = get[redemption.Redemption](t, redemptions, id)
		}
		return err
	})
	return r, ok, err
}

// ByIDs implements redemption.Store.
func (rs *Redemptions) ByIDs(ctx context.Context, ids []string) (map[string]redemption.Redemption, error) {
	out := make(map[string]redemption.Redemption, len(ids))
	err := rs.s.read(ctx, func(t *tx) error {
		return byID(t, redemptions, ids, func(id string, r redemption.Redemption) { out[id] = r })
	})
	return out, err
}

// Page implements redemption.Store.
func (rs *Redemptions) Page(ctx context.Context, id wallet.ID, after *redemption.Place, n int) (out []redemption.Redemption, err error) {
	prefix := path(string(id))
	var end []byte
	if after != nil {
		end = path(string(id), moment(after.At), []byte(after.ID))
	}
	err = rs.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.backwards(redeemTimes, prefix, end) {
			if len(out) == n {
				return nil
			}
			r, ok, err := get[redemption.Redemption](t, redemptions, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			if ok {
				out = append(out, r)
			}
		}
		return nil
	})
	return out, err
}

// Of implements redemption.Store.
func (rs *Redemptions) Of(ctx context.Context, id wallet.ID, reward string) (out []redemption.Redemption, err error) {
	err = rs.s.read(ctx, func(t *tx) error {
		out = nil
		prefix := path(string(id))
		for k := range t.from(walletRedeems, prefix, prefix) {
			r, ok, err := get[redemption.Redemption](t, redemptions, k[len(prefix):])
			if err != nil {
				return err
			}
			if ok && r.Reward == reward {
				out = append(out, r)
			}
		}
		return nil
	})
	return out, err
}

// Unfinished implements redemption.Store.
func (rs *Redemptions) Unfinished(ctx context.Context, n int) (out []redemption.Redemption, err error) {
	err = rs.s.read(ctx, func(t *tx) error {
		for k := range t.from(openRedeems, nil, nil) {
			if len(out) >= n {
				return nil
			}
			r, ok, err := get[redemption.Redemption](t, redemptions, k)
			if err != nil {
				return err
			}
			if ok {
				out = append(out, r)
			}
		}
		return nil
	})
	return out, err
}

// Move implements redemption.Store.
func (rs *Redemptions) Move(ctx context.Context, reward, op string, n, stock int64) (moved int64, err error) {
	err = rs.s.write(ctx, func(t *tx) error {
		key := path(reward, []byte(op))
		if before := t.raw(stockMoves, key); before != nil {
			moved = int64(binary.BigEndian.Uint64(before))
			return nil
		}
		taken := takenOf(t, reward)
		if moved = n; n > 0 && n > stock-taken {
			moved = 0
		}
		if err := t.set(stockMoves, key, binary.BigEndian.AppendUint64(nil, uint64(moved))); err != nil {
			return err
		}
		return t.set(stockTaken, []byte(reward), binary.BigEndian.AppendUint64(nil, uint64(taken+moved)))
	})
	return moved, err
}

func takenOf(t *tx, reward string) int64 {
	if raw := t.raw(stockTaken, []byte(reward)); raw != nil {
		return int64(binary.BigEndian.Uint64(raw))
	}
	return 0
}

// Taken implements redemption.Store.
func (rs *Redemptions) Taken(ctx context.Context, rewards []string) (map[string]int64, error) {
	out := make(map[string]int64, len(rewards))
	err := rs.s.read(ctx, func(t *tx) error {
		for _, id := range rewards {
			if n := takenOf(t, id); n != 0 {
				out[id] = n
			}
		}
		return nil
	})
	return out, err
}
