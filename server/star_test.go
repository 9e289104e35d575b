package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// Twenty workers decide at once, again and again and late: 300 coins for each month, and a manager after three.
func TestAGroupsStarGetsItsCoinsOnceHoweverItIsDecided(t *testing.T) {
	rules, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		ctx := t.Context()
		h := account.Open(rules, member.Profile{ID: "star", DisplayName: "Star", JoinedAt: foundation})
		if err := st.accounts.Create(ctx, h); err != nil {
			t.Fatal(err)
		}
		if err := st.community.SetCircle(ctx, guildGroup, "star", true, 0); err != nil {
			t.Fatal(err)
		}
		if err := putStars(ctx, st, rules, "star", 1); err != nil {
			t.Fatal(err)
		}
		for n := range 2 { // months that nobody decided in time
			wrote := time.Date(2026, time.Month(7+n), 10, 4, 0, 0, 0, time.UTC)
			p := community.Post{ID: community.PostID(community.IDOf(wrote, [10]byte{9, 9})), CreatedAt: wrote, Board: "EXCHANGE", Author: "star", Visibility: community.Public, State: community.Published, Version: 1}
			if err := st.community.Put(ctx, []community.Post{p.Counted(community.Counts{})}); err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				for try := range 20 {
					err := st.starService(rules).Sweep(context.WithoutCancel(ctx), time.Date(2026, 9, 5, 0, 0, 0, 0, time.UTC), 50)
					if err == nil {
						return
					}
					if try == 19 {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		kept, err := st.accounts.ByIDs(ctx, []member.ID{"star"}, account.Whole)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := st.ledger.Page(ctx, kept["star"].Account.Wallet, wallet.Query{Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			if e.Kind == wallet.Earn {
				got = append(got, fmt.Sprint(e.Title, " ", e.Amount))
			}
		}
		if want := "group.starred 300, group.starred 300, group.starred 300"; strings.Join(got, ", ") != want {
			t.Errorf("the wallet has %v, want %s", got, want)
		}
		staff, err := st.community.Staffings(ctx, []string{guildGroup})
		if err != nil || staff[guildGroup].Of("star") != "HONORARY_MANAGER" {
			t.Errorf("the roles are %v, %v", staff, err)
		}
		stars, err := st.stars.StarsOf(ctx, []member.ID{"star"}, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(stars["star"]) != 3 || stars["star"][0].Streak != 3 || len(stars["star"][0].Awards) != 2 || stars["star"][0].Month != contribution.Month("2026-08") {
			t.Errorf("the stars are %+v", stars["star"])
		}
		badges, err := st.adoptions.Badges(ctx, []member.ID{"star"})
		if err != nil || len(badges["star"]) != 1 {
			t.Errorf("the badges are %v, %v", badges, err)
		}
	})
}

func TestAGroupShowsItsStarsAndWhatTheyHave(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		see := func(who string) []any {
			q := question{query: writtenBy(t, "group", "GroupStars"), variables: map[string]any{"id": globalID("Group", guildGroup)}, who: who, at: monthLaterStill}
			all, _ := good(t, e.gateway.url, q).at(t, "node", "stars").([]any)
			return all
		}
		all := see(owner)
		if len(all) != 3 {
			t.Fatalf("the group shows %v", all)
		}
		newest := jsonOf(all[0])
		for _, part := range []string{`"month":"2026-08"`, `"streak":3`, `"points":10`, `"displayName":"guild-10"`, `"code":"GROUP_STAR"`, `"title":"Group star"`, `"code":"HONORARY_MANAGER"`} {
			if !strings.Contains(newest, part) {
				t.Errorf("there is no %s in %s", part, newest)
			}
		}
		const awards = `awards { code title month validUntil group { code } }`
		mine := good(t, e.gateway.url, question{query: `{ me { ` + awards + ` wallet { entries(first: 5) { nodes { title amount } } } } }`, who: guildStar, at: monthLaterStill})
		desk := ask(t, e.gateway.url, question{query: `query($id: ID!) { entitlements(memberId: $id) { ` + awards + ` } }`,
			variables: map[string]any{"id": profileOf(t, e, guildStar)}, header: staff(t, "service"), at: monthLaterStill})
		for who, got := range map[string]any{"the member": mine.at(t, "me", "awards"), "the desk": desk.at(t, "entitlements", "awards")} {
			text := jsonOf(got)
			if list, _ := got.([]any); len(list) != 2 || !strings.Contains(text, `"EVENT_PRIORITY"`) || !strings.Contains(text, `"NEW_PRODUCT_TRIAL"`) || !strings.Contains(text, `"validUntil":"2027-09-`) {
				t.Errorf("%s sees %s", who, text)
			}
		}
		if strings.Count(mine.text, `"title":"Group star","amount":300`) != 3 {
			t.Errorf("the wallet shows %s", mine.text)
		}
		later := good(t, e.gateway.url, question{query: `{ me { ` + awards + ` } }`, who: guildStar, at: "2027-09-30T12:00:00+08:00"})
		if list, _ := later.at(t, "me", "awards").([]any); len(list) != 0 {
			t.Errorf("a year later there is %s", later.text)
		}
		list := func(on bool) { onBoards(t, e, guildStar, "LeaderboardListing", input("listed", on)) }
		t.Cleanup(func() { list(true) })
		if list(false); len(see(owner)) != 0 {
			t.Errorf("who wants off is shown as %v", see(owner))
		}
		list(true)
		block := map[string]any{"memberId": profileOf(t, e, guildStar), "on": true}
		app := communityApp(t, e, guild(6))
		app.insist("Block", block)
		if got := see(guild(6)); len(got) != 0 {
			t.Errorf("who blocked them sees %v", got)
		}
		block["on"] = false
		app.insist("Block", block)
	})
}
