package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/member"
	"membergate/internal/product"
	"membergate/internal/recommend"
)

const portraitQuery = `{ me { privacy { portrait { categoryShares { category percent } days tags { group code source at } segment segments stage
	rfm { recency frequency monetary } health { score model parts { code points most lastAt } } } } } }`

// platform tells words about a member, as other services do, each of them twice.
type platform struct {
	*forgetful
	service *event.Service
	told    int
}

func (f *forgetful) platform() *platform {
	return &platform{f, &event.Service{Orders: f.st.orderService(f.rules), Hears: f.st.insightService(f.rules), Now: time.Now}, 0}
}

func (p *platform) tell(kind string, at time.Time, data string) []event.Poison {
	p.t.Helper()
	p.told++
	m := event.Message{ID: fmt.Sprintf("word-%d", p.told), Type: kind, Member: string(forgetter), At: at.UTC().Format(time.RFC3339), Data: data}
	var poison []event.Poison
	for range 2 {
		var err error
		if poison, err = p.service.Apply(p.t.Context(), []event.Message{m}); err != nil {
			p.t.Fatal(err)
		}
	}
	return poison
}

func (p *platform) portrait() reply {
	p.t.Helper()
	return good(p.t, p.g.url, question{query: portraitQuery, who: string(forgetter)})
}

// note tells what is kept of a member, as the stores have it.
func (p *platform) kept(who member.ID) (note bool, looks int) {
	p.t.Helper()
	n, err := p.st.insights.Of(p.t.Context(), who)
	if err != nil {
		p.t.Fatal(err)
	}
	seen, err := p.st.cache.Looks().Viewed(p.t.Context(), who, time.Time{})
	if err != nil {
		p.t.Fatal(err)
	}
	return n.Version > 0, len(seen)
}

