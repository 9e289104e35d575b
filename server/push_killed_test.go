package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/coupon"
	"membergate/internal/event"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/posting"
	"membergate/internal/programme"
	"membergate/internal/secret"
	"membergate/internal/wallet"
)

// postOffice is APNs as far as workers see it. It remembers what came, and now and then keeps a worker waiting until that
// is killed.
type postOffice struct {
	*httptest.Server
	mu     sync.Mutex
	given  map[string]int // by message id
	calls  int
	caught chan struct{} // a worker waits for its answer
}

func newPostOffice(t *testing.T) *postOffice {
	o := &postOffice{given: map[string]int{}, caught: make(chan struct{})}
	over := make(chan struct{})
	o.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // from then on it is seen when the worker is gone
		o.mu.Lock()
		o.given[r.Header.Get("Apns-Id")]++
		o.calls++
		keeps := o.calls%5 == 0
		o.mu.Unlock()
		if keeps {
			select {
			case o.caught <- struct{}{}:
				select {
				case <-r.Context().Done():
				case <-over:
				}
			default: // nobody wants to kill it
			}
		}
	}))
	t.Cleanup(func() { close(over); o.Close() })
	return o
}

// settings are those of a worker that sends to it.
func (o *postOffice) settings(t *testing.T) []string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.p8")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"APNS_KEY_FILE", file, "APNS_KEY_ID", "K", "APNS_TEAM_ID", "T", "APNS_TOPIC", "shop.app", "APNS_HOST", o.URL}
}

