package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/adoption"
	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/star"
)

// Sky is a store of stars, with what they are decided by.
type Sky interface {
	Guildhall
	star.Store
}

// Stars tests the promises of star.Store, and of the service that decides stars with it.
func Stars(t *testing.T, s Sky) {
	group[Sky]{
		{"of twenty sweeps at once a group's month has one star, who is told of once", starOnce},
		{"three months running make a manager, and another star ends the row", starRow},
		{"months that nobody decided in time are made up for in their order", starLate},
		{"staff, those who want off, those who have gone and those with too little are no stars", starExcluded},
		{"killed after any write, a star gets everything once", killedStar},
	}.run(t, s)
}

// heaven is a service that decides stars of one group, with what it told of.
type heaven struct {
	*star.Service
	s     Sky
	rules *rulesOf
	group string
	gone  map[member.ID]bool

	mu   sync.Mutex
	told map[string]int // applied, by star: as earning rules do, each once
	sent int
	left *int
}

// Starred implements star.Teller.
func (h *heaven) Starred(_ context.Context, _ member.ID, id string, _ time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left != nil {
		if *h.left <= 0 {
			return errGone
		}
		*h.left--
	}
	h.sent++
	h.told[id] = 1
	return nil
}

func newHeaven(s Sky) *heaven {
	c := boardCounter(s, aMonth())
	h := &heaven{s: s, rules: c.rules, group: name("group"), gone: map[member.ID]bool{}, told: map[string]int{}}
	h.rules.Groups = []programme.Group{{Code: h.group}}
	h.rules.GroupRoles = []programme.GroupRole{{Code: "HEAD"}, {Code: "HONOUR", Star: true}}
	h.rules.Contributions.Star = &programme.GroupStar{LeastPoints: 5, AfterHours: 24, Badge: programme.Named{Code: "STAR"},
		Awards: []programme.Award{{Code: "FIRST", Months: 1}},
		Streak: &programme.StarStreak{Months: 3, Role: "HONOUR", Awards: []programme.Award{{Code: "YEAR", Months: 12}}}}
	h.Service = &star.Service{Store: s, Boards: c.Service, Badges: s, Tell: h, Groups: &community.Service{Store: s}, Roles: s, Book: h.rules,
		Known: func(_ context.Context, who []member.ID) (map[member.ID]bool, error) {
			out := map[member.ID]bool{}
			for _, m := range who {
				out[m] = m != "" && !h.gone[m]
			}
			return out, nil
		}}
	return h
}

// joins is somebody new in the group.
func (h *heaven) joins(t *testing.T, ctx context.Context) writing {
	t.Helper()
	w := write(h.s)
	must(t, h.s.SetCircle(ctx, h.group, w.author.Member, true, 0))
	return w
}

// shown are the months of the group's stars, newest first: month, who, the months running, and the awards.
func (h *heaven) shown(t *testing.T, ctx context.Context, names map[member.ID]string) (out []string) {
	t.Helper()
	all, err := h.s.Stars(ctx, []string{h.group}, 12)
	must(t, err)
	for _, is := range all[h.group] {
		var codes []string
		for _, a := range is.Awards {
			codes = append(codes, a.Code)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %d %s", is.Month, names[is.Member], is.Streak, strings.Join(codes, "+"))))
		if is.Open {
			t.Errorf("%s is open", is.ID())
		}
	}
	return out
}

func at(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 12, 0, 0, 0, time.UTC)
}

