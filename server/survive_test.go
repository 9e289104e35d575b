package main

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/csv"
	"encoding/json"
	"errors"
	mathrand "math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/account"
	"membergate/internal/event"
	"membergate/internal/invoice"
	"membergate/internal/member"
	"membergate/internal/mongostore"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

// fire is a worker's life on real stores of which everything fails now and then.
type fire struct {
	t        *testing.T
	redis    *ownRedis
	mongo    *wire
	env      []string
	settings Settings
	st       *stores // as the test sees them: past the wire
	streams  event.Streams
	rules    book
}

func newFire(t *testing.T) *fire {
	t.Helper()
	uri := os.Getenv("MONGODB_URI")
	if uri == "" {
		t.Skip("MONGODB_URI is not set")
	}
	f := &fire{t: t, redis: startRedis(t)}
	at, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	f.mongo = newWire(t, at.Host)
	database := "events_" + strings.ToLower(rand.Text()[:10])
	if f.rules, err = programme.Keep("retail-5"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // one for all processes: keys lie in it
	f.settings = Settings{DataDir: dir, MongoURI: Secret(uri), MongoDatabase: database, RedisURL: Secret(f.redis.url()), RedisPrefix: "fire:", Partitions: 16}
	if f.st, err = openStores(t.Context(), f.settings, true, discard()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = f.st.close()
		ctx := context.Background()
		m, err := mongostore.Open(ctx, uri, database)
		if err == nil {
			err = errors.Join(m.Patient(time.Minute).Drop(ctx), m.Close(ctx))
		}
		if err != nil {
			t.Error(err)
		}
	})
	f.streams = f.st.cache.Events(16)
	at.Host = f.mongo.in.Addr().String()
	f.env = []string{"DATA_DIR", dir, "MONGODB_URI", at.String(), "MONGODB_DATABASE", database, "REDIS_URL", f.redis.url(), "REDIS_PREFIX", "fire:",
		"SANDBOX", "on", "SANDBOX_CLOCK", "events", "ADMIN_ADDR", "127.0.0.1:0"}
	return f
}

func (f *fire) worker() *victim { return runProgram(f.t, "worker --lease 600ms", f.env...) }

// publish adds messages until they are taken, as a service does that keeps what it could not hand over.
func (f *fire) publish(ctx context.Context, messages []event.Message) {
	for ctx.Err() == nil && f.streams.Publish(ctx, messages) != nil {
		time.Sleep(50 * time.Millisecond)
	}
}

// drained tells whether nothing waits any more.
func (f *fire) drained() bool {
	waiting, _, err := f.streams.Lag(f.t.Context())
	return err == nil && !slices.ContainsFunc(waiting, func(n int64) bool { return n > 0 })
}

// inFileOrder makes events of a file's invoices, in the order in which they begin there.
func inFileOrder(t *testing.T, path string) (messages []event.Message, latest time.Time) {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	file, err := invoice.Read(in, path, zone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	plain, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(plain).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	place := map[string]int{}
	for i, row := range rows {
		if _, ok := place[row[0]]; !ok {
			place[row[0]] = i
		}
	}
	var all []order.Event
	for _, b := range file.Buyers {
		all = append(all, b.Events...)
	}
	slices.SortFunc(all, func(a, b order.Event) int { return place[a.ID] - place[b.ID] })
	for _, e := range all {
		messages = append(messages, asMessage(t, e))
	}
	return messages, file.Latest
}

func asMessage(t *testing.T, e order.Event) event.Message {
	t.Helper()
	data := map[string]any{"amountFen": e.Fen}
	if e.Kind == order.Refunded {
		data["refundId"] = e.ID
	} else {
		lines := make([]map[string]any, len(e.Lines))
		for i, l := range e.Lines {
			lines[i] = map[string]any{"sku": l.SKU, "quantity": l.Quantity, "amountFen": l.Fen}
		}
		data["orderId"], data["channel"], data["lines"] = e.ID, e.Channel, lines
	}
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return event.Message{ID: "shop-" + e.ID, Type: string(e.Kind), Member: string(e.Member), At: e.At.Format(time.RFC3339), Data: string(text)}
}

func TestWorkersKilledThirtyTimesUnderFailingStoresCountEverythingOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	f := newFire(t)
	messages, latest := inFileOrder(t, sampleFile)
	f.survive(messages, 30, 1500*time.Millisecond)
	f.totals(latest, len(messages), account.Census{Members: 1165, Tiers: map[string]int{"REGISTERED": 794, "SILVER": 330, "GOLD": 33, "PLATINUM": 8},
		Protected: 1, Earned: 926_541, ClawedBack: 27_600, Available: 905_651, Owed: 6_710})
}

