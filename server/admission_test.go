package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/tier"
	"membergate/internal/token"
	"membergate/internal/viewer"
)

const (
	clubSize = 375 // so that the top tier has 3 seats: 8 of 1,000
	clubRich = 40  // who are invited to it
)

// rich names a member who is invited to the top tier.
func rich(n int) string { return fmt.Sprintf("rich-%02d", n) }

// putClub makes members of whom some have spent and done enough for the top tier by now.
func putClub(pairs []string) error {
	s, err := readSettings(env(pairs...))
	if err != nil {
		return err
	}
	ctx := context.Background()
	st, err := openStores(ctx, s, true, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	rules, err := programme.Keep("retail-5")
	if err != nil {
		return err
	}
	start := time.Now().AddDate(0, -5, 0).UTC().Truncate(time.Second)
	var all errgroup.Group
	all.SetLimit(4)
	for i := range clubSize {
		all.Go(func() error {
			h := account.Open(rules, member.Profile{ID: member.ID(fmt.Sprintf("guest-%03d", i)), JoinedAt: start})
			if i < clubRich {
				h.Profile.ID, h.Account.Member = member.ID(rich(i)), member.ID(rich(i))
				h.Account.Standing = enough(rules, h.Account.Standing, start).Foreseen(rules)
			}
			return st.accounts.Create(ctx, h)
		})
	}
	return errors.Join(all.Wait(), st.close())
}

// enough is a standing that spends 80,000 yuan and takes part for sixty days: 50 counts on each.
func enough(rules book, s tier.Standing, start time.Time) tier.Standing {
	s = s.Paid(rules, tier.Purchase{At: start, Source: "order:1", Channel: "STORE", Fen: 8_000_000, Lines: []tier.Line{{Fen: 8_000_000}}})
	for day := range 61 {
		for n := range 3 {
			at := start.AddDate(0, 0, day+1).Add(time.Duration(n) * time.Second)
			s = s.Advance(rules, at).Did(rules, at, fmt.Sprintf("post:%d-%d", day, n), "POST_PUBLISHED", 0)
		}
	}
	return s
}

// onClubs runs a test on a gateway of its own for each engine.
func onClubs(t *testing.T, test func(t *testing.T, url string)) {
	for _, name := range []string{"embedded", "servers"} {
		t.Run(name, func(t *testing.T) {
			pairs := []string{"DATA_DIR", t.TempDir(), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret}
			if name == "servers" {
				needServers(t)
				database := "test_" + strings.ToLower(rand.Text()[:10])
				pairs = append(pairs, "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", database)
				t.Cleanup(func() {
					if err := dropServers(database); err != nil {
						t.Error(err)
					}
				})
			}
			if err := putClub(pairs); err != nil {
				t.Fatal(err)
			}
			g, err := openGateway(pairs...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := g.close(); err != nil {
					t.Error(err)
				}
			}()
			test(t, g.url)
		})
	}
}

func staff(t *testing.T, roles ...string) map[string]string {
	t.Helper()
	signed, err := token.Sign(trust, token.Grant{Member: "clerk", Scope: viewer.ScopeStaff, Roles: roles, Lifetime: time.Hour}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"Authorization": "Bearer " + signed}
}

const (
	invitedTo = `{me{tier{current{code} invitations{id code}}}}`
	respond   = `mutation($input: TierInvitationRespondInput!) {tierInvitationRespond(input: $input) {replayed userErrors{field message code}
		tier{current{code} state grants{route from until} invitations{code} history(first: 1){nodes{reason to{code}}}}}}`
	decide = `mutation($input: TierApplicationDecideInput!) {tierApplicationDecide(input: $input) {application{id state score decidedAt} userErrors{field message code}}}`
)

func input(pairs ...any) map[string]any {
	in := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		in[pairs[i].(string)] = pairs[i+1]
	}
	return map[string]any{"input": in}
}

