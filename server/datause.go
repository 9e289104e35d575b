package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/community"
	"membergate/internal/datause"
	"membergate/internal/member"
	"membergate/internal/recommend"
	"membergate/internal/sweep"
)

// listing chooses posts for members, and lists that it did.
type listing struct {
	*recommend.Service
	log *datause.Log
}

// Chosen implements community.Chooser.
func (l listing) Chosen(ctx context.Context, who member.ID) (community.Chosen, error) {
	out, err := l.Service.Chosen(ctx, who)
	if err == nil && len(out.Posts) > 0 {
		l.log.Note(who, recommend.Purpose, datause.Lists, datause.Recommender)
	}
	return out, err
}

// usesAtOnce is how many uses are written or deleted at once.
const usesAtOnce = 500

// listsMade watches whose history a building of lists reads; what it gives lists that, once the lists are there.
func (s *stores) listsMade(plan *recommend.Plan) func(context.Context) error {
	var mu sync.Mutex
	read, agreed := map[member.ID]bool{}, plan.Agreed
	plan.Agreed = func(m member.ID) bool {
		yes := agreed(m)
		if yes {
			mu.Lock()
			defer mu.Unlock()
			read[m] = true
		}
		return yes
	}
	return func(ctx context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		var uses []datause.Use
		for m := range read {
			uses = append(uses, datause.New(m, recommend.Purpose, datause.Purchases, datause.ListBuilder, s.used.Now()))
		}
		for some := range slices.Chunk(uses, usesAtOnce) {
			if err := s.used.Write(ctx, some...); err != nil {
				return err
			}
		}
		return nil
	}
}

// trimming deletes what was listed for as long as the programme says. That is real time.
func trimming(st *stores, rules book) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			now := time.Now()
			n, err := st.listed.Trim(ctx, now.AddDate(0, 0, -rules.At(now).Privacy.UseLogDays), usesAtOnce)
			return sweep.Batch{Done: n, More: n == usesAtOnce}, err
		}
	}
}

// lostUses counts uses that could not be listed.
func lostUses(l *datause.Log) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "membergate_data_uses_lost_total", Help: "Uses of members' data that could not be listed, because the store did not answer. Alert on anything above 0.",
	}, func() float64 { return float64(l.Lost()) })
}
