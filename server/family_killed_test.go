package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/programme"
	"membergate/internal/reward"
	"membergate/internal/wallet"
)

const (
	familyKills = 3    // how often the program is killed
	purseful    = 9000 // coins that the child has
	// wishesOfALife is how often the child asks until the program is killed, or more often.
	wishesOfALife = 15
)

// putHome puts in a family of two who may decide and a child with coins, and a reward of 10 coins.
func putHome(ctx context.Context, _ Settings, st *stores, rules book) error {
	f := family.Open("Home", "mum", written(1)).With("dad", family.Guardian, written(2)).With("kid", family.Child, written(4))
	if err := st.families.Create(ctx, f); err != nil {
		return err
	}
	for _, id := range []member.ID{"mum", "dad", "kid"} {
		h := account.Open(rules, member.Profile{ID: id, DisplayName: string(id), JoinedAt: foundation})
		if err := st.accounts.Create(ctx, h); err != nil {
			return err
		}
		if id != "kid" {
			continue
		}
		if _, err := st.wallets(rules).Post(ctx, h.Account.Wallet, []wallet.Posting{{
			Op: "gift", Kind: wallet.Adjust, Coins: purseful, Title: "coins.adjusted", Reason: "to be spent by tests", At: written(1), Actor: "staff",
		}}); err != nil {
			return err
		}
	}
	stock := int64(10_000)
	return st.rewards.PutAll(ctx, []reward.Reward{{ID: "r-10", Cost: 10, Stock: &stock, Titles: programme.Text{"en": "A small gift"}}})
}

// hasty sends an operation without caring for the answer: the program may be killed before it gives one.
func (r relative) hasty(operation string, variables map[string]any) (answer map[string]any) {
	body, err := json.Marshal(map[string]any{"query": r.only(operation), "variables": variables})
	if err != nil {
		r.t.Error(err)
		return nil
	}
	req, err := http.NewRequest(http.MethodPost, r.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return nil
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+tokenOf(r.t, r.who))
	a, err := oneShot.Do(req)
	if err != nil {
		return nil
	}
	defer a.Body.Close()
	if json.NewDecoder(a.Body).Decode(&answer) != nil {
		return nil
	}
	return answer
}

