package boltstore

import (
	"context"
	"math"
	"time"

	"encoding/binary"

	"membergate/internal/invitation"
	"membergate/internal/member"
)

// Who brought whom along:
//
//	inviters     member id → invitation.Inviter
//	inviterCodes code → member id
//	invitees     member id → invitation.Invitee
//	invitedBy    inviter, 0, moment of joining in 8 bytes (the latest first), invitation id → invitee's member id
var (
	inviters     = newBucket("inviters")
	inviterCodes = newBucket("inviterCodes")
	invitees     = newBucket("invitees")
	invitedBy    = newBucket("invitedBy")
)

// Invitations is an invitation.Store.
type Invitations struct{ s *Store }

// Invitations gives the store of who brought whom along.
func (s *Store) Invitations() *Invitations { return &Invitations{s} }

// Inviter implements invitation.Store.
func (v *Invitations) Inviter(ctx context.Context, who member.ID) (i invitation.Inviter, ok bool, err error) {
	err = v.s.read(ctx, func(t *tx) error {
		i, ok, err = get[invitation.Inviter](t, inviters, []byte(who))
		return err
	})
	return i, ok, err
}

// ByCode implements invitation.Store.
func (v *Invitations) ByCode(ctx context.Context, code string) (i invitation.Inviter, ok bool, err error) {
	err = v.s.read(ctx, func(t *tx) error {
		i, ok = invitation.Inviter{}, false
		if who := t.raw(inviterCodes, []byte(code)); code != "" && who != nil {
			i, ok, err = get[invitation.Inviter](t, inviters, who)
		}
		return err
	})
	return i, ok, err
}

// Save implements invitation.Store.
func (v *Invitations) Save(ctx context.Context, i invitation.Inviter) error {
	return v.s.write(ctx, func(t *tx) error {
		old, _, err := get[struct{ Version int64 }](t, inviters, []byte(i.Member))
		if err != nil {
			return err
		}
		if has := t.raw(inviterCodes, []byte(i.Code)); old.Version != i.Version || has != nil && string(has) != string(i.Member) {
			return invitation.ErrStale
		}
		next := i
		next.Version++
		if err := t.set(inviterCodes, []byte(i.Code), []byte(i.Member)); err != nil {
			return err
		}
		return t.put(inviters, []byte(i.Member), next)
	})
}

// latestFirst is a moment in 8 bytes that sort backwards.
func latestFirst(at time.Time) []byte {
	return binary.BigEndian.AppendUint64(nil, math.MaxUint64-binary.BigEndian.Uint64(moment(at)))
}

// Put implements invitation.Store.
func (v *Invitations) Put(ctx context.Context, i invitation.Invitee) error {
	return v.s.write(ctx, func(t *tx) error {
		old, known, err := get[invitation.Invitee](t, invitees, []byte(i.Member))
		if err != nil {
			return err
		}
		if known {
			if old.State.Stage() >= i.State.Stage() {
				return nil
			}
			i.ID, i.Inviter, i.At = old.ID, old.Inviter, old.At
		}
		if err := t.set(invitedBy, path(string(i.Inviter), latestFirst(i.At), []byte(i.ID)), []byte(i.Member)); err != nil {
			return err
		}
		return t.put(invitees, []byte(i.Member), i)
	})
}

// Page implements invitation.Store.
func (v *Invitations) Page(ctx context.Context, inviter member.ID, after *invitation.Place, n int) (out []invitation.Invitee, err error) {
	prefix := path(string(inviter))
	start := prefix
	if after != nil {
		start = append(path(string(inviter), latestFirst(after.At), []byte(after.ID)), 0)
	}
	err = v.s.read(ctx, func(t *tx) error {
		out = nil
		for _, who := range t.from(invitedBy, prefix, start) {
			if len(out) >= n {
				return nil
			}
			i, _, err := get[invitation.Invitee](t, invitees, who)
			if err != nil {
				return err
			}
			out = append(out, i)
		}
		return nil
	})
	return out, err
}

// Count implements invitation.Store.
func (v *Invitations) Count(ctx context.Context, inviter member.ID) (map[invitation.State]int64, error) {
	out := map[invitation.State]int64{}
	all, err := v.Page(ctx, inviter, nil, math.MaxInt)
	for _, i := range all {
		out[i.State]++
	}
	return out, err
}