// Forty who are invited accept at the same moment; there are three seats.
func TestAsManyGetInByInvitationAsThereAreSeats(t *testing.T) {
	onClubs(t, func(t *testing.T, url string) {
		r := good(t, url, question{query: invitedTo, who: rich(0)})
		if r.at(t, "me", "tier", "invitations", 0, "code") != "BLACK_GOLD" || r.at(t, "me", "tier", "current", "code") != "DIAMOND" {
			t.Fatalf("a rich member reads %s", r.text)
		}
		top := r.at(t, "me", "tier", "invitations", 0, "id")
		no := good(t, url, question{query: respond, variables: input("tierId", top, "accept", false), who: rich(0)})
		if no.refusal(t, "tierInvitationRespond") != "" || no.at(t, "tierInvitationRespond", "tier", "invitations", 0, "code") != "BLACK_GOLD" {
			t.Errorf("a no gives %s", no.text)
		}
		poor := good(t, url, question{query: respond, variables: input("tierId", top, "accept", true), who: "guest-200"})
		if poor.refusal(t, "tierInvitationRespond") != "NOT_INVITED" {
			t.Errorf("a guest gets %s", poor.text)
		}
		unknown := good(t, url, question{query: respond, variables: input("tierId", globalID("Tier", "retail-5/GOLD"), "accept", true), who: rich(0)})
		if unknown.refusal(t, "tierInvitationRespond") != "NOT_FOUND" {
			t.Errorf("a tier that does not invite gives %s", unknown.text)
		}
		codes := make([]string, clubRich)
		var all sync.WaitGroup
		for n := range clubRich {
			tokenOf(t, rich(n))
			all.Go(func() {
				yes := question{query: respond, variables: input("tierId", top, "accept", true), who: rich(n)}
				r := ask(t, url, yes)
				for try := 0; try < 50 && r.comeAgain(); try++ { // a busy server; an app tries again
					r = ask(t, url, yes)
				}
				if len(r.Errors) > 0 {
					codes[n] = r.text
					return
				}
				codes[n] = r.refusal(t, "tierInvitationRespond")
			})
		}
		all.Wait()
		in := 0
		for n, code := range codes {
			current := good(t, url, question{query: invitedTo, who: rich(n)}).at(t, "me", "tier", "current", "code")
			switch {
			case code == "" && current == "BLACK_GOLD":
				if in++; in > 1 {
					continue
				}
				again := good(t, url, question{query: respond, variables: input("tierId", top, "accept", true), who: rich(n)})
				if again.at(t, "tierInvitationRespond", "replayed") != true || again.at(t, "tierInvitationRespond", "tier", "grants", 0, "route") != "INVITED" ||
					again.at(t, "tierInvitationRespond", "tier", "history", "nodes", 0, "reason") != "GRANTED" {
					t.Errorf("accepting again gives %s", again.text)
				}
			case code != "NO_SEAT" || current != "DIAMOND":
				t.Errorf("member %d was told %q and holds %s", n, code, current)
			}
		}
		if in != 3 {
			t.Errorf("%d are in, want 3", in)
		}
	})
}

// waits checks what staff read of an application that waits, in its two days and after them.
func waits(t *testing.T, url string, id any) {
	t.Helper()
	list := `query($overdue: Boolean) {tierApplications(first: 5, overdue: $overdue) {nodes{id state overdue profession evidenceUploadIds profile{displayName tierBadge{code}}} edges{cursor} pageInfo{hasNextPage}}}`
	read := func(at string, overdue bool) reply {
		return good(t, url, question{query: list, variables: map[string]any{"overdue": overdue}, header: staff(t, "operations"), at: at})
	}
	now := read("", false)
	if now.at(t, "tierApplications", "nodes", 0, "id") != id || now.at(t, "tierApplications", "nodes", 0, "overdue") != false ||
		now.at(t, "tierApplications", "nodes", 0, "evidenceUploadIds", 0) != "up_1" || now.at(t, "tierApplications", "nodes", 0, "profile", "tierBadge", "code") != "DIAMOND" {
		t.Errorf("staff read %s", now.text)
	}
	later := time.Now().Add(49 * time.Hour).Format(time.RFC3339)
	if r := read(later, true); r.at(t, "tierApplications", "nodes", 0, "overdue") != true || r.at(t, "tierApplications", "nodes", 0, "state") != "EXPIRED" {
		t.Errorf("two days later staff read %s", r.text)
	}
	if r := read(later, false); len(r.at(t, "tierApplications", "nodes").([]any)) != 0 {
		t.Errorf("two days later there is in time %s", r.text)
	}
	for name, header := range map[string]map[string]string{"a member": {"Authorization": "Bearer " + tokenOf(t, rich(0))}, "another role": staff(t, "moderator")} {
		if r := ask(t, url, question{query: list, header: header}); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
			t.Errorf("%s reads %s", name, r.text)
		}
	}
}

