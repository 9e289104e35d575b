package programme_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"membergate/internal/programme"
)

// Where a programme asks for marketing by others at all, that is a consent of its own, and nothing of ours runs under it.
func TestMarketingByOthersIsAConsentOfItsOwn(t *testing.T) {
	const own = "THIRD_PARTY_MARKETING"
	for _, name := range []string{"retail-5", "fresh-3"} {
		p, err := programme.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(p.Privacy.Purposes, func(u programme.Purpose) bool { return u.Code == own })
		if i < 0 || p.Privacy.Purposes[i].PolicyVersion == "" || len(p.Privacy.Purposes[i].Deletes) > 0 {
			t.Fatalf("%s: %+v", name, p.Privacy.Purposes)
		}
		used := []string{p.Insight.Purpose}
		for _, s := range p.Lifecycle.Segments {
			used = append(used, s.Consent)
		}
		if all := fmt.Sprintf("%+v", p.Household.Consents); strings.Contains(all, own) {
			t.Errorf("%s: facts of home are kept under %s: %s", name, own, all)
		}
		if slices.Contains(used, own) {
			t.Errorf("%s: under %s runs something of ours: %v", name, own, used)
		}
	}
}
