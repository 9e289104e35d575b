package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// recommend makes the lists of recommendations anew, as of a time.
func (p *program) recommend(ctx context.Context, st *stores, rules book, lists recommend.Lists, at time.Time, changed bool) error {
	plan, agreed, err := listPlan(ctx, st, rules, p.now())
	if err != nil {
		return err
	}
	bar := newBar(p.log, "members")
	plan.Tell, plan.Changed = bar.tell, changed
	listed := st.listsMade(&plan)
	built, err := recommend.Rebuild(ctx, st.orders, lists, at, plan)
	bar.end()
	err = errors.Join(err, listed(ctx))
	if err != nil {
		return fmt.Errorf("the recommendations could not be made: %w", err)
	}
	what := "all"
	if built.Partly {
		what = "those that changed"
	}
	fmt.Fprintf(p.log, "recommendations: %d lists of %d orders, of members %d: %s\n", built.Lists, built.Orders, built.Members, what)
	return p.recommendPosts(ctx, st, lists, agreed)
}

// recommendPosts makes the lists of posts anew.
func (p *program) recommendPosts(ctx context.Context, st *stores, lists recommend.Lists, agreed map[member.ID]bool) error {
	var members []member.ID
	for m, yes := range agreed {
		if yes {
			members = append(members, m)
		}
	}
	slices.Sort(members)
	bar := newBar(p.log, "members")
	defer bar.end()
	made, err := recommend.RebuildPosts(ctx, st.community, lists, members, bar.tell)
	if err != nil {
		return fmt.Errorf("the lists of posts could not be made: %w", err)
	}
	fmt.Fprintf(p.log, "recommendations: %d lists of posts\n", made)
	return nil
}

// walkPage is how many members are read at once when all of them are.
const walkPage = 500
