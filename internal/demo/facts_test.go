package demo

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"membergate/internal/benefit"
	"membergate/internal/clock"
	"membergate/internal/eligibility"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/picture"
	"membergate/internal/recommend"
	"membergate/internal/tier"
	"membergate/internal/wallet"
)

func TestTheDemoIsAsBigAsPromised(t *testing.T) {
	st, p, r := shared(t)
	if r.Members != 150 || r.Families != 20 || r.Products != 120 || r.Rewards != 24 || r.Posts != 200 || r.Comments < 550 || r.Marks < 1500 || r.Lists < 300 {
		t.Errorf("%+v", r)
	}
	held := map[string]int{}
	agreed, faces := 0, 0
	for _, who := range p.people {
		h := holder(t, st, who.ID)
		held[h.Account.Standing.Held(p.rules, present).Code]++
		if h.Account.Outbox != nil || h.Account.Standing.State != tier.Active {
			t.Errorf("%v is left %s with %d steps", who, h.Account.Standing.State, len(h.Account.Outbox))
		}
		if h.Profile.Agreed(recommend.Purpose) {
			agreed++
			if c := h.Profile.Consents[recommend.Purpose]; c.Source != "demo" || c.PolicyVersion == "" || c.At.After(present) {
				t.Errorf("%v agreed as %+v", who, c)
			}
		}
		if h.Profile.Avatar != "" {
			faces++
		}
	}
	for _, each := range p.rules.Tiers {
		if held[each.Code] == 0 {
			t.Errorf("nobody holds %s: %v", each.Code, held)
		}
		if each.CapPerMille > 0 && held[each.Code] > members*each.CapPerMille/1000 {
			t.Errorf("%d hold %s", held[each.Code], each.Code)
		}
	}
	if agreed < 90 || agreed > 120 || faces < 100 || faces == members {
		t.Errorf("%d of %d agreed, %d have a face", agreed, members, faces)
	}
}

func TestMembersToTryOutHaveWhatTheFirstScreenShows(t *testing.T) {
	st, p, _ := shared(t)
	ctx := context.Background()
	demos, err := st.Accounts.Demo(ctx)
	if err != nil || len(demos) != 3 {
		t.Fatalf("%d members to try out, %v", len(demos), err)
	}
	top := len(p.rules.Tiers) - 1
	for i, rank := range []int{1, 2, top} {
		h := demos[i]
		s := h.Account.Standing
		if h.Profile.ID != memberID(i) || s.Held(p.rules, present).Rank != rank || h.Profile.Avatar == "" || !h.Profile.Agreed(recommend.Purpose) {
			t.Errorf("%d is %+v with rank %d", i, h.Profile, s.Held(p.rules, present).Rank)
		}
		next, ok := s.Next(p.rules, present)
		if ok != (rank < top) || ok && (next.Remaining <= 0 || next.Percent <= 0) {
			t.Errorf("%s: next tier %+v, %v", h.Profile.ID, next, ok)
		}
		f, ok, err := st.Families.ByMember(ctx, h.Profile.ID)
		if err != nil || !ok || len(f.Active()) < 3 {
			t.Errorf("%s: family %+v, %v", h.Profile.ID, f, err)
		}
		for _, each := range f.Active() {
			if holder(t, st, each.Member).Profile.Avatar == "" {
				t.Errorf("%s: %s in the family has no face", h.Profile.ID, each.Member)
			}
		}
		entries, err := st.Ledger.Page(ctx, h.Account.Wallet, wallet.Query{Limit: 3})
		if err != nil || len(entries) != 3 || entries[0].Kind != wallet.Earn || entries[1].Kind != wallet.Clawback {
			t.Errorf("%s: newest entries %+v, %v", h.Profile.ID, entries, err)
		}
		state := head(t, st, h.Account.Wallet).State
		if state.Available() <= 0 || state.Owed != 0 || len(state.Expiring(present, present.AddDate(0, 0, 90))) == 0 {
			t.Errorf("%s: wallet %+v", h.Profile.ID, state)
		}
		offers := benefit.Available(p.rules, eligibility.Gather(p.rules, h.Profile, s, present), present)
		used, err := st.Usages.ByMember(ctx, h.Profile.ID)
		if err != nil || len(offers) < 3 || used.Version == 0 {
			t.Errorf("%s: %d benefits, usage %+v, %v", h.Profile.ID, len(offers), used, err)
		}
		own, _, _ := st.Lists.Get(ctx, []recommend.Key{recommend.MemberList(h.Profile.ID, recommend.Home)}, "")
		if len(own[recommend.MemberList(h.Profile.ID, recommend.Home)].Items) < 10 {
			t.Errorf("%s: the first screen's list is short", h.Profile.ID)
		}
	}
	last := demos[2].Account.Standing
	if len(last.Grants) != 1 || last.Grants[0].From.After(present) || !last.Grants[0].Until.After(present) {
		t.Errorf("the highest tier is held by %+v", last.Grants)
	}
	highest := p.rules.Tiers[top]
	if r, ok := highest.Route(last.Grants[0].Route); !ok || !last.Read(p.rules, present).Met(r.When) {
		t.Error("the highest tier was given although its route is not open")
	}
}

