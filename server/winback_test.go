package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/experiment"
	"membergate/internal/insight"
	"membergate/internal/member"
)

const giftsQuery = `{ me { coupons(first: 50) { nodes { templateCode source state valueFen } } privacy { portrait { health { score lowSince } } } } }`

// gifts says which coupons of a source a member has, and whether the health score is known to be low.
func (f *forgetful) gifts(who member.ID, source string) (all []string, low bool) {
	f.t.Helper()
	r := good(f.t, f.g.url, question{query: giftsQuery, who: string(who)})
	nodes, _ := r.at(f.t, "me", "coupons", "nodes").([]any)
	for n := range nodes {
		if r.at(f.t, "me", "coupons", "nodes", n, "source") == source {
			all = append(all, fmt.Sprint(r.at(f.t, "me", "coupons", "nodes", n, "templateCode"), " ", r.at(f.t, "me", "coupons", "nodes", n, "valueFen")))
		}
	}
	if strings.Contains(r.text, `"portrait":null`) {
		return all, false
	}
	return all, r.at(f.t, "me", "privacy", "portrait", "health", "lowSince") != nil
}

// scored tells of a member's score, as a model outside does.
func (f *forgetful) scored(who member.ID, id string, score int, at time.Time) {
	f.t.Helper()
	service := &event.Service{Orders: f.st.orderService(f.rules), Hears: f.st.insightService(f.rules), Now: func() time.Time { return at }}
	poison, err := service.Apply(f.t.Context(), []event.Message{{ID: id, Type: "member.scored", Member: string(who), At: at.UTC().Format(time.RFC3339),
		Data: fmt.Sprintf(`{"model":"churn-12","score":%d}`, score)}})
	if err != nil || len(poison) > 0 {
		f.t.Error(err, poison)
	}
}

func TestWhoIsLostIsWonBackOnce(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f, now := newForgetful(t, s, st), time.Now()
		says := func(what string, who member.ID, wantLow bool, want ...string) {
			t.Helper()
			if all, low := f.gifts(who, "WINBACK"); !slices.Equal(all, want) || low != wantLow {
				t.Errorf("%s: %v, low %v; want %v, %v", what, all, low, want, wantLow)
			}
		}
		const coupon = "WELCOME_BACK 2000"
		f.scored(forgetter, "s-0", 30, now.Add(-time.Hour))
		says("at the threshold", forgetter, false)
		f.scored(forgetter, "s-1", 29, now.Add(-time.Minute))
		says("below it", forgetter, true, coupon)
		f.scored(forgetter, "s-1", 29, now.Add(-time.Minute))
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() { f.scored(forgetter, fmt.Sprint("s-at-once-", n), n, now.Add(-time.Duration(n)*time.Second)) })
		}
		all.Wait()
		says("still below it", forgetter, true, coupon)
		f.scored(forgetter, "s-2", 80, now.Add(time.Second))
		says("well again", forgetter, false, coupon)
		f.scored(forgetter, "s-3", 12, now.Add(2*time.Second))
		says("below it in the same days", forgetter, true, coupon)

		// a process that dies between noticing and giving: the next survey gives
		n, err := st.insights.Of(t.Context(), rememberer)
		if err != nil {
			t.Fatal(err)
		}
		n.Low, n.Score = now.UTC().Truncate(time.Millisecond), insight.Score{Model: "churn-12", Value: 3, At: now.UTC().Truncate(time.Second)}
		if err := st.insights.Save(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		says("left by somebody who died", rememberer, true)
		f.surveyAtOnce(now)
		says("surveyed", rememberer, true, coupon)
		says("surveyed", forgetter, true, coupon)

		// months later the next spell has a coupon of its own; who said no has none
		later := now.AddDate(0, 0, 91)
		f.scored(forgetter, "s-4", 90, later)
		if r := f.app.consent("PERSONALISATION", false); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		f.scored(forgetter, "s-5", 5, later.Add(time.Minute))
		says("after a no", forgetter, false, coupon)
		if r := f.app.consent("PERSONALISATION", true); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		f.scored(forgetter, "s-6", 5, later.Add(time.Hour))
		if all, _ := f.gifts(forgetter, "WINBACK"); len(all) != 2 {
			t.Errorf("months later there are %v", all)
		}
	})
}

// surveyAtOnce lets several workers survey all members at the same time.
func (f *forgetful) surveyAtOnce(now time.Time) {
	f.t.Helper()
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if _, err := f.st.insightService(f.rules).Survey(context.Background(), now); err != nil {
				f.t.Error(err)
			}
		})
	}
	all.Wait()
}

// How often members buy decides which coupon they have each month, and the experiment what it is worth.
func TestTheCouponOfTheMonthSuitsHowOftenMembersBuy(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f, now := newForgetfulOf(t, s, st, "fresh-3"), time.Now()
		worth := func(who member.ID, code string) string {
			t.Helper()
			profile := member.Profile{ID: who}
			if v := experiment.CouponValue(f.rules.At(now), profile, code, now); v > 0 {
				return fmt.Sprint(code, " ", v)
			}
			c, known := f.rules.At(now).Template(code)
			if !known {
				t.Fatalf("there is no coupon %s", code)
			}
			return fmt.Sprint(code, " ", c.Value)
		}
		f.surveyAtOnce(now)
		f.surveyAtOnce(now.Add(time.Hour))
		amounts := map[string]bool{}
		for _, who := range []member.ID{forgetter, rememberer} {
			all, _ := f.gifts(who, "FREQUENCY")
			if !slices.Equal(all, []string{worth(who, "NOW_AND_THEN")}) {
				t.Errorf("%s has %v, want %s", who, all, worth(who, "NOW_AND_THEN"))
			}
			r := good(t, f.g.url, question{query: `{ me { experiments { code variant parameters { name value } } } }`, who: string(who)})
			if len(all) == 1 && !strings.Contains(r.text, `"value":`+strings.TrimPrefix(all[0], "NOW_AND_THEN ")) {
				t.Errorf("%s has %v and meets %s", who, all, r.text)
			}
			amounts[strings.Join(all, "")] = true
		}
		t.Log(amounts)
		for n := range 2 { // one of them becomes a regular
			id := fmt.Sprint("more-", n)
			service := &event.Service{Orders: f.st.orderService(f.rules), Hears: f.st.insightService(f.rules), Now: time.Now}
			if poison, err := service.Apply(t.Context(), []event.Message{{ID: id, Type: "order.paid", Member: string(forgetter), At: now.UTC().Format(time.RFC3339),
				Data: fmt.Sprintf(`{"orderId":%q,"amountFen":100,"channel":"STORE","lines":[]}`, id)}}); err != nil || len(poison) > 0 {
				t.Fatal(err, poison)
			}
		}
		f.surveyAtOnce(now.AddDate(0, 0, 35)) // in another month
		for who, want := range map[member.ID][]string{
			forgetter: {worth(forgetter, "NOW_AND_THEN"), worth(forgetter, "REGULAR")}, rememberer: {worth(rememberer, "NOW_AND_THEN"), worth(rememberer, "NOW_AND_THEN")},
		} {
			if all, _ := f.gifts(who, "FREQUENCY"); !slices.Equal(all, want) {
				t.Errorf("a month later %s has %v, want %v", who, all, want)
			}
		}
	})
}
