package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/session"
	"membergate/internal/signin"
)

// Sessions tests the promises of session.Store.
func Sessions(t *testing.T, s session.Store) {
	group[session.Store]{
		{"every field of a session comes back", fieldsOfSession},
		{"of many who change a session at once one does", versionsOfSession},
		{"a member's sessions are listed, the last used first, and nobody else's", sessionsOfMember},
		{"what has ended is told in its order, from a moment on", endsOfSessions},
		{"what nobody need know of goes, and nothing else", expireSessions},
	}.run(t, s)
}

func aSession(seed uint64) session.Session {
	s := filled[session.Session](dice(seed))
	s.ID, s.Member, s.Version = name("session"), member.ID(name("member")), 1
	return s
}

func fieldsOfSession(t *testing.T, ctx context.Context, s session.Store) {
	for seed := range uint64(4) {
		want := aSession(seed)
		if seed == 0 {
			want = session.Session{ID: want.ID, Member: want.Member, Keep: want.Keep, Version: 1}
		}
		must(t, s.Create(ctx, want))
		if err := s.Create(ctx, want); !errors.Is(err, session.ErrExists) {
			t.Errorf("created twice: %v", err)
		}
		got, known, err := s.ByID(ctx, want.ID)
		must(t, err)
		same(t, "the session", got, want)
		if !known {
			t.Error("it is not known")
		}
		next := aSession(seed + 100)
		next.ID, next.Member = want.ID, want.Member
		must(t, s.Save(ctx, next))
		got, _, err = s.ByID(ctx, want.ID)
		must(t, err)
		next.Version = 2
		same(t, "the changed session", got, next)
	}
	if _, known, err := s.ByID(ctx, name("nothing")); known || err != nil {
		t.Errorf("one that is not there: %v, %v", known, err)
	}
}

func versionsOfSession(t *testing.T, ctx context.Context, s session.Store) {
	one := aSession(1)
	onlyWinner(t, together(8, func(int) error { return s.Create(ctx, one) }), session.ErrExists)
	onlyWinner(t, together(16, func(i int) error {
		next := one
		next.Turn = int64(i)
		return s.Save(ctx, next)
	}), session.ErrStale)
	if err := s.Save(ctx, aSession(2)); !errors.Is(err, session.ErrStale) {
		t.Errorf("saved without being there: %v", err)
	}
}

func sessionsOfMember(t *testing.T, ctx context.Context, s session.Store) {
	who, used := member.ID(name("member")), shopping
	var want []string
	for i := range 4 {
		one := aSession(uint64(i))
		one.Member, one.Used = who, used.Add(time.Duration(i)*time.Minute)
		must(t, s.Create(ctx, one))
		want = append(want, one.ID)
	}
	other := aSession(9)
	other.Member = who + "x"
	must(t, s.Create(ctx, other))
	slices.Reverse(want)
	all, err := s.Of(ctx, who)
	must(t, err)
	same(t, "the list", idsOfSessions(all), want)
}

func idsOfSessions(all []session.Session) (out []string) {
	for _, one := range all {
		out = append(out, one.ID)
	}
	return out
}

func endsOfSessions(t *testing.T, ctx context.Context, s session.Store) {
	from := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC) // later than the ends of all others here
	var ended []string
	for i := range 5 {
		one := aSession(uint64(i))
		one.Ended = time.Time{}
		must(t, s.Create(ctx, one))
		if i == 0 {
			continue
		}
		one.Ended = from.Add(time.Duration(i) * time.Millisecond)
		must(t, s.Save(ctx, one))
		ended = append(ended, one.ID)
	}
	mine := func(all []session.Session) (out []string) {
		for _, one := range all {
			if slices.Contains(ended, one.ID) {
				out = append(out, one.ID)
			}
		}
		return out
	}
	all, err := s.EndedSince(ctx, from.Add(2*time.Millisecond), 100)
	must(t, err)
	same(t, "from the second on", mine(all), ended[1:])
	if all, err = s.EndedSince(ctx, from, 2); err != nil || len(all) != 2 || all[1].Ended.Before(all[0].Ended) {
		t.Errorf("two at most: %v, %v", all, err)
	}
	all, err = s.EndedSince(ctx, time.Time{}, 1000)
	must(t, err)
	same(t, "all of them", mine(all), ended)
}

