package session_test

import (
	"errors"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/session"
	"membergate/internal/viewer"
)

var noon = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)

func code(err error) string {
	var refused *fault.Refusal
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func TestARefreshTokenIsGoodOnceAndMomentsLonger(t *testing.T) {
	began := session.Start("s", "17850", "APPLE", "phone", noon)
	turned, err := began.Turned(0, noon.Add(time.Hour))
	if err != nil || turned.Turn != 1 || !turned.Until.Equal(noon.Add(time.Hour+session.Idle)) {
		t.Fatalf("%+v, %v", turned, err)
	}
	for name, c := range map[string]struct {
		of    session.Session
		turn  int64
		at    time.Time
		want  string
		turns int64
		ends  bool
	}{
		"the newest":              {turned, 1, noon.Add(2 * time.Hour), "", 2, false},
		"at once again":           {turned, 0, noon.Add(time.Hour), "", 1, false},
		"ten seconds later":       {turned, 0, noon.Add(time.Hour + 10*time.Second), "", 1, false},
		"more than that":          {turned, 0, noon.Add(time.Hour + 10*time.Second + time.Millisecond), "TOKEN_REUSED", 1, true},
		"one that is not yet":     {turned, 2, noon.Add(time.Hour), "SESSION_UNKNOWN", 1, false},
		"in the last moment":      {turned, 1, turned.Until.Add(-time.Millisecond), "", 2, false},
		"too late":                {turned, 1, turned.Until, "SESSION_EXPIRED", 1, false},
		"of a session that ended": {turned.Over(session.SignedOut, noon.Add(time.Hour)), 1, noon.Add(time.Hour), "SESSION_ENDED", 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			next, err := c.of.Turned(c.turn, c.at)
			if code(err) != c.want || (err == nil) != (c.want == "") || next.Turn != c.turns || next.Ended.IsZero() == c.ends {
				t.Errorf("%+v, %v", next, err)
			}
		})
	}
}

func TestASessionEndsAfterHalfAYearHoweverOftenItIsUsed(t *testing.T) {
	s := session.Start("s", "17850", "APPLE", "", noon)
	now := noon
	for err := error(nil); err == nil; {
		now = now.Add(7 * 24 * time.Hour)
		s, err = s.Turned(s.Turn, now)
	}
	if now.Before(noon.Add(session.Most)) || now.After(noon.Add(session.Most+7*24*time.Hour)) {
		t.Errorf("it ended at %s", now)
	}
}

func TestWhatIsOverStaysAsItIs(t *testing.T) {
	s := session.Start("s", "17850", "APPLE", "", noon).Over(session.SignedOut, noon)
	if again := s.Over(session.Replayed, noon.Add(time.Hour)); again != s {
		t.Errorf("%+v", again)
	}
	if s.Keep.Before(noon.Add(session.Access + session.Grace)) {
		t.Errorf("it is forgotten at %s, when a token of it may still be good", s.Keep)
	}
}

func TestOnlyAFreshSignInOfASessionIsJustNow(t *testing.T) {
	s := &session.Service{Now: func() time.Time { return noon }}
	for name, c := range map[string]struct {
		who  viewer.Viewer
		want string
	}{
		"just now":                {viewer.Viewer{Session: "s", SignedInAt: noon.Add(-session.Fresh + time.Second)}, ""},
		"ten minutes ago":         {viewer.Viewer{Session: "s", SignedInAt: noon.Add(-session.Fresh)}, "SIGN_IN_TOO_OLD"},
		"without a time":          {viewer.Viewer{Session: "s"}, "SIGN_IN_TOO_OLD"},
		"token of another issuer": {viewer.Viewer{Member: "17850"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.JustNow(c.who); code(err) != c.want || (err == nil) != (c.want == "") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
