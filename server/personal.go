package main

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/personal"
	"membergate/internal/profile"
	"membergate/internal/recommend"
	"membergate/internal/sweep"
)

// personalService deletes what members of these stores ask for.
func (s *stores) personalService(book book) *personal.Service {
	return &personal.Service{
		Store: s.personal, Book: book, Now: time.Now,
		Profile: func(ctx context.Context, who member.ID) (member.Profile, bool, error) {
			found, err := s.accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
			h, known := found[who]
			return h.Profile, known, err
		},
		Forget: map[personal.Category]func(context.Context, member.ID, time.Time) error{
			personal.Recommendations: func(ctx context.Context, who member.ID, _ time.Time) error {
				return (&recommend.Service{Lists: s.cache.Lists(), Tastes: s.tastes}).Forget(ctx, who)
			},
			personal.Household: s.forgetHousehold(book),
			personal.Reactions: s.forgetReactions,
			personal.Portrait:  s.forgetPortrait(book),
			personal.Tags:      s.forgetTags(book),
		},
	}
}

// closingService is the same, and closes accounts as well: for whoever carries deletions out.
func (s *stores) closingService(set Settings, book book, now func(context.Context) time.Time) *personal.Service {
	out := s.personalService(book)
	out.Close = newCloser(set, s, book, now).close
	return out
}

// returnedEvery is how often members are looked through for such as were closed before. Whoever starts does it first.
const returnedEvery = 24 * time.Hour

// returning has accounts closed again that a backup has brought back.
func returning(st *stores, rules book) round {
	service, next := st.personalService(rules), time.Time{}
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			now := service.Now()
			if now.Before(next) {
				return sweep.Batch{}, nil
			}
			n, err := st.returned(ctx, service, now)
			if err == nil {
				next = now.Add(returnedEvery)
			}
			return sweep.Batch{Done: n}, err
		}
	}
}

// forgetHousehold takes back everything that a member told of home and likes.
func (s *stores) forgetHousehold(book book) func(context.Context, member.ID, time.Time) error {
	return func(ctx context.Context, who member.ID, now time.Time) error {
		tell := &profile.Service{Accounts: s.accounts, Decisions: s.decisions, Book: book}
		size, stage, none := 0, "", []string{}
		_, err := tell.Tell(ctx, who, profile.Telling{Size: &size, LifeStage: &stage, Children: &none, Diet: &none, Preferences: &none}, now)
		return err
	}
}

// forgetReactions takes back whatever a member has marked.
func (s *stores) forgetReactions(ctx context.Context, who member.ID, now time.Time) error {
	marked, err := s.personal.Marked(ctx, who)
	if err != nil {
		return err
	}
	service := &community.Service{Store: s.community}
	for _, subject := range marked {
		kind, id, _ := strings.Cut(subject, ":")
		on := community.Subject{Kind: community.SubjectKind(kind), ID: id}
		marks, err := s.community.Marks(ctx, who, []community.Subject{on})
		if err != nil {
			return err
		}
		for k := range marks[on].On {
			if _, err := service.SetMark(ctx, who, on, k, false, now); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
	}
	return nil
}

// deletionsAtOnce is how many deletions one batch carries out: an account takes some dozens of calls.
const deletionsAtOnce = 20

// deletionMeter shows whether what must be deleted in time is.
type deletionMeter struct{ open, late prometheus.Gauge }

func newDeletionMeter() deletionMeter {
	return deletionMeter{
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "membergate_deletions_open", Help: "Deletions that members asked for and that are not done, closures within their undo window included.",
		}),
		late: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "membergate_deletions_overdue", Help: "Deletions whose time is over. Alert on anything above 0.",
		}),
	}
}

// deleting carries out what members asked to be deleted, far before it is due. Deadlines of deletions are real time.
func deleting(st *stores, service *personal.Service, meter deletionMeter) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			now := service.Now()
			b, err := service.Sweep(ctx, now, deletionsAtOnce)
			if err != nil {
				return sweep.Batch{}, err
			}
			open, late, err := service.Store.Count(ctx, now)
			meter.open.Set(float64(open))
			meter.late.Set(float64(late))
			return sweep.Batch{Done: b.Done, Left: b.Found - b.Done, More: b.Found == deletionsAtOnce && b.Done > 0, Late: b.Waited, Err: b.Err}, err
		}
	}
}