func expireSessions(t *testing.T, ctx context.Context, s session.Store) {
	at := time.Date(1970, 1, 1, 0, 0, 1, 0, time.UTC) // earlier than all others here
	gone, stays := aSession(1), aSession(2)
	gone.Keep, stays.Keep = at, at.Add(time.Millisecond)
	gone.Ended = time.Time{}
	must(t, s.Create(ctx, gone))
	must(t, s.Create(ctx, stays))
	n, err := s.Expire(ctx, at, 100)
	must(t, err)
	if n != 1 {
		t.Errorf("%d went, want 1", n)
	}
	if _, known, err := s.ByID(ctx, gone.ID); known || err != nil {
		t.Errorf("it is still there: %v, %v", known, err)
	}
	if all, err := s.Of(ctx, gone.Member); len(all) > 0 || err != nil {
		t.Errorf("it is still listed: %v, %v", all, err)
	}
	if _, known, err := s.ByID(ctx, stays.ID); !known || err != nil {
		t.Errorf("the other one went too: %v, %v", known, err)
	}
	n, err = s.Expire(ctx, at, 100)
	must(t, err)
	if n != 0 {
		t.Errorf("%d went the second time", n)
	}
}

// Logins tests the promises of signin.Store.
func Logins(t *testing.T, s signin.Store) {
	group[signin.Store]{
		{"every field of a login comes back", fieldsOfLogin},
		{"of many who want one name one gets it", oneLogin},
		{"of many who change or remove a login at once one does", versionsOfLogin},
		{"a member's logins are listed, and what was moved away", loginsOfMember},
	}.run(t, s)
}

func aLogin(seed uint64) signin.Login {
	l := filled[signin.Login](dice(seed))
	l.ID, l.Member, l.Moved, l.Version = name("k1.login"), member.ID(name("member")), member.ID(name("from")), 1
	return l
}

func fieldsOfLogin(t *testing.T, ctx context.Context, s signin.Store) {
	for seed := range uint64(3) {
		want := aLogin(seed)
		if seed == 0 {
			want.Sealed, want.Moved = "", ""
		}
		must(t, s.Create(ctx, want))
		got, err := s.ByIDs(ctx, []string{want.ID, name("nothing")})
		must(t, err)
		same(t, "the login", got, []signin.Login{want})
		next := aLogin(seed + 100)
		next.ID = want.ID
		must(t, s.Save(ctx, next))
		got, err = s.ByIDs(ctx, []string{want.ID})
		must(t, err)
		next.Version = 2
		same(t, "the changed login", got, []signin.Login{next})
		if all, err := s.Of(ctx, want.Member); len(all) > 0 || err != nil {
			t.Errorf("it is still listed for who had it: %v, %v", all, err)
		}
	}
}

func oneLogin(t *testing.T, ctx context.Context, s signin.Store) {
	l := aLogin(1)
	i := onlyWinner(t, together(16, func(i int) error {
		mine := l
		mine.Used = l.Used.Add(time.Duration(i) * time.Minute)
		return s.Create(ctx, mine)
	}), signin.ErrExists)
	got, err := s.ByIDs(ctx, []string{l.ID})
	must(t, err)
	if len(got) != 1 || !got[0].Used.Equal(l.Used.Add(time.Duration(i)*time.Minute)) {
		t.Errorf("it is %v", got)
	}
}

func versionsOfLogin(t *testing.T, ctx context.Context, s signin.Store) {
	l := aLogin(1)
	must(t, s.Create(ctx, l))
	onlyWinner(t, together(16, func(i int) error {
		if i%2 == 0 {
			return s.Remove(ctx, l)
		}
		return s.Save(ctx, l)
	}), signin.ErrStale)
	if err := s.Remove(ctx, aLogin(2)); !errors.Is(err, signin.ErrStale) {
		t.Errorf("removed without being there: %v", err)
	}
}

func loginsOfMember(t *testing.T, ctx context.Context, s signin.Store) {
	who := member.ID(name("member"))
	var want []string
	for i := range 3 {
		l := aLogin(uint64(i))
		l.At = shopping.Add(time.Duration(i) * time.Second)
		if l.Member = who; i == 2 {
			l.Member, l.Moved = l.Moved, who
		}
		must(t, s.Create(ctx, l))
		want = append(want, l.ID)
	}
	other := aLogin(9)
	other.Member = who + "x"
	must(t, s.Create(ctx, other))
	all, err := s.Of(ctx, who)
	must(t, err)
	var got []string
	for _, l := range all {
		got = append(got, l.ID)
	}
	same(t, "the list", got, want)
}