func TestAReviewLetsIn(t *testing.T) {
	apply := walletApp{text: appDocument(t, "tier")}.only("ApplyBlackGold")
	onClubs(t, func(t *testing.T, url string) {
		applies := func(who, key string) reply {
			return good(t, url, question{query: apply, who: who,
				variables: input("idempotencyKey", key, "profession", "Doctor", "evidenceUploadIds", []string{"up_1"})})
		}
		if r := applies("guest-100", "k"); r.refusal(t, "tierApply") != "NOT_ELIGIBLE" {
			t.Errorf("a guest gets %s", r.text)
		}
		first, again := applies(rich(0), "k"), applies(rich(0), "k")
		id := first.at(t, "tierApply", "application", "id")
		if first.at(t, "tierApply", "application", "state") != "PENDING" || first.at(t, "tierApply", "replayed") != false ||
			again.at(t, "tierApply", "replayed") != true || again.at(t, "tierApply", "application", "id") != id {
			t.Fatalf("applying gives %s and %s", first.text, again.text)
		}
		if r := applies(rich(0), "other"); r.refusal(t, "tierApply") != "ALREADY_APPLIED" {
			t.Errorf("applying twice gives %s", r.text)
		}
		by, err := time.Parse(time.RFC3339, first.at(t, "tierApply", "application", "decideBy").(string))
		if wait := time.Until(by); err != nil || wait > 48*time.Hour || wait < 47*time.Hour {
			t.Errorf("it is decided by %s", by)
		}
		waits(t, url, id)
		scored := func(score int, header map[string]string) reply {
			return ask(t, url, question{query: decide, variables: input("applicationId", id, "score", score), header: header})
		}
		for name, header := range map[string]map[string]string{
			"a member": {"Authorization": "Bearer " + tokenOf(t, rich(0))}, "another role": staff(t, "moderator"),
		} {
			if r := scored(95, header); len(r.Errors) != 1 || r.Errors[0].code() != "FORBIDDEN" {
				t.Errorf("%s decides: %s", name, r.text)
			}
		}
		if r := scored(101, staff(t, "operations")); len(r.Errors) != 1 || r.Errors[0].code() != "BAD_USER_INPUT" {
			t.Errorf("a score of 101 gives %s", r.text)
		}
		yes := scored(90, staff(t, "operations"))
		if len(yes.Errors) > 0 || yes.at(t, "tierApplicationDecide", "application", "state") != "ADMITTED" {
			t.Fatalf("the decision gives %s", yes.text)
		}
		node := `query($id: ID!) {node(id: $id) {... on TierApplication {state score tier{code}}}}`
		if r := good(t, url, question{query: node, variables: map[string]any{"id": id}, who: rich(0)}); r.at(t, "node", "state") != "ADMITTED" || r.at(t, "node", "tier", "code") != "BLACK_GOLD" {
			t.Errorf("the member reads %s", r.text)
		}
		if r := good(t, url, question{query: node, variables: map[string]any{"id": id}, who: rich(1)}); r.at(t, "node") != nil {
			t.Errorf("another member reads %s", r.text)
		}
		if r := good(t, url, question{query: invitedTo, who: rich(0)}); r.at(t, "me", "tier", "current", "code") != "BLACK_GOLD" {
			t.Errorf("the tier is %s", r.text)
		}
	})
}