// What members look at and buy, and what a data platform says of them, is their portrait, as long as they agree.
func TestAPortraitIsDrawnOfWhatAMemberDoes(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		p, now := newForgetful(t, s, st).platform(), time.Now()
		if err := st.products.PutAll(t.Context(), []product.Product{{SKU: "A", Title: "A", Category: "VEGETABLES"}, {SKU: "B", Title: "B", Category: "MEAT"}}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			p.tell("product.viewed", now.Add(-time.Minute), `{"sku":"B"}`)
		}
		p.tell("product.viewed", now.AddDate(0, 0, -40), `{"sku":"B"}`)
		p.tell("review.written", now.AddDate(0, 0, -1), `{"orderId":"of-forgetter","sku":"A"}`)
		tags := []string{`{"group":"EMOTION","code":"CALM"}`}
		for n := range 498 {
			tags = append(tags, fmt.Sprintf(`{"group":"G%d","code":"X"}`, n))
		}
		p.tell("member.tagged", now, `{"source":"cdp","tags":[`+strings.Join(tags, ",")+`]}`)
		p.tell("member.segmented", now, `{"segments":["QUALITY_SEEKING"]}`)
		p.tell("order.paid", now, `{"orderId":"large","amountFen":1200000,"channel":"STORE","lines":[{"sku":"C","quantity":1,"amountFen":1200000}]}`)
		if n, err := st.insightService(p.rules).Survey(t.Context(), now); err != nil || n != 2 {
			t.Errorf("%d members were counted, %v", n, err)
		}
		r := p.portrait()
		at := func(path ...any) any {
			t.Helper()
			return r.at(t, append([]any{"me", "privacy", "portrait"}, path...)...)
		}
		if jsonOf(at("categoryShares")) != `[{"category":"OTHER","percent":38},{"category":"VEGETABLES","percent":37},{"category":"MEAT","percent":25}]` || at("days") != 30.0 {
			t.Errorf("shares: %s", jsonOf(at("categoryShares")))
		}
		if all := at("tags").([]any); len(all) != 498 || jsonOf(all[0]) == "" || strings.Contains(jsonOf(all), "EMOTION") || at("tags", 0, "source") != "cdp" {
			t.Errorf("%d tags: %.200s", len(all), jsonOf(all))
		}
		if at("segment") != "HIGH_VALUE" || jsonOf(at("segments")) != `["HIGH_VALUE","QUALITY_SEEKING"]` || at("stage") != "NEWCOMER" {
			t.Errorf("segments %s, stage %v", jsonOf(at("segments")), at("stage"))
		}
		if jsonOf(at("rfm")) != `{"frequency":5,"monetary":5,"recency":5}` {
			t.Errorf("fifths: %s", jsonOf(at("rfm")))
		}
		if at("health", "score") != 80.0 || at("health", "model") != nil || at("health", "parts", 3, "points") != 0.0 || at("health", "parts", 3, "lastAt") != nil {
			t.Errorf("health: %s", jsonOf(at("health")))
		}
		p.tell("member.scored", now, `{"model":"churn-12","score":12}`)
		if r = p.portrait(); at("health", "score") != 12.0 || at("health", "model") != "churn-12" {
			t.Errorf("a model outside: %s", jsonOf(at("health")))
		}
		// a consent of its own: only what comes after the yes is kept, and a no hides it at once
		if r := p.app.consent("EMOTION", true); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		p.tell("member.tagged", now.Add(time.Minute), `{"source":"cdp","tags":[{"group":"EMOTION","code":"CALM"},{"group":"PRICE","code":"LOW"}]}`)
		if r = p.portrait(); len(at("tags").([]any)) != 2 || at("tags", 0, "code") != "CALM" {
			t.Errorf("after the second yes: %s", jsonOf(at("tags")))
		}
		if raw, err := st.insights.Of(t.Context(), forgetter); err != nil || len(raw.Tags) != 2 {
			t.Errorf("%+v, %v", raw, err)
		}
		if r := p.app.consent("EMOTION", false); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		if r = p.portrait(); len(at("tags").([]any)) != 1 || at("tags", 0, "code") != "LOW" {
			t.Errorf("after the no: %s", jsonOf(at("tags")))
		}
		p.untilDone(time.Now())
		if raw, err := st.insights.Of(t.Context(), forgetter); err != nil || len(raw.Tags) != 0 || raw.Reviewed.IsZero() {
			t.Errorf("deleted, there is %+v, %v", raw, err)
		}
		if poison := p.tell("member.tagged", now, `{"source":"cdp","tags":"all"}`); len(poison) != 1 || !strings.Contains(poison[0].Reason, "data.tags") {
			t.Errorf("no list: %v", poison)
		}
		if poison := p.tell("member.scored", now.Add(48*time.Hour), `{"model":"m","score":101}`); len(poison) != 1 || !strings.Contains(poison[0].Reason, "allowed are whole numbers from 0 to 100") {
			t.Errorf("no score: %v", poison)
		}
	})
}

// After a no nothing is drawn, read or kept, and what was kept is deleted wherever the process that does it is killed.
func TestWithoutConsentThereIsNoPortrait(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		p, now := newForgetful(t, s, st).platform(), time.Now()
		p.tell("product.viewed", now, `{"sku":"A"}`)
		p.tell("member.signedIn", now, `{}`)
		if note, looks := p.kept(forgetter); !note || looks != 1 {
			t.Fatalf("kept are %v, %d", note, looks)
		}
		if r := p.app.consent(recommend.Purpose, false); r.refusal(t, "consentSet") != "" {
			t.Fatal(r.text)
		}
		if r := p.portrait(); r.at(t, "me", "privacy", "portrait") != nil {
			t.Errorf("after the no: %s", r.text)
		}
		p.untilDone(time.Now())
		if note, looks := p.kept(forgetter); note || looks != 0 {
			t.Errorf("deleted, there are %v, %d", note, looks)
		}
		for kind, data := range map[string]string{"product.viewed": `{"sku":"A"}`, "member.signedIn": `{}`, "member.scored": `{"model":"m","score":1}`,
			"member.tagged": `{"source":"cdp","tags":[{"group":"PRICE","code":"LOW"}]}`} {
			if poison := p.tell(kind, now, data); len(poison) != 0 {
				t.Errorf("%s: %v", kind, poison)
			}
			if note, looks := p.kept(forgetter); note || looks != 0 {
				t.Errorf("%s: without a yes there are %v, %d", kind, note, looks)
			}
		}
	})
}
