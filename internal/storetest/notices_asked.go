package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/programme"
)

// parlour is a newsroom with a family: its owner, a guardian, an adult and a child.
type parlour struct {
	*newsroom
	families *family.Service
	people   []member.ID
	home     family.ID
}

// obeyed does nothing, and says that all has followed.
type obeyed struct{}

func (obeyed) Follow(_ context.Context, _ string, word family.Decision, _ time.Time) (family.Decision, error) {
	return word, nil
}

func newParlour(t *testing.T, ctx context.Context, s Board) parlour {
	t.Helper()
	n := newNewsroom(t, s)
	p := parlour{newsroom: n, people: people(4)}
	for _, who := range p.people {
		n.pay(t, ctx, who, 1)
	}
	n.tell(t, ctx, n.now)
	f := family.Open("Home", p.people[0], n.now)
	for i, role := range []family.Role{family.Guardian, family.Adult, family.Child} {
		f = f.With(p.people[1+i], role, n.now)
	}
	must(t, s.Families.Create(ctx, f))
	p.home = f.ID
	p.families = &family.Service{Families: family.WatchPeople(s.Families, n.hints.Changed), Accounts: s.Accounts, Book: n, Spending: obeyed{}}
	return p
}

// wish lets the child ask for something, and gives the request.
func (p parlour) wish(t *testing.T, ctx context.Context) string {
	t.Helper()
	_, a, err := p.families.Ask(ctx, family.Wish{ID: name("fa"), By: p.people[3], Redemption: name("r"), Coins: 200, At: p.now, Until: p.now.Add(24 * time.Hour)})
	must(t, err)
	return a.ID
}

// asked compares what everybody was told of wishes, oldest first, with what they should have been.
func (p parlour) asked(t *testing.T, ctx context.Context, what string, want ...string) {
	t.Helper()
	for i, who := range p.people {
		page, err := p.Notices.Page(ctx, who, notice.Query{Limit: 200})
		must(t, err)
		got := ""
		for _, n := range slices.Backward(page) {
			if n.Kind == programme.Approval {
				got += n.Fill.Case[:1]
				if n.Fill.Coins != 200 || n.Subject == "" || n.Count != 1 {
					t.Errorf("%s: member %d is told %+v", what, i, n)
				}
			}
		}
		if got != want[i] {
			t.Errorf("%s: member %d is told %q, want %q", what, i, got, want[i])
		}
	}
}

func toldOfWishes(t *testing.T, ctx context.Context, s Board) {
	p := newParlour(t, ctx, s)
	mum, dad, kid := p.people[0], p.people[1], p.people[3]
	first := p.wish(t, ctx)
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "asked", "P", "P", "", "")
	_, _, err := p.families.Decide(ctx, dad, p.home, first, true, "", p.now)
	must(t, err)
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "after the yes", "P", "P", "", "A")
	second := p.wish(t, ctx)
	p.tell(t, ctx, p.now)
	_, _, err = p.families.Decide(ctx, mum, p.home, second, false, "", p.now)
	must(t, err)
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "after the no", "PP", "PP", "", "AD")
	third := p.wish(t, ctx)
	_, err = p.families.Withdraw(ctx, p.home, third, p.now)
	must(t, err)
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "taken back before anybody looked", "PP", "PP", "", "AD")
	p.wish(t, ctx)
	p.tell(t, ctx, p.now)
	p.now = p.now.AddDate(0, 0, 1)
	must(t, p.families.Settle(ctx, p.home, p.now))
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "when nobody has answered", "PPP", "PPP", "", "ADE")
	p.wish(t, ctx)
	p.tell(t, ctx, p.now)
	_, err = p.families.Remove(ctx, mum, kid, p.now)
	must(t, err)
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "when the child was taken out", "PPPP", "PPPP", "", "ADEC")
	for range 20 {
		p.hints.Changed(p.people...)
		p.tell(t, ctx, p.now.Add(13*time.Hour))
	}
	p.asked(t, ctx, "looked at again and again", "PPPP", "PPPP", "", "ADEC")
}

func askedThoughKilled(t *testing.T, ctx context.Context, s Board) {
	p := newParlour(t, ctx, s)
	waits, ends := "", ""
	for kill := range 20 {
		id := p.wish(t, ctx)
		must(t, p.hints.Carry(ctx))
		_ = p.work(ctx, &fatal{Store: p.Notices, at: 1 + kill/2%5, late: kill%2 == 1})
		must(t, p.work(ctx, p.Notices)) // or the wish is answered before anybody hears of it
		_, _, err := p.families.Decide(ctx, p.people[kill%2], p.home, id, kill%3 == 0, "", p.now)
		must(t, err)
		must(t, p.hints.Carry(ctx))
		_ = p.work(ctx, &fatal{Store: p.Notices, at: 1 + kill/2%5, late: kill%2 == 1})
		waits += "P"
		ends += map[bool]string{true: "A", false: "D"}[kill%3 == 0]
		p.now = p.now.Add(5 * time.Hour)
	}
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "after forty kills", waits, waits, "", ends)
}

func askedByMany(t *testing.T, ctx context.Context, s Board) {
	p := newParlour(t, ctx, s)
	ids := make([]string, 6)
	for i := range ids {
		ids[i] = p.wish(t, ctx)
	}
	must(t, errors.Join(together(10, func(i int) error { return errors.Join(p.hints.Carry(ctx), p.work(ctx, p.Notices)) })...))
	must(t, errors.Join(together(10, func(i int) error {
		_, _, err := p.families.Decide(ctx, p.people[i%2], p.home, ids[i%len(ids)], true, "", p.now)
		if refused(err, family.AlreadyDecided) {
			err = nil
		}
		return errors.Join(err, p.hints.Carry(ctx), p.work(ctx, p.Notices))
	})...))
	p.tell(t, ctx, p.now)
	p.asked(t, ctx, "by ten workers", "PPPPPP", "PPPPPP", "", "AAAAAA")
}

func askedByWalk(t *testing.T, ctx context.Context, s Board) {
	p := newParlour(t, ctx, s)
	p.families.Families = s.Families // nobody marks
	look := func() {
		for _, who := range p.people {
			walk := notice.Walk{Service: p.desk(p.Notices), After: who[:len(who)-1]}
			out, err := walk.Page(ctx, 1)
			must(t, errors.Join(err, out.Err))
		}
	}
	look()
	id := p.wish(t, ctx)
	look()
	p.asked(t, ctx, "by a walk", "P", "P", "", "")
	_, _, err := p.families.Decide(ctx, p.people[0], p.home, id, true, "", p.now)
	must(t, err)
	look()
	p.asked(t, ctx, "by another", "P", "P", "", "A")
	before, err := p.Notices.Inboxes(ctx, p.people)
	must(t, err)
	look()
	after, err := p.Notices.Inboxes(ctx, p.people)
	must(t, err)
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Error("a walk that finds nothing new writes")
	}
}
