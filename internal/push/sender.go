package push

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// Opener reads what was sealed.
type Opener interface {
	Open(purpose, sealed string) (string, error)
}

// Sender sends what waits. Any number may run, in any number of processes.
type Sender struct {
	Desk     *notice.Desk
	Keys     Opener
	Book     tier.Book
	Services map[string]Service // by kind of device
	AtOnce   int                // notices that are sent at the same time
	Meter    Meter              // nil counts nothing
	Log      *slog.Logger
}

const (
	// worth is how long after it was told a notice is worth pushing; the inbox keeps it.
	worth = 24 * time.Hour
	// mostTries is how often a push is tried that services put off.
	mostTries = 6
)

// Pushed is what one batch did.
type Pushed struct {
	Found int
	Done  int   // looked at, sent or not
	Err   error // of one of the others
}

// Batch sends at most n notices whose push is due at a time.
func (s *Sender) Batch(ctx context.Context, now time.Time, n int) (Pushed, error) {
	var out Pushed
	found, err := s.Desk.Store.Pushes(ctx, now, n)
	if err != nil || len(found) == 0 {
		return out, err
	}
	out.Found = len(found)
	ids := make([]member.ID, len(found))
	for i, each := range found {
		ids[i] = each.Member
	}
	slices.Sort(ids)
	set, err := s.Desk.Store.Settings(ctx, slices.Compact(ids))
	if err != nil {
		return out, err
	}
	var mu sync.Mutex // guards out
	var all errgroup.Group
	all.SetLimit(max(1, s.AtOnce))
	for _, each := range found {
		all.Go(func() error {
			err := s.one(ctx, each, set[each.Member], now)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				out.Err = err
			} else {
				out.Done++
			}
			return nil
		})
	}
	_ = all.Wait()
	return out, ctx.Err()
}

// one sends a notice, if it is still wanted, and nobody else does.
func (s *Sender) one(ctx context.Context, n notice.Notice, set notice.Settings, now time.Time) error {
	before, after := n.Push, n.Push
	p := s.Book.At(now)
	k, known := p.Notice(n.Kind)
	if loud := set.Loud(p, now); known && !k.Urgent && loud.After(now) { // the quiet hours have changed
		after.Due = loud
		after.Tries++ // another point, so that who saw this one does not claim it
		_, err := s.Desk.Store.SavePush(ctx, n.ID, before, after)
		return err
	}
	after.State = notice.Over
	if why := leftOut(n, known, known && set.Wants(k).Push, now); why != "" {
		mine, err := s.Desk.Store.SavePush(ctx, n.ID, before, after)
		for _, d := range set.Devices {
			if _, ok := s.Services[d.Kind]; ok && mine && !slices.Contains(before.Done, d.ID) {
				s.meter().LeftOut(d.Kind, n.Kind, why)
			}
		}
		return err
	}
	claimed := before
	claimed.State, claimed.Tries = notice.Claimed, before.Tries+1
	if mine, err := s.Desk.Store.SavePush(ctx, n.ID, before, claimed); err != nil || !mine {
		return err
	}
	after = s.send(ctx, p, n, set, claimed, now)
	_, err := s.Desk.Store.SavePush(ctx, n.ID, claimed, after)
	return err
}

// send sends a notice that is claimed to all devices that need it, and gives what its push is then.
func (s *Sender) send(ctx context.Context, p *programme.Programme, n notice.Notice, set notice.Settings, claimed notice.Push, now time.Time) notice.Push {
	after := claimed
	after.State, after.Done = notice.Over, slices.Clone(claimed.Done)
	again := time.Duration(-1)
	for _, d := range set.Devices {
		service, ok := s.Services[d.Kind]
		if !ok || slices.Contains(after.Done, d.ID) {
			continue
		}
		token, err := s.Keys.Open(notice.DevicePurpose, d.Token)
		if err != nil {
			s.meter().LeftOut(d.Kind, n.Kind, Sealed)
			continue // the app registers again
		}
		title, body := n.Texts(p, d.Locale)
		r := service.Send(ctx, token, Message{Notice: n.ID, Device: d.ID, Kind: n.Kind, Title: title, Body: body, Locale: d.Locale, Until: n.At.Add(worth)})
		s.meter().Tried(d.Kind, n.Kind, r.Outcome)
		if r.Outcome != Sent {
			s.Log.Info("a notice was not pushed", "service", d.Kind, "kind", n.Kind, "outcome", r.Outcome, "reason", r.Reason)
		}
		switch r.Outcome {
		case Later:
			again = max(again, r.After)
			continue
		case Gone:
			_ = s.Desk.Remove(ctx, n.Member, d.ID) // the next sending finds it again
		}
		after.Done = append(after.Done, d.ID)
	}
	if again >= 0 {
		after.State, after.Due = notice.Waiting, now.Add(again)
	}
	return after
}