func TestSoakWorkersOnTheWholeYear(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "data", "online-retail", "orders-2010-12-01_2011-10-31.csv.gz")
	if given := os.Getenv("ORDERS"); given != "" {
		path = given
	}
	if _, err := os.Stat(path); os.Getenv("SOAK") == "" || err != nil {
		t.Skip("it runs with SOAK=1 and the whole file, which ORDERS names")
	}
	f := newFire(t)
	messages, latest := inFileOrder(t, path)
	f.survive(messages, 60, 1500*time.Millisecond)
	f.totals(latest, len(messages), account.Census{Members: 4010, Tiers: map[string]int{"REGISTERED": 1759, "SILVER": 1822, "GOLD": 354, "PLATINUM": 54, "DIAMOND": 21},
		Protected: 8, Earned: 9_532_876, ClawedBack: 688_058, Available: 8_998_169, Owed: 153_351})
}

// survive lets messages flow in while workers are killed, Redis is killed and started again, and the document server is
// cut off. It ends when nothing waits.
func (f *fire) survive(messages []event.Message, kills int, longest time.Duration) {
	f.t.Helper()
	ctx, stop := context.WithCancel(f.t.Context())
	defer stop()
	flowed := make(chan struct{})
	go func() {
		defer close(flowed)
		for part := range slices.Chunk(messages, 25) {
			f.publish(ctx, part)
		}
	}()
	dice := mathrand.New(mathrand.NewPCG(1, 2))
	workers := []*victim{f.worker(), f.worker()}
	busy := 0
	for kill := range kills {
		time.Sleep(longest/5 + time.Duration(dice.Int64N(int64(longest*4/5))))
		if !f.drained() {
			busy++
		}
		i := dice.IntN(len(workers))
		_ = workers[i].signal(syscall.SIGKILL)
		workers[i] = f.worker()
		switch kill % (kills / 3) {
		case 3:
			f.redis.kill()
			f.redis.start()
		case 6:
			f.mongo.cut(true)
			time.Sleep(2 * time.Second)
			f.mongo.cut(false)
		}
	}
	<-flowed
	awaiting(f.t, "all events", f.drained)
	for _, w := range workers {
		awaiting(f.t, "a worker that was started last", w.consumes)
		if err := w.signal(syscall.SIGTERM); err != nil {
			f.t.Errorf("a worker that was asked to end did not end well: %v", err)
		}
	}
	f.t.Logf("%d of %d kills met waiting events", busy, kills)
}

// totals compares what all members have with what the import of the same file gives, and proves every ledger.
func (f *fire) totals(latest time.Time, events int, want account.Census) {
	f.t.Helper()
	ctx := f.t.Context()
	got, err := account.Count(ctx, f.st.accounts, f.st.ledger, f.rules, latest, func(int) {})
	if err != nil {
		f.t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		f.t.Errorf("census (-want +got):\n%s", d)
	}
	if dead, err := f.streams.Buried(ctx, "", 5); err != nil || len(dead) > 0 {
		f.t.Errorf("dead: %+v, %v", dead, err)
	}
	if out, log, code := command(f.t, "reconcile", f.env...); code != 0 {
		f.t.Errorf("reconcile: %s %s", out, log)
	}
	wallets := &wallet.Service{Store: f.st.ledger}
	for after, n := "", 0; ; {
		page, err := f.st.accounts.Walk(ctx, member.ID(after), 200)
		if err != nil {
			f.t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, h := range page {
			n++
			if len(h.Account.Outbox) > 0 {
				f.t.Errorf("member %s has decided what never followed", h.Profile.ID)
			}
			if p, err := wallets.Prove(ctx, h.Account.Wallet); err != nil || !p.Verified {
				f.t.Errorf("the ledger of member %s is not proved: %v", h.Profile.ID, err)
			}
		}
		after = string(page[len(page)-1].Profile.ID)
	}
	applied := 0
	for after := order.OrderRecord(""); ; {
		page, err := f.st.orders.Walk(ctx, after, 500)
		if err != nil {
			f.t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		applied += len(page)
		after = page[len(page)-1].ID
	}
	if applied != events {
		f.t.Errorf("%d of %d events are applied", applied, events)
	}
}