func starOnce(t *testing.T, ctx context.Context, s Sky) {
	h := newHeaven(s)
	a, b := h.joins(t, ctx), h.joins(t, ctx)
	a.says(t, ctx, "hello", at(2020, 3, 1))
	b.says(t, ctx, "hello", at(2020, 3, 2)) // as many points, but later
	early := time.Date(2020, 4, 1, 23, 59, 59, 0, time.UTC)
	must(t, h.Sweep(ctx, early, 100))
	if got := h.shown(t, ctx, nil); len(got) != 0 {
		t.Errorf("before a day has gone there is %v", got)
	}
	for i, err := range together(20, func(int) error { return h.Sweep(ctx, early.Add(time.Second), 100) }) {
		if err != nil {
			t.Errorf("sweep %d: %v", i, err)
		}
	}
	must(t, h.Sweep(ctx, at(2020, 4, 20), 100))
	names := map[member.ID]string{a.author.Member: "a", b.author.Member: "b"}
	same(t, "the stars", h.shown(t, ctx, names), []string{"2020-03 a 1 FIRST"})
	all, err := s.StarsOf(ctx, []member.ID{a.author.Member, b.author.Member}, 5)
	must(t, err)
	when := early.Add(time.Second)
	want := star.Star{Group: h.group, Month: "2020-03", Member: a.author.Member, Points: 10, Streak: 1, At: when,
		Awards: []star.Award{{Code: "FIRST", From: when, Until: when.AddDate(0, 1, 0)}}}
	same(t, "a member's", all, map[member.ID][]star.Star{a.author.Member: {want}})
	badges, err := s.Badges(ctx, []member.ID{a.author.Member, b.author.Member})
	must(t, err)
	same(t, "the badges", badges, map[member.ID][]adoption.Badge{a.author.Member: {{Code: "STAR", At: when}}})
	if h.told[want.ID()] != 1 || len(h.told) != 1 {
		t.Errorf("told of are %v", h.told)
	}
	must(t, s.AddStar(ctx, star.Star{Group: h.group, Month: "2020-03", Member: "z", At: when})) // it is decided
	same(t, "the stars later", h.shown(t, ctx, names), []string{"2020-03 a 1 FIRST"})
}

// row decides months in which one after the other did most; "-" is nobody.
func (h *heaven) row(t *testing.T, ctx context.Context, stars string) (map[string]writing, map[member.ID]string) {
	t.Helper()
	people, names := map[string]writing{}, map[member.ID]string{}
	for i, who := range strings.Fields(stars) {
		if _, known := people[who]; !known && who != "-" {
			people[who] = h.joins(t, ctx)
			names[people[who].author.Member] = who
		}
		if who != "-" {
			people[who].says(t, ctx, "hello", at(2021, 1+i, 5))
		}
	}
	return people, names
}

func starRow(t *testing.T, ctx context.Context, s Sky) {
	h := newHeaven(s)
	people, names := h.row(t, ctx, "a a b b b b b b a - a")
	for m := 2; m <= 12; m++ {
		must(t, h.Sweep(ctx, at(2021, m, 3), 100))
		all, err := s.Staffings(ctx, []string{h.group})
		must(t, err)
		if want := map[bool]string{true: "HONOUR"}[m >= 6]; all[h.group].Of(people["b"].author.Member) != want || all[h.group].Taken("HONOUR") != len(want)/6 {
			t.Errorf("in month %d the roles are %+v", m, all[h.group])
		}
	}
	same(t, "the stars", h.shown(t, ctx, names), []string{"2021-11 a 1 FIRST", "2021-10  0", "2021-09 a 1 FIRST", "2021-08 b 6 FIRST+YEAR", "2021-07 b 5 FIRST",
		"2021-06 b 4 FIRST", "2021-05 b 3 FIRST+YEAR", "2021-04 b 2 FIRST", "2021-03 b 1 FIRST", "2021-02 a 2 FIRST", "2021-01 a 1 FIRST"})
	log, err := s.RoleLog(ctx, h.group, 0, 5)
	must(t, err)
	same(t, "the log", log, []community.RoleChange{{Number: log[0].Number, Member: people["b"].author.Member, To: "HONOUR", At: at(2021, 6, 3), Reason: h.group + "/2021-05"}})
	if h.sent != 10 {
		t.Errorf("%d were told of", h.sent)
	}
}

func starLate(t *testing.T, ctx context.Context, s Sky) {
	h := newHeaven(s)
	_, names := h.row(t, ctx, "a a a a b")
	must(t, h.Sweep(ctx, at(2021, 2, 3), 100))
	for range 2 {
		must(t, h.Sweep(ctx, at(2021, 6, 3), 100))
	}
	same(t, "the stars", h.shown(t, ctx, names), []string{"2021-05 b 1 FIRST", "2021-04 a 4 FIRST", "2021-03 a 3 FIRST+YEAR", "2021-02 a 2 FIRST", "2021-01 a 1 FIRST"})
	must(t, h.Sweep(ctx, at(2023, 7, 3), 100)) // more than one sweep makes up for
	must(t, h.Sweep(ctx, at(2023, 7, 3), 100))
	must(t, h.Sweep(ctx, at(2023, 7, 3), 100))
	if got := h.shown(t, ctx, names); got[0] != "2023-06  0" {
		t.Errorf("two years later the newest is %s", got[0])
	}
}