func TestWalletsAreWhatTheOrdersMake(t *testing.T) {
	st, p, _ := shared(t)
	ctx := context.Background()
	service := wallet.Service{Store: st.Ledger}
	for _, who := range p.people {
		h := holder(t, st, who.ID)
		proof, err := service.Prove(ctx, h.Account.Wallet)
		if err != nil || !proof.Verified {
			t.Errorf("%v: %+v, %v", who, proof, err)
		}
		entries, err := st.Ledger.Chain(ctx, h.Account.Wallet, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		state := head(t, st, h.Account.Wallet).State
		if state.LifetimeEarned-state.LifetimeClawed-state.LifetimeSpent-state.LifetimeExpired != state.Owned()-state.Owed {
			t.Errorf("%v: %+v", who, state)
		}
		if h.Account.Standing.Held(p.rules, present).Code != who.standing.Held(p.rules, present).Code {
			t.Errorf("%v: the rules gave another tier than planned", who)
		}
		for _, e := range entries {
			if e.RecordedAt.After(present) || e.OccurredAt.After(present) || e.OccurredAt.Before(clock.AddMonths(present, -11, p.rules.Zone())) {
				t.Errorf("%v: entry %d occurred at %s", who, e.Seq, e.OccurredAt)
			}
		}
	}
	records, err := st.Orders.Walk(ctx, "", 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		sum := int64(0)
		for _, l := range r.Event.Lines {
			g, ok := p.shelf[l.SKU]
			if !ok || l.Category != g.category || l.Fen != l.Quantity*g.milli/10 || l.Quantity < 1 {
				t.Errorf("%s: %+v", r.ID, l)
			}
			sum += l.Fen
		}
		if r.Event.Kind == order.Paid && (sum != r.Event.Fen || sum <= 0) {
			t.Errorf("%s: lines add up to %d of %d", r.ID, sum, r.Event.Fen)
		}
	}
}

func TestSomeGoodsCountMoreOrLessThanTheirPrice(t *testing.T) {
	_, p, _ := shared(t)
	found := map[string]bool{}
	for _, m := range p.rules.Metrics {
		for _, g := range p.texts.products {
			if _, ok := m.Coefficients[g.category]; ok {
				found[g.category] = true
			}
		}
	}
	if len(found) < 2 {
		t.Errorf("categories with a coefficient: %v", found)
	}
	for _, g := range p.texts.products {
		if g.milli < 3000 || g.milli > 1_000_000 || g.milli%10 != 0 || utf8.RuneCountInString(g.title) < 3 {
			t.Errorf("%+v", g)
		}
	}
}

func TestFamiliesAreAllowed(t *testing.T) {
	st, p, _ := shared(t)
	in := map[member.ID]bool{}
	for _, f := range p.families {
		stored, ok, err := st.Families.ByID(context.Background(), f.ID)
		if err != nil || !ok || stored.Version != 1 {
			t.Errorf("%s: %+v, %v", f.Name, stored, err)
		}
		owner, _ := f.Owner()
		s := holder(t, st, owner.Member).Account.Standing
		gate, ok := family.OwnerGate(p.rules, s, present)
		if !ok || !gate.Open || !gate.Until.IsZero() || len(f.Active()) > p.rules.Family.Capacity() || len(f.Active()) < 2 {
			t.Errorf("%s: gate %+v, %d people", f.Name, gate, len(f.Active()))
		}
		if since, ok := reached(p.rules, s, p.rules.Rank(p.rules.Family.MinTier)); !ok || since.After(f.CreatedAt) {
			t.Errorf("%s was opened at %s, before its owner might, at %s", f.Name, f.CreatedAt, since)
		}
		for _, who := range f.Active() {
			if in[who.Member] || who.JoinedAt.Before(f.CreatedAt) || who.JoinedAt.After(present) {
				t.Errorf("%s: %+v", f.Name, who)
			}
			in[who.Member] = true
			young := who.Role == family.Teen || who.Role == family.Child
			if young != (who.Limit != nil) {
				t.Errorf("%s: %+v has the limit %+v", f.Name, who, who.Limit)
			}
			if age := ageOf(t, holder(t, st, who.Member).Profile); age >= 0 && (who.Role == family.Child) != (age < p.rules.Family.ConsentAge) {
				t.Errorf("%s: a %s is %d", f.Name, who.Role, age)
			}
		}
	}
}

// ageOf is somebody's age in years, -1 if unknown.
func ageOf(t *testing.T, p member.Profile) int {
	t.Helper()
	if p.Birthday == "" {
		return -1
	}
	born, err := time.Parse(time.DateOnly, p.Birthday)
	if err != nil {
		t.Fatal(err)
	}
	return int(present.Sub(born).Hours() / 24 / 365.25)
}

func TestReasonsAreTrue(t *testing.T) {
	st, p, _ := shared(t)
	l, _ := st.Lists.(*lists)
	bought := map[member.ID]map[string]int{}
	for _, who := range p.people {
		bought[who.ID] = map[string]int{}
		for _, e := range who.events {
			for _, line := range e.Lines {
				bought[who.ID][line.SKU]++
			}
		}
	}
	for key, list := range l.all {
		for _, i := range list.Items {
			switch {
			case i.Kind == recommend.OfProduct && p.shelf[i.ID].sku == "":
				t.Errorf("%v recommends %s, which nobody sells", key, i.ID)
			case i.Cause == recommend.SimilarTo && bought[member.ID(key.ID)][i.Because[0].ID] == 0:
				t.Errorf("%v says that %s was bought", key, i.Because[0].ID)
			case i.Cause == recommend.BoughtBefore && bought[member.ID(key.ID)][i.ID] != 1:
				t.Errorf("%v says that %s was bought once", key, i.ID)
			case i.Cause == recommend.Replenishing && bought[member.ID(key.ID)][i.ID] < 2:
				t.Errorf("%v says that %s is bought again and again", key, i.ID)
			}
		}
		if key.Of == recommend.OfMember && !holder(t, st, member.ID(key.ID)).Profile.Agreed(recommend.Purpose) {
			t.Errorf("%v is of somebody who did not agree", key)
		}
	}
}

func TestPicturesAreThere(t *testing.T) {
	st, p, _ := shared(t)
	look := func(path string) {
		if _, ok := picture.Draw(path); !ok {
			t.Errorf("there is no picture %s", path)
		}
	}
	for _, who := range p.people {
		if who.Avatar != "" {
			look(who.Avatar)
		}
	}
	for _, g := range p.products() {
		look(g.ImagePath)
	}
	rewards, err := st.Rewards.All(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rewards {
		look(r.ImagePath)
		for _, locale := range []string{"zh-CN", "zh-TW", "en"} {
			if strings.TrimSpace(r.Titles[locale]) == "" {
				t.Errorf("%s has no title in %s", r.ID, locale)
			}
		}
		if r.Cost < 1 {
			t.Errorf("%s costs %d", r.ID, r.Cost)
		}
	}
	for _, post := range p.posts {
		for _, m := range post.Media {
			look(m.Path)
			if w, h, _ := picture.Size(m.Path); m.Width != w || m.Height != h || m.Alt == "" {
				t.Errorf("%+v", m)
			}
		}
	}
}
