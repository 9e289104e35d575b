package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// Whatever happens, and however it falls together: who listens and who polls hear of the same things, and both end at what
// is in the stores.
func TestListeningAndPollingHearTheSame(t *testing.T) {
	onWorkingGateways(t, []string{"mum", "dad", "cook"}, func(t *testing.T, e *engine) {
		on, dice := liveDoor(e.gateway), rand.New(rand.NewPCG(7, 7))
		mum, cook := newPen(t, e, "mum"), newPen(t, e, "cook")
		soup, _ := cook.post(draft())
		ears := map[string]*ear{
			"walletUpdated": listens(t, on, "mum", "WalletUpdated", nil, ""), "tierUpdated": listens(t, on, "mum", "TierUpdated", nil, ""),
			"familyUpdated": listens(t, on, "mum", "FamilyUpdated", nil, ""), "notificationAdded": listens(t, on, "mum", "NotificationAdded", nil, ""),
			"postUpdated": listens(t, on, "mum", "PostUpdated", map[string]any{"postId": soup}, ""),
		}
		heard, polled, last := map[string]bool{}, map[string]bool{}, map[string]string{}
		listen := func() {
			for field, l := range ears {
				for len(l.heard) > 0 {
					at := l.next().at(t, field)
					if edge, is := at.(map[string]any)["node"]; is {
						at = edge
					}
					heard[at.(map[string]any)["id"].(string)] = true
					last[field] = jsonOf(at)
				}
			}
		}
		r, _ := poll(t, e, "mum", nil, soup)
		token := r.at(t, "sync", "token")
		ask := func() {
			r, _ := poll(t, e, "mum", token, soup)
			token = r.at(t, "sync", "token")
			for _, each := range r.at(t, "sync", "changed").([]any) {
				polled[each.(map[string]any)["id"].(string)] = true
			}
		}
		relatives := appDocument(t, "family") + "\n" + appDocument(t, "relatives") + "\n" + appDocument(t, "child")
		home := relative{walletApp{t, e.gateway.url, "mum", relatives}}
		home.opens("Home")
		for n := range 40 {
			switch dice.IntN(5) {
			case 0:
				spendsOn(t, e.gateway, "mum", fmt.Sprint("order-", n), 1_000+n)
			case 1:
				home.invites("ADULT")
			case 2:
				cook.comment(soup, "", fmt.Sprint("More, number ", n, "!"))
			case 3:
				mum.send("React", map[string]any{"subjectId": soup, "kind": "LIKE", "on": n%2 == 0})
			case 4:
				ask()
			}
			listen()
		}
		agreed := func() bool {
			listen()
			ask()
			return len(heard) > 3 && maps.Equal(heard, polled)
		}
		awaiting(t, "listening and polling hear the same", agreed)
		state := good(t, e.gateway.url, question{query: `{ me { wallet { id balance { available pending held owed version } } family { id version members { id role } } } }`, who: "mum"})
		wallet := state.at(t, "me", "wallet")
		awaiting(t, "the last event is the state", func() bool {
			listen()
			var told map[string]any
			if err := json.Unmarshal([]byte(last["walletUpdated"]), &told); err != nil {
				t.Fatal(err)
			}
			delete(told["balance"].(map[string]any), "asOf")
			return jsonOf(told) == jsonOf(wallet) && last["familyUpdated"] == jsonOf(state.at(t, "me", "family"))
		})
	}, golden("mum"))
}

func TestAnEventIsReadOnceForAllWhoAreToldTheSame(t *testing.T) {
	onWorkingGateways(t, []string{"cook", "guest"}, func(t *testing.T, e *engine) {
		var ran atomic.Int64
		on := liveDoor(e.gateway, runs{&ran})
		cook, guest := newPen(t, e, "cook"), newPen(t, e, "guest")
		soup, _ := cook.post(draft())
		var crowd []*ear
		for range 100 {
			crowd = append(crowd, listens(t, on, "", "CommentAdded", map[string]any{"postId": soup}, ""))
		}
		opened := ran.Load()
		if opened > 110 { // and a look when the topic is listened to
			t.Errorf("100 subscriptions were opened by %d runs", opened)
		}
		const comments = 8
		var said []string
		for n := range comments {
			said = append(said, guest.comment(soup, "", fmt.Sprint("Number ", n)))
		}
		for n, l := range crowd {
			for _, want := range said {
				if r := l.next(); r.at(t, "commentAdded", "node", "id") != want {
					t.Errorf("listener %d hears %s, want %s", n, r.text, want)
				}
			}
		}
		if took := ran.Load() - opened; took > 4*comments+10 { // each event, and each look that finds nothing more
			t.Errorf("%d events for 100 listeners took %d runs", comments, took)
		}
		for _, l := range crowd[1:] {
			l.end() // also of who was the first
		}
		crowd[0].end()
		late := listens(t, on, "", "CommentAdded", map[string]any{"postId": soup}, crowd[0].last)
		again := listens(t, on, "", "CommentAdded", map[string]any{"postId": soup}, "")
		last := guest.comment(soup, "", "The last")
		for _, l := range []*ear{late, again} {
			if r := l.next(); r.at(t, "commentAdded", "node", "id") != last {
				t.Errorf("after the crowd has gone is told %s", r.text)
			}
		}
		for who, want := range map[string]string{"": "UNAUTHENTICATED", "guest": "NOT_FOUND"} { // who may not is refused, alone or beside others
			operation, variables := "WalletUpdated", map[string]any(nil)
			if who != "" {
				operation, variables = "PostUpdated", map[string]any{"postId": globalID("Post", "none")}
			}
			for range 2 {
				l := listens(t, on, who, operation, variables, "")
				if r := <-l.heard; len(r.Errors) != 1 || r.Errors[0].code() != want {
					t.Errorf("%s of %q is answered %s, want %s", operation, who, r.text, want)
				}
				l.ends()
			}
		}
	})
}
