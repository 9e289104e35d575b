package demo

import (
	"time"

	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/tier"
)

// plan is the whole demo before any of it is written.
type plan struct {
	luck     seed
	now      time.Time
	book     tier.Book
	rules    *programme.Programme // in force at the present
	texts    *corpus
	shelf    map[string]good // by sku
	ladder   *ladder
	people   []person
	families []family.Family
	posts    []community.Post
	comments []community.Comment // those above before those below
	marks    []mark
	ties     map[member.ID][]tie
	circles  []seat
	deeds    map[member.ID][]deed
}

func newPlan(luck seed, now time.Time, book tier.Book, c *corpus) *plan {
	p := &plan{luck: luck, now: now, book: book, rules: book.At(now), texts: c, shelf: map[string]good{}}
	for _, g := range c.products {
		p.shelf[g.sku] = g
	}
	p.ladder = newLadder(book, now)
	p.cast()
	p.provide()
	p.live()
	p.compose()
	p.react()
	p.tie()
	return p
}

// report counts what is planned.
func (p *plan) report(lists int) Report {
	out := Report{
		Now: p.now, TryOut: allIDs()[:len(p.texts.people.TryOut)], Members: len(p.people), Families: len(p.families),
		Products: len(p.texts.products), Rewards: len(p.texts.rewards), Posts: len(p.posts), Comments: len(p.comments), Marks: len(p.marks), Lists: lists,
	}
	for _, who := range p.people {
		for _, e := range who.events {
			if e.Kind == order.Refunded {
				out.Refunds++
			} else {
				out.Orders++
			}
		}
	}
	return out
}
