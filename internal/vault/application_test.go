package vault_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/vault"
)

var noon = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

// Whoever answers in whatever order: it is approved only once each role has said yes by somebody of its own, who neither
// applied nor is the member, and it can be read only after that, within its time.
func TestNothingIsApprovedWithoutTwoOthers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := vault.Application{ID: "a", Member: "m", By: "anna", Needs: []string{"dpo", "legal"}, At: noon, DecideBy: noon.Add(time.Hour), Window: time.Hour}
		now := noon
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "minutes")) * time.Minute)
			by := rapid.SampledFrom([]string{"anna", "m", "dora", "lars", "bella"}).Draw(t, "by")
			roles := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"dpo", "legal", "service"}), 0, 3, rapid.ID[string]).Draw(t, "roles")
			role := a.MayAnswer(by, roles, now)
			if role == "" {
				continue
			}
			if by == "anna" || by == "m" || !slices.Contains(roles, role) || a.StateAt(now) != vault.Pending {
				t.Fatalf("%s may answer as %q", by, role)
			}
			act := vault.Yes
			if rapid.IntRange(0, 9).Draw(t, "no") == 0 {
				act = vault.No
			}
			a.Deeds = append(a.Deeds, vault.Deed{Act: act, By: by, Role: role, At: now})
		}
		yes := map[string]string{}
		no := false
		for _, d := range a.Deeds {
			if d.Act == vault.No {
				no = true
				continue
			}
			yes[d.Role] = d.By
		}
		whole := len(yes) == 2 && yes["dpo"] != yes["legal"]
		switch state := a.StateAt(now); {
		case state == vault.Approved && (!whole || no || !now.Before(a.ReadBy())):
			t.Fatalf("approved with %v, a no is %v", yes, no)
		case state == vault.Pending && (whole || no || !now.Before(a.DecideBy)):
			t.Fatalf("pending with %v, a no is %v", yes, no)
		case no != (state == vault.Rejected):
			t.Fatalf("it is %s, and a no is %v", state, no)
		}
	})
}

func TestAnApplicationEndsWhenItsTimesAreOver(t *testing.T) {
	a := vault.Application{Needs: []string{"dpo", "legal"}, At: noon, DecideBy: noon.Add(time.Hour), Window: 30 * time.Minute}
	deed := func(act vault.Act, role string, after time.Duration) vault.Deed {
		return vault.Deed{Act: act, By: role, Role: role, At: noon.Add(after)}
	}
	yeses := []vault.Deed{deed(vault.Yes, "legal", 10*time.Minute), deed(vault.Yes, "dpo", 50*time.Minute)}
	for name, c := range map[string]struct {
		deeds []vault.Deed
		after time.Duration
		want  vault.State
	}{
		"waits":                   {nil, time.Hour - 1, vault.Pending},
		"nobody answered":         {nil, time.Hour, vault.Expired},
		"one answered":            {yeses[:1], time.Hour, vault.Expired},
		"approved":                {yeses, 50 * time.Minute, vault.Approved},
		"approved, later":         {yeses, 80*time.Minute - 1, vault.Approved},
		"nobody read it":          {yeses, 80 * time.Minute, vault.Expired},
		"read":                    {append(slices.Clone(yeses), deed(vault.Read, "service", time.Hour)), 1000 * time.Hour, vault.Done},
		"refused":                 {[]vault.Deed{deed(vault.No, "dpo", 0)}, time.Minute, vault.Rejected},
		"refused after the first": {[]vault.Deed{yeses[0], deed(vault.No, "dpo", time.Hour)}, 1000 * time.Hour, vault.Rejected},
	} {
		b := a
		b.Deeds = c.deeds
		if got := b.StateAt(noon.Add(c.after)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if read := b.ReadAt(); read.IsZero() == (c.want == vault.Done) {
			t.Errorf("%s: it was read at %v", name, read)
		}
	}
}
