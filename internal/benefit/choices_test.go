package benefit_test

import (
	"slices"
	"testing"
	"time"

	"membergate/internal/benefit"
	"membergate/internal/eligibility"
	"membergate/internal/programme"
)

// zodiac is three signs of a year; the last one goes on over New Year.
var zodiac = []programme.Sign{{Code: "RAM", From: "03-21"}, {Code: "LION", From: "07-23"}, {Code: "GOAT", From: "12-22"}}

// box is a birthday's blind box: two of the things that fit.
var box = programme.Benefit{
	Code: "BOX", Eligibility: programme.Eligibility{Birthday: "MONTH"}, Quota: programme.Quota{Count: 1, Per: programme.PerYear},
	Choices: &programme.Choices{Show: 2, Options: []programme.Option{
		{Code: "TEA", Value: 8000, Titles: programme.Text{"zh-CN": "茶"}},
		{Code: "PAN", Value: 32000, Signs: []string{"LION"}},
		{Code: "BALL", Value: 9000, Preferences: []string{"SPORT"}},
		{Code: "BOOK", Value: 9000, Preferences: []string{"READING"}},
	}},
}

func born(on string, likes ...string) eligibility.Facts {
	f := facts("FREE")
	f.Profile.Birthday, f.Told.Preferences = on, likes
	return f
}

func TestOptionsFollowSignAndPreferences(t *testing.T) {
	p := example(t, box)
	p.Signs = zodiac
	for name, c := range map[string]struct {
		f    eligibility.Facts
		want []string
	}{
		"nobody's sign, nothing liked": {born("1990-04-01"), []string{"TEA", "BALL"}},
		"a sign's own":                 {born("1990-07-23"), []string{"TEA", "PAN"}},
		"the day before the sign":      {born("1990-07-22"), []string{"TEA", "BALL"}},
		"what is liked comes first":    {born("1990-07-23", "READING"), []string{"BOOK", "TEA"}},
		"both are liked":               {born("1990-07-23", "READING", "SPORT"), []string{"BALL", "BOOK"}},
		"no birthday":                  {born(""), []string{"TEA", "BALL"}},
	} {
		var got []string
		for _, o := range benefit.Options(p, box, c.f) {
			got = append(got, o.Code)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for day, want := range map[string]string{"2000-03-20": "GOAT", "2000-03-21": "RAM", "2000-12-21": "LION", "2000-12-31": "GOAT", "2000-01-01": "GOAT", "2004-02-29": "GOAT", "": ""} {
		if got := p.SignOf(day); got != want {
			t.Errorf("born on %s: %q, want %q", day, got, want)
		}
	}
}

func TestABlindBoxIsChosenOnceABirthdayYear(t *testing.T) {
	p := example(t, box)
	p.Signs = zodiac
	service, who := open(p), born("1990-07-23")
	for _, c := range []struct{ key, local, choice, want string }{
		{"a", "2026-06-30 23:59", "TEA", benefit.LockedNow},
		{"b", "2026-07-01 00:00", "BALL", benefit.ChoiceUnknown}, // for others
		{"c", "2026-07-01 00:00", "", benefit.ChoiceNeeded},
		{"d", "2026-07-01 00:00", "PAN", ""},
		{"e", "2026-07-31 23:59", "PAN", benefit.UsedUp},
		{"f", "2026-08-01 00:00", "TEA", benefit.LockedNow},
		{"g", "2027-07-23 12:00", "TEA", ""},
	} {
		wish := by(c.key, "BOX", at(t, c.local), who)
		wish.Choice = c.choice
		r, _, err := service.Use(t.Context(), wish)
		if code(err) != c.want || err == nil && (r.Choice != c.choice || r.ChoiceValue == 0) {
			t.Errorf("%s at %s: %v, %+v; want %q", c.choice, c.local, err, r, c.want)
		}
	}
}

func TestTheBirthdayBoxOfRetail5ShowsFourBoxesOf80To320YuanUnderEverySign(t *testing.T) {
	p := retail5(t)
	var box programme.Benefit
	for _, b := range p.Benefits {
		if b.Code == "BIRTHDAY_BOX" {
			box = b
		}
	}
	lists := map[string]bool{}
	for month := 1; month <= 12; month++ {
		for _, likes := range [][]string{nil, {"SEAFOOD"}, {"PETS", "BAKING"}} {
			f := born(time.Date(1990, time.Month(month), 25, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), likes...)
			options, list := benefit.Options(p, box, f), ""
			for _, o := range options {
				if list += o.Code + " "; o.Value < 8000 || o.Value > 32000 {
					t.Errorf("%s is worth %d fen", o.Code, o.Value)
				}
			}
			if lists[list] = true; len(options) != 4 {
				t.Errorf("born in month %d, who likes %v is shown %s", month, likes, list)
			}
		}
	}
	if len(lists) != 12 { // four kinds of signs, three kinds of likes
		t.Errorf("%d lists are shown to all, want 12: %v", len(lists), lists)
	}
}