func starExcluded(t *testing.T, ctx context.Context, s Sky) {
	h := newHeaven(s)
	var people []writing
	names := map[member.ID]string{}
	for i := range 6 {
		people = append(people, h.joins(t, ctx))
		names[people[i].author.Member] = fmt.Sprint(i)
		people[i].says(t, ctx, "hello", at(2020, 3, 1+i))
	}
	must(t, s.SetCircle(ctx, h.group, people[0].author.Member, false, 0)) // who left
	_, err := h.Groups.SetRole(ctx, &h.rules.Programme, h.group, community.RoleChange{Member: people[1].author.Member, To: "HEAD", At: then, Staff: "s"})
	must(t, err)
	_, err = h.Groups.SetRole(ctx, &h.rules.Programme, h.group, community.RoleChange{Member: people[4].author.Member, To: "HONOUR", At: then, Staff: "s"})
	must(t, err)
	must(t, s.SetHidden(ctx, people[2].author.Member, true, then))
	h.gone[people[3].author.Member] = true
	must(t, h.Sweep(ctx, at(2020, 4, 3), 100))
	same(t, "the star", h.shown(t, ctx, names), []string{"2020-03 4 1 FIRST"}) // an honorary manager may be one
	h.rules.Contributions.Star.LeastPoints = 11
	people[5].says(t, ctx, "hello", at(2020, 4, 1))
	must(t, h.Sweep(ctx, at(2020, 5, 3), 100))
	same(t, "the next", h.shown(t, ctx, names), []string{"2020-04  0", "2020-03 4 1 FIRST"})
	h.rules.Contributions.Star = nil
	must(t, h.Sweep(ctx, at(2020, 6, 3), 100))
	if len(h.shown(t, ctx, names)) != 2 {
		t.Error("a programme without stars decides none")
	}
}

// failingSky is a store whose process is killed after some writes.
type failingSky struct {
	Sky
	left *int
}

func (d failingSky) step(f func() error) error { return failingPen{left: d.left}.step(f) }

func (d failingSky) AddStar(ctx context.Context, s star.Star) error {
	return d.step(func() error { return d.Sky.AddStar(ctx, s) })
}

func (d failingSky) CloseStar(ctx context.Context, id string) error {
	return d.step(func() error { return d.Sky.CloseStar(ctx, id) })
}

func (d failingSky) Award(ctx context.Context, who member.ID, b adoption.Badge) error {
	return d.step(func() error { return d.Sky.Award(ctx, who, b) })
}

func (d failingSky) SetStaffing(ctx context.Context, code string, next community.Staffing, line community.RoleChange) error {
	return d.step(func() error { return d.Sky.SetStaffing(ctx, code, next, line) })
}

func killedStar(t *testing.T, ctx context.Context, s Sky) {
	for after := range 6 {
		h, left := newHeaven(s), after
		people, names := h.row(t, ctx, "a a a")
		must(t, h.Sweep(ctx, at(2021, 2, 3), 100))
		must(t, h.Sweep(ctx, at(2021, 3, 3), 100))
		dead := failingSky{s, &left}
		whole := *h.Service
		h.Store, h.Badges, h.Groups, h.left = dead, dead, &community.Service{Store: dead}, &left
		err := h.Sweep(ctx, at(2021, 4, 3), 100)
		if (err == nil) != (after == 5) {
			t.Errorf("killed after %d writes: %v", after, err)
		}
		*h.Service, h.left = whole, nil
		must(t, h.Sweep(ctx, at(2021, 4, 4), 100))
		same(t, fmt.Sprintf("the stars, killed after %d writes", after), h.shown(t, ctx, names), []string{"2021-03 a 3 FIRST+YEAR", "2021-02 a 2 FIRST", "2021-01 a 1 FIRST"})
		all, err := s.Staffings(ctx, []string{h.group})
		must(t, err)
		badges, err := s.Badges(ctx, []member.ID{people["a"].author.Member})
		must(t, err)
		log, err := s.RoleLog(ctx, h.group, 0, 5)
		must(t, err)
		if len(h.told) != 3 || all[h.group].Taken("HONOUR") != 1 || len(badges[people["a"].author.Member]) != 1 || len(log) != 1 {
			t.Errorf("killed after %d writes: told of %v, roles %+v, badges %v, log %v", after, h.told, all[h.group], badges, log)
		}
	}
}
