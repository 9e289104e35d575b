package family_test

import (
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

// at reads a moment in China, where the default programme counts its days: "2026-07-08 12:00".
func at(t testing.TB, s string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", s, time.FixedZone("UTC+8", 8*60*60))
	if err != nil {
		t.Fatal(err)
	}
	return m.UTC()
}

// book is a programme that is always in force.
type book struct{ p *programme.Programme }

func (b book) At(time.Time) *programme.Programme { return b.p }

// retail5 is a copy of the default programme: owners hold GOLD or above, three relatives, 30 days of grace.
func retail5(t testing.TB) *programme.Programme {
	t.Helper()
	p, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	rules := *p.Family
	p.Family = &rules
	return &p
}

// parsed reads the default programme once: it is a long file.
var parsed = sync.OnceValues(func() (programme.Programme, error) {
	const file = "../../programmes/retail-5.yaml"
	b, err := os.ReadFile(file)
	if err != nil {
		return programme.Programme{}, err
	}
	p, err := programme.Parse(file, b)
	if err != nil {
		return programme.Programme{}, err
	}
	return *p, nil
})

// household is a family of one person of each role, who joined a minute after one another in the order of the roles
// from child to owner.
func household(t testing.TB) family.Family {
	t.Helper()
	f := family.Open("home", "owner", at(t, "2026-01-01 00:05"))
	for i, role := range []family.Role{family.Child, family.Teen, family.Adult, family.Guardian} {
		f = f.With(member.ID(names[role]), role, at(t, "2026-01-01 00:00").Add(time.Duration(i)*time.Minute))
	}
	return f
}

var names = map[family.Role]string{
	family.Owner: "owner", family.Guardian: "guardian", family.Adult: "adult", family.Teen: "teen", family.Child: "child",
}

// standing is a history of tiers held, one after another: "GOLD@2026-01-01 00:00".
func standing(t testing.TB, turns ...string) tier.Standing {
	t.Helper()
	s := tier.Standing{State: tier.Active}
	for _, turn := range turns {
		code, moment := turn[:len(turn)-len("@2026-01-01 00:00")], turn[len(turn)-len("2026-01-01 00:00"):]
		s.History = append(s.History, tier.Change{At: at(t, moment), From: s.Earned, To: code})
		s.Earned, s.Since = code, at(t, moment)
	}
	return s
}

// coins is the state of a wallet with lots: each a number of days until it dies, from the start of 2026, and coins.
func coins(t testing.TB, lots ...[2]int64) wallet.State {
	t.Helper()
	var s wallet.State
	for _, l := range lots {
		lot := wallet.Lot{Free: l[1]}
		if l[0] > 0 {
			lot.Expires = at(t, "2026-01-01 00:00").AddDate(0, 0, int(l[0]))
		}
		s.Lots = append(s.Lots, lot)
	}
	return s
}

var sharing = family.Gate{Open: true, Tier: programme.Tier{Code: "GOLD", Rank: 2}}

// let changes the person with a member id, on a copy.
func let(f family.Family, who member.ID, change func(*family.Person)) family.Family {
	f.People = slices.Clone(f.People)
	for i := range f.People {
		if f.People[i].Member == who {
			change(&f.People[i])
		}
	}
	return f
}