// Real workers on real stores are killed 20 times while orders come in, some of them with a push on its way.
func TestWorkersKilledTwentyTimesTellAndPushEachCauseOnce(t *testing.T) {
	f := newFire(t)
	office, dir := newPostOffice(t), t.TempDir()
	if i := slices.Index(f.env, "SANDBOX_CLOCK"); i >= 0 {
		f.env = slices.Delete(f.env, i, i+2)
	}
	f.env = append(append(f.env, office.settings(t)...), "DATA_DIR", dir)
	keys, err := secret.KeptKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	const days = 5
	now := time.Now().UTC().Truncate(time.Second)
	desk := &notice.Desk{Store: f.st.notices, Keys: keys, Book: f.rules}
	var people []member.ID
	var messages []event.Message
	marks := notice.NewHints(f.st.notices)
	talk := posting.WatchHearers(f.st.posting, marks.Changed)
	said := 0
	// comment says something below the posts of some members, so that each is told twice of the same thing.
	comment := func() {
		for range 3 {
			who := people[said%len(people)]
			c := community.Comment{ID: community.CommentID(community.NewID(now)), Post: postOf(who), Author: "talker", Body: "Soup", Version: 1}
			if _, err := talk.AddComment(t.Context(), c.HeardBy(community.Post{Author: who}, community.Comment{}).Ruled(community.Published, community.Ruling{}, now)); err != nil {
				t.Error(err)
			}
			said++
		}
		if err := marks.Carry(t.Context()); err != nil {
			t.Error(err)
		}
	}
	for i := range 30 {
		who := member.ID(fmt.Sprint("told", i))
		people = append(people, who)
		if _, err := desk.Register(t.Context(), who, notice.Apple, fmt.Sprint("token", i), "en", now); err != nil {
			t.Fatal(err)
		}
		loud := notice.Change{Quiet: &notice.Quiet{From: "00:00", Until: "00:00"}, Switches: []notice.Switch{{Kind: programme.CoinsEarned, Inbox: true, Push: true}}}
		if _, err := desk.Set(t.Context(), who, loud, now); err != nil {
			t.Fatal(err)
		}
		// Thirty days' coupons, of which two are left.
		issue := coupon.Issue{Op: "one", Template: "COMEBACK_HALF", Member: who, Source: coupon.ByCampaign, Ref: "c", At: now.AddDate(0, 0, -28)}
		written := community.Post{ID: postOf(who), Author: who, State: community.Published, Visibility: community.Members, CreatedAt: now}
		if _, err := f.st.posting.AddPost(t.Context(), written); err != nil {
			t.Fatal(err)
		}
		if _, err := f.st.couponService(f.rules).Issue(t.Context(), []coupon.Issue{issue}); err != nil {
			t.Fatal(err)
		}
	}
	for day := range days {
		for i, who := range people {
			e := order.Event{Kind: order.Paid, ID: fmt.Sprintf("%s-%d", who, day), Member: who, At: now.Add(time.Duration(day-days)*24*time.Hour + time.Duration(i)*time.Second),
				Fen: 200_000, Channel: "STORE", Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 200_000}}}
			messages = append(messages, asMessage(t, e))
		}
	}
	var flow sync.WaitGroup
	parts := make(chan []event.Message)
	flow.Go(func() {
		for part := range parts {
			f.publish(t.Context(), part)
		}
	})
	dice, held := mathrand.New(mathrand.NewPCG(1, 2)), 0
	worker, other := f.worker(), f.worker()
	for kill, rest := 0, messages; kill < 20; kill++ {
		n := min(8, len(rest))
		comment()
		parts <- rest[:n]
		rest = rest[n:]
		longest := 100*time.Millisecond + time.Duration(dice.Int64N(int64(300*time.Millisecond)))
		if kill%3 == 2 { // with a push on its way, if one comes soon
			longest = 4 * time.Second
		}
		select {
		case <-office.caught:
			held++
			_ = other.signal(syscall.SIGKILL) // one of the two has it
			other = f.worker()
		case <-time.After(longest):
		}
		_ = worker.signal(syscall.SIGKILL)
		worker, other = other, f.worker()
	}
	close(parts)
	flow.Wait()
	awaiting(t, "all events", f.drained)
	awaiting(t, "all notices", func() bool { return f.told(people, days) })
	awaiting(t, "all pushes", func() bool {
		waiting, err := f.st.notices.Pushes(t.Context(), notice.Ever, 1)
		return err == nil && len(waiting) == 0
	})
	for _, w := range []*victim{worker, other} {
		awaiting(t, "a worker that was started last", w.consumes)
		if err := w.signal(syscall.SIGTERM); err != nil {
			t.Errorf("a worker that was asked to end did not end well: %v", err)
		}
	}
	office.mu.Lock()
	defer office.mu.Unlock()
	pushed, lost := 0, 0
	for id, times := range office.given {
		if pushed++; times != 1 {
			t.Errorf("%s was pushed %d times", id, times)
		}
	}
	for _, who := range people {
		page, err := f.st.notices.Page(t.Context(), who, notice.Query{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		keys := map[string]bool{}
		for _, n := range page {
			if keys[n.Kind+" "+n.Key] {
				t.Errorf("%s is told of %s %s twice", who, n.Kind, n.Key)
			}
			if keys[n.Kind+" "+n.Key] = true; n.Push.State == notice.Claimed {
				lost++
			}
		}
	}
	if pushed == 0 || held == 0 {
		t.Errorf("%d pushes came, %d kills met one on its way: nothing is proved", pushed, held)
	}
	t.Logf("%d pushes came, each once; %d kills met one on its way; %d claims were lost with their workers", pushed, held, lost)
}

// postOf is the post that a member wrote.
func postOf(who member.ID) community.PostID { return community.PostID("post of " + string(who)) }

// told tells whether members have heard of each order, each coupon, the comments on their post and each change of their tiers, and fails the test if
// they were told of more.
func (f *fire) told(people []member.ID, orders int) bool {
	f.t.Helper()
	holders, err := f.st.accounts.ByIDs(f.t.Context(), people, account.Whole)
	if err != nil || len(holders) < len(people) {
		return false
	}
	for _, who := range people {
		h := holders[who]
		page, err := f.st.notices.Page(f.t.Context(), who, notice.Query{Limit: 100})
		if err != nil {
			return false
		}
		causes, coins := map[string]int{}, wallet.Coins(0)
		for _, n := range page {
			causes[n.Kind] += n.Count
			if n.Kind == programme.CoinsEarned {
				coins += n.Fill.Coins
			}
		}
		heads, err := f.st.ledger.Heads(f.t.Context(), []wallet.ID{h.Account.Wallet})
		if err != nil {
			return false
		}
		for kind, want := range map[string]int{programme.CoinsEarned: orders, programme.CouponExpiring: 1, programme.Commented: 1, programme.TierChanged: len(h.Account.Standing.History) - 1} {
			if causes[kind] > want {
				f.t.Fatalf("%s is told of %d × %s, want %d", who, causes[kind], kind, want)
			}
			if causes[kind] < want {
				return false
			}
		}
		if earned := heads[h.Account.Wallet].State.LifetimeEarned; coins != earned {
			f.t.Fatalf("%s is told of %d coins, want %d", who, coins, earned)
		}
	}
	return true
}