// Whatever a real process was killed in the midst of: each wish was asked for once or is when it is sent again, each was
// answered in one way or waits, and the coins are where the answers say.
func TestFamiliesOfAKilledProcessAreDoneOrUndone(t *testing.T) {
	text := appDocument(t, "family") + "\n" + appDocument(t, "relatives")
	for _, name := range []string{"embedded", "servers"} {
		t.Run(name, func(t *testing.T) {
			pairs := []string{"DATA_DIR", filepath.Join(t.TempDir(), "data"), "JWT_HS256_SECRET", testSecret, "ADMIN_ADDR", "127.0.0.1:0"}
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
			if err := fill(pairs, putHome); err != nil {
				t.Fatal(err)
			}
			chance := mathrand.New(mathrand.NewPCG(5, 6))
			sent := 0
			for range familyKills {
				p := launch(t, pairs...)
				p.awaitReady(time.Minute)
				as := func(who string) relative { return relative{walletApp{t, p.url, who, text}} }
				var answers atomic.Int64
				var ended atomic.Bool
				var all sync.WaitGroup
				most := 6 + chance.Int64N(20)
				count := func() {
					if answers.Add(1) == most {
						ended.Store(true)
						_ = p.cmd.Process.Kill() // while the others' writes are on their way
					}
				}
				wish := func(n int) map[string]any {
					return map[string]any{"idempotencyKey": fmt.Sprint("wish-", n), "rewardId": globalID("Reward", "r-10"), "expectedCost": 10}
				}
				first := sent
				sent += wishesOfALife
				for lane := range 2 {
					all.Go(func() {
						for n := first + lane; n < first+wishesOfALife && !ended.Load(); n += 2 {
							as("kid").hasty("FamilyWish", map[string]any{"input": wish(n)})
							count()
						}
					})
				}
				for lane, who := range []string{"mum", "dad"} {
					all.Go(func() {
						for !ended.Load() {
							a := as(who).hasty("FamilyApprovals", map[string]any{"state": "PENDING", "first": 3})
							for _, request := range idsIn(a) {
								as(who).hasty("ApprovalDecide", map[string]any{"input": map[string]any{"approvalId": request, "approve": lane == 0}})
								count()
							}
						}
					})
				}
				all.Wait()
				<-p.ended
			}
			p := launch(t, pairs...)
			p.awaitReady(time.Minute)
			mum, kid := relative{walletApp{t, p.url, "mum", text}}, relative{walletApp{t, p.url, "kid", text}}
			mum.done("FamilyShare", "familySharingSet", "mode", "PERCENT", "percent", 50) // whoever writes next finishes what was left
			states := func() map[string]int {
				out := map[string]int{}
				after := any(nil)
				for {
					r := good(t, mum.url, question{query: mum.only("FamilyApprovals"), who: "mum", variables: map[string]any{"first": 50, "after": after}})
					page := r.at(t, "me", "family", "approvals").(map[string]any)
					for _, each := range page["nodes"].([]any) {
						n := each.(map[string]any)
						of, _ := n["redemption"].(map[string]any)
						out[fmt.Sprint(n["state"], " ", of["state"])]++
					}
					info := page["pageInfo"].(map[string]any)
					if info["hasNextPage"] != true {
						return out
					}
					after = info["endCursor"]
				}
			}
			check := func(when string) map[string]int {
				t.Helper()
				s := states()
				yes, waits := s["APPROVED RESERVED"], s["PENDING AWAITING_APPROVAL"]+s["PENDING OPENING"]
				if rest := yes + waits + s["DECLINED DECLINED"]; rest != sum(s) {
					t.Errorf("%s: the requests are %v", when, s)
				}
				return s
			}
			left := check("after the kills")
			if left["APPROVED RESERVED"]+left["DECLINED DECLINED"] < familyKills {
				t.Errorf("only %v: too little happened to prove anything", left)
			}
			for n := range sent { // the app tries again what it has no answer to
				kid.done("FamilyWish", "rewardRedeem", "idempotencyKey", fmt.Sprint("wish-", n), "rewardId", globalID("Reward", "r-10"), "expectedCost", 10)
			}
			for len(mum.waiting("PENDING")) > 0 {
				for _, each := range mum.waiting("PENDING") {
					if code := mum.answers(each.(map[string]any)["id"].(string), true); code != "" {
						t.Fatalf("at the end: %s", code)
					}
				}
			}
			s := check("at the end")
			if sum(s) != sent {
				t.Errorf("of %d wishes there are %d requests", sent, sum(s))
			}
			if want := fmt.Sprint(purseful-10*s["APPROVED RESERVED"], "+0"); kid.purse() != want || s["PENDING AWAITING_APPROVAL"]+s["PENDING OPENING"] > 0 {
				t.Errorf("the requests are %v, the purse has %s, want %s", s, kid.purse(), want)
			}
			if code := p.stop(syscall.SIGTERM); code != 0 {
				t.Errorf("the exit code is %d:\n%s", code, p.log)
			}
			if out, log, code := perform(pairs, "reconcile"); code != 0 {
				t.Errorf("the ledger does not add up: %s\n%s", out, log)
			}
		})
	}
}

// idsIn are the ids of the requests of an answer.
func idsIn(answer map[string]any) (out []string) {
	at := any(answer)
	for _, name := range []string{"data", "me", "family", "approvals", "nodes"} {
		m, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = m[name]
	}
	nodes, _ := at.([]any)
	for _, n := range nodes {
		if id, ok := n.(map[string]any)["id"].(string); ok {
			out = append(out, id)
		}
	}
	return out
}

func sum(counts map[string]int) (n int) {
	for _, each := range counts {
		n += each
	}
	return n
}
