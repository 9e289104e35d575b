package experiment_test

import (
	"fmt"
	"testing"
	"time"

	"membergate/internal/experiment"
	"membergate/internal/member"
	"membergate/internal/programme"
)

var (
	start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	// S0-118: three amounts of a coupon, and a tenth of the members takes no part.
	amounts = programme.Experiment{Code: "COUPON_AMOUNT", From: start, Variants: []programme.Variant{
		{Code: "TEN", BasisPoints: 3000, Parameters: map[string]int64{"app.couponFen": 1000}},
		{Code: "TWENTY", BasisPoints: 3000, Parameters: map[string]int64{"app.couponFen": 2000}},
		{Code: "FIFTY", BasisPoints: 3000, Parameters: map[string]int64{"app.couponFen": 5000}},
	}}
	views = programme.Experiment{Code: "VIEWS", Purpose: "PERSONALISATION", From: start, Variants: []programme.Variant{
		{Code: "CONTROL", BasisPoints: 5000}, {Code: "STRONG", BasisPoints: 5000, Parameters: map[string]int64{"recommendations.recent.viewed": 250}},
	}}
)

func someone(i int) member.ID { return member.ID(fmt.Sprintf("m%d", i)) }

func TestMembersAreDrawnByTheSharesAndAlwaysAlike(t *testing.T) {
	const n = 20_000
	got, moved, both := map[string]int{}, 0, map[string]int{}
	salted := amounts
	salted.Salt = "second round"
	for i := range n {
		v, _ := experiment.Draw(amounts, someone(i))
		if again, _ := experiment.Draw(amounts, someone(i)); again.Code != v.Code {
			t.Fatalf("%s is once in %q, then in %q", someone(i), v.Code, again.Code)
		}
		got[v.Code]++
		if anew, _ := experiment.Draw(salted, someone(i)); anew.Code != v.Code {
			moved++
		}
		other, _ := experiment.Draw(views, someone(i))
		if v.Code == "TEN" {
			both[other.Code]++
		}
	}
	for code, want := range map[string]int{"TEN": n * 3 / 10, "TWENTY": n * 3 / 10, "FIFTY": n * 3 / 10, "": n / 10} {
		if off := got[code] - want; off > n/50 || off < -n/50 {
			t.Errorf("%q has %d members, want some %d", code, got[code], want)
		}
	}
	if moved < n/2 {
		t.Errorf("another salt moves %d of %d members", moved, n)
	}
	if a, b := both["CONTROL"], both["STRONG"]; a-b > n/50 || b-a > n/50 {
		t.Errorf("one experiment weighs on another: %v", both)
	}
	// who was drawn stays drawn: programs of other hosts, and later versions, must give the same
	for who, want := range map[member.ID]string{"17850": "FIFTY", "12583": "TWENTY", "1002": "TEN", "12748": "TEN"} {
		if v, _ := experiment.Draw(amounts, who); v.Code != want {
			t.Errorf("%s is in %q, was in %q", who, v.Code, want)
		}
	}
}

func TestWhoTakesPartIsDecidedByTimeAndConsent(t *testing.T) {
	end := start.AddDate(0, 1, 0)
	over := views
	over.Code, over.Until = "OVER", &end
	rules := &programme.Recommendations{Recent: programme.Recent{Viewed: 150, InCart: 200}}
	p := &programme.Programme{Experiments: []programme.Experiment{views, over, amounts}, Recommendations: rules}
	strong := member.ID("")
	for i := 0; strong == ""; i++ {
		if v, _ := experiment.Draw(views, someone(i)); v.Code == "STRONG" {
			if _, in := experiment.Draw(amounts, someone(i)); in {
				strong = someone(i)
			}
		}
	}
	agreed := member.Profile{ID: strong, Consents: map[string]member.Consent{"PERSONALISATION": {Granted: true}}}
	names := func(parts []experiment.Part) (out string) {
		for _, part := range parts {
			out += part.Experiment + " "
		}
		return out
	}
	for _, c := range []struct {
		what string
		who  member.Profile
		at   time.Time
		want string
	}{
		{"before", agreed, start.Add(-1), ""}, {"at the start", agreed, start, "VIEWS OVER COUPON_AMOUNT "},
		{"at an end", agreed, end, "VIEWS COUPON_AMOUNT "}, {"without a yes", member.Profile{ID: strong}, start, "COUPON_AMOUNT "},
	} {
		if got := names(experiment.Of(p, c.who, c.at)); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	if got := experiment.Rules(p, strong, end); got.Recent != (programme.Recent{Viewed: 250, InCart: 200}) || rules.Recent.Viewed != 150 {
		t.Errorf("the rules are %+v, the programme's %+v", got.Recent, rules.Recent)
	}
	for code, want := range map[string]int64{"BACK": 0, "OTHER": 0} {
		if got := experiment.CouponValue(p, agreed, code, start); got != want {
			t.Errorf("coupon %s is worth %d, want %d", code, got, want)
		}
	}
	amount, _ := experiment.Draw(amounts, strong)
	p.Experiments[len(p.Experiments)-1].Variants = []programme.Variant{{Code: "ALL", BasisPoints: 10_000, Parameters: map[string]int64{"coupons.BACK.value": 2000}}}
	if amount.Code == "" || experiment.CouponValue(p, agreed, "BACK", start) != 2000 || experiment.CouponValue(p, agreed, "BACK", start.Add(-1)) != 0 {
		t.Errorf("coupon BACK is worth %d", experiment.CouponValue(p, agreed, "BACK", start))
	}
	if got := experiment.Rules(p, "", end); got != rules {
		t.Errorf("nobody's rules are %+v", got)
	}
}
