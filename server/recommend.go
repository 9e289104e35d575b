package main

import (
	"context"
	"fmt"
	"time"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// recommend makes the lists of recommendations anew, as of a time.
func (p *program) recommend(ctx context.Context, st *stores, lists recommend.Lists, at time.Time) error {
	agreed, err := agreedMembers(ctx, st)
	if err != nil {
		return err
	}
	built, err := recommend.Rebuild(ctx, st.orders, lists, at, func(m member.ID) bool { return agreed[m] })
	if err != nil {
		return fmt.Errorf("the recommendations could not be made: %w", err)
	}
	fmt.Fprintf(p.log, "recommendations: %d lists of %d orders\n", built.Lists, built.Orders)
	return nil
}

// walkPage is how many members are read at once when all of them are.
const walkPage = 500

// agreedMembers are those whose history may be used for recommendations.
func agreedMembers(ctx context.Context, st *stores) (map[member.ID]bool, error) {
	out := map[member.ID]bool{}
	for after := member.ID(""); ; {
		page, err := st.accounts.Walk(ctx, after, walkPage)
		if err != nil || len(page) == 0 {
			return out, err
		}
		for _, h := range page {
			out[h.Profile.ID] = h.Profile.Agreed(recommend.Purpose)
		}
		after = page[len(page)-1].Profile.ID
	}
}
