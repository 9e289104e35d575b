package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/programme"
	"membergate/internal/push"
	"membergate/internal/secret"
)

// courier is a push service that remembers what it was given.
type courier struct {
	mu    sync.Mutex
	given map[string]int // by message id
	calls int
	says  func(n int, token string, m push.Message) push.Result
}

func (p *courier) Send(_ context.Context, token string, m push.Message) push.Result {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := push.Result{Outcome: push.Sent}
	if p.calls++; p.says != nil {
		r = p.says(p.calls, token, m)
	}
	if r.Outcome != push.Later {
		p.given[m.ID()]++
	}
	return r
}

// killed is a store whose process is killed when it writes down what became of a push, before or after.
type killed struct {
	notice.Store
	at   int
	late bool
	mu   sync.Mutex
	seen int
}

func (k *killed) SavePush(ctx context.Context, id string, before, after notice.Push) (bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen++; k.seen > k.at || k.seen == k.at && !k.late {
		return false, errors.New("killed")
	}
	done, err := k.Store.SavePush(ctx, id, before, after)
	if k.seen == k.at {
		return false, errors.New("killed")
	}
	return done, err
}

// letters puts notices of a member that wait to be pushed, as the worker would.
func letters(t *testing.T, st *stores, who member.ID, n int, at time.Time) (ids []string) {
	t.Helper()
	var all []notice.Notice
	for i := range n {
		key := fmt.Sprint("#", i)
		all = append(all, notice.Notice{ID: notice.NoticeID(who, programme.CoinsReceived, key), Member: who, Kind: programme.CoinsReceived, Key: key, Number: int64(i + 1), Rev: 1, Count: 1,
			At: at, Fill: notice.Fill{Coins: 7, Day: at}, Push: notice.Push{State: notice.Waiting, Due: at}})
		ids = append(ids, all[i].ID)
	}
	if err := st.notices.Put(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	return ids
}

// mailing is a member with two devices, and who sends to them.
func mailing(t *testing.T, st *stores, who member.ID, services map[string]push.Service) (*push.Sender, book) {
	t.Helper()
	rules, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := secret.KeptKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	st.keys, st.services = keys, services
	sender := st.sender(rules, newPushMeter(), discard())
	for kind := range services {
		if _, err := sender.Desk.Register(t.Context(), who, kind, "token-of-"+kind, "en", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return sender, rules
}

// noon lies in nobody's quiet hours.
var noon = time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)

func TestNothingIsPushedTwiceThoughTheWorkerIsKilledTwentyTimes(t *testing.T) {
	onBothEngines(t, func(t *testing.T, _ Settings, st *stores) {
		const who = "pushed"
		apple, google := &courier{given: map[string]int{}}, &courier{given: map[string]int{}}
		google.says = func(n int, _ string, _ push.Message) push.Result { // every third time it is busy
			if n%3 == 0 {
				return push.Result{Outcome: push.Later, After: time.Second}
			}
			return push.Result{Outcome: push.Sent}
		}
		sender, _ := mailing(t, st, who, map[string]push.Service{notice.Apple: apple, notice.Google: google})
		ids := letters(t, st, who, 60, noon)
		now := noon
		for kill := range 20 {
			dies := *sender
			desk := *sender.Desk
			desk.Store = &killed{Store: st.notices, at: 1 + kill%7, late: kill%2 == 1}
			dies.Desk = &desk
			var all sync.WaitGroup
			for range 2 { // beside one that lives
				all.Go(func() { _, _ = dies.Batch(t.Context(), now, 4) })
			}
			all.Go(func() { _, _ = sender.Batch(t.Context(), now, 1) })
			all.Wait()
			now = now.Add(2 * time.Second)
		}
		for range 100 {
			if b, err := sender.Batch(t.Context(), now, 50); err != nil || b.Err != nil {
				t.Fatal(err, b.Err)
			}
			now = now.Add(2 * time.Second)
		}
		found, err := st.notices.ByIDs(t.Context(), ids)
		if err != nil {
			t.Fatal(err)
		}
		lost := 0
		for _, n := range found {
			switch n.Push.State {
			case notice.Claimed:
				lost++
			case notice.Waiting:
				t.Errorf("%s still waits", n.Key)
			}
		}
		for _, p := range []*courier{apple, google} {
			for id, times := range p.given {
				if times != 1 {
					t.Errorf("%s was sent %d times", id, times)
				}
			}
			if len(p.given) < len(ids)-lost {
				t.Errorf("%d of %d were sent, and %d lost with their workers", len(p.given), len(ids), lost)
			}
		}
		if page, err := st.notices.Page(t.Context(), who, notice.Query{Limit: 100}); err != nil || len(page) != len(ids) {
			t.Errorf("the inbox has %d: %v", len(page), err)
		}
		t.Logf("%d claims were lost with their workers", lost)
	})
}

func TestAPushIsLeftOutWhenNobodyWantsItAnyMore(t *testing.T) {
	onBothEngines(t, func(t *testing.T, _ Settings, st *stores) {
		for name, c := range map[string]struct {
			before func(s *push.Sender, who member.ID) error
			at     time.Time
			state  notice.PushState
			sent   int
			says   push.Outcome
			counts string
		}{
			"wanted":           {nil, noon, notice.Over, 1, push.Sent, "sent_total WECHAT COINS_RECEIVED 1"},
			"refused":          {nil, noon, notice.Over, 1, push.Refused, "failed_total WECHAT COINS_RECEIVED REFUSED 1"},
			"without answer":   {nil, noon, notice.Over, 1, push.Unknown, "failed_total WECHAT COINS_RECEIVED UNKNOWN 1"},
			"busy":             {nil, noon, notice.Waiting, 0, push.Later, "failed_total WECHAT COINS_RECEIVED LATER 1"},
			"read meanwhile":   {func(s *push.Sender, who member.ID) error { return s.Desk.Read(t.Context(), who, 1, nil, noon) }, noon, notice.Over, 0, push.Sent, "left_out_total WECHAT COINS_RECEIVED READ 1"},
			"a day too late":   {nil, noon.AddDate(0, 0, 1), notice.Over, 0, push.Sent, "left_out_total WECHAT COINS_RECEIVED LATE 1"},
			"in the night":     {nil, noon.Add(11 * time.Hour), notice.Waiting, 0, push.Sent, ""},
			"the token is old": {nil, noon, notice.Over, 1, push.Gone, "failed_total WECHAT COINS_RECEIVED GONE 1"},
			"with keys that are no more": {func(s *push.Sender, _ member.ID) (err error) {
				s.Keys, err = secret.KeptKeys(t.TempDir())
				return err
			}, noon, notice.Over, 0, push.Sent, "left_out_total WECHAT COINS_RECEIVED SEALED 1"},
			"of a kind that is no more": {func(s *push.Sender, _ member.ID) error {
				p := *s.Book.At(noon)
				quiet := *p.Notices
				quiet.Kinds, p.Notices = nil, &quiet
				s.Book = onePage{&p}
				return nil
			}, noon, notice.Over, 0, push.Sent, "left_out_total WECHAT COINS_RECEIVED RETIRED 1"},
			"put off too often": {func(_ *push.Sender, who member.ID) error {
				id := notice.NoticeID(who, programme.CoinsReceived, "#0")
				_, err := st.notices.SavePush(t.Context(), id, notice.Push{State: notice.Waiting}, notice.Push{State: notice.Waiting, Due: noon, Tries: 6})
				return err
			}, noon, notice.Over, 0, push.Sent, "left_out_total WECHAT COINS_RECEIVED GIVEN_UP 1"},
			"switched off": {func(s *push.Sender, who member.ID) error {
				_, err := s.Desk.Set(t.Context(), who, notice.Change{Switches: []notice.Switch{{Kind: programme.CoinsReceived, Inbox: true}}}, noon)
				return err
			}, noon, notice.Over, 0, push.Sent, "left_out_total WECHAT COINS_RECEIVED UNWANTED 1"},
		} {
			t.Run(name, func(t *testing.T) {
				who := member.ID("left-" + name)
				service := &courier{given: map[string]int{}, says: func(int, string, push.Message) push.Result { return push.Result{Outcome: c.says, After: time.Minute} }}
				sender, _ := mailing(t, st, who, map[string]push.Service{notice.WeChat: service})
				id := letters(t, st, who, 1, noon)[0]
				if c.before != nil {
					if err := c.before(sender, who); err != nil {
						t.Fatal(err)
					}
				}
				if b, err := sender.Batch(t.Context(), c.at, 50); err != nil || b.Err != nil {
					t.Fatal(err, b.Err)
				}
				found, err := st.notices.ByIDs(t.Context(), []string{id})
				if err != nil || found[id].Push.State != c.state || len(service.given) != c.sent {
					t.Errorf("it is %s and was sent %d times: %v", found[id].Push.State, len(service.given), err)
				}
				if got := pushCounts(t, sender); got != c.counts {
					t.Errorf("it counts %q, want %q", got, c.counts)
				}
				set, err := st.notices.Settings(t.Context(), []member.ID{who})
				if err != nil || (len(set[who].Devices) == 0) != (c.says == push.Gone) {
					t.Errorf("the devices are %+v: %v", set[who].Devices, err)
				}
				over := notice.Push{State: notice.Over, Tries: found[id].Push.Tries} // so that the next part finds nothing
				if _, err := st.notices.SavePush(t.Context(), id, found[id].Push, over); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
}

// onePage is a book of one programme.
type onePage struct{ p *programme.Programme }

func (o onePage) At(time.Time) *programme.Programme { return o.p }

// pushCounts is what a sender has counted, with the labels that a scrape shows.
func pushCounts(t *testing.T, s *push.Sender) string {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(s.Meter.(*pushMeter).meters()...)
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			out = append(out, strings.Join(strings.Fields(fmt.Sprint(strings.TrimPrefix(f.GetName(), "membergate_pushes_"), " ", labels["service"], " ", labels["kind"], " ",
				labels["outcome"], labels["reason"], " ", m.GetCounter().GetValue())), " "))
		}
	}
	return strings.Join(out, ", ")
}

func TestKindsOfNoticesThatNoRuleMakesShareOneLabel(t *testing.T) {
	m := newPushMeter()
	for i := range 50 {
		m.Tried(notice.Apple, fmt.Sprint("MADE_UP_", i), push.Sent)
	}
	if got := pushCounts(t, &push.Sender{Meter: m}); got != "sent_total APNS other 50" {
		t.Errorf("it counts %q", got)
	}
}

func TestPushServicesAreSetAsAWholeOrRefusedInOneLine(t *testing.T) {
	for want, pairs := range map[string][]string{
		`APNS_KEY_ID and APNS_TOPIC is not set; allowed is all or none of APNS_KEY_FILE, APNS_KEY_ID, APNS_TEAM_ID, APNS_TOPIC.`: {"APNS_KEY_FILE", "k.p8", "APNS_TEAM_ID", "T"},
		`WECHAT_APP_SECRET is not set; allowed is all or none of WECHAT_APP_ID, WECHAT_APP_SECRET.`:                              {"WECHAT_APP_ID", "wx", "WECHAT_TEMPLATE_ID", "t"},
		`WECHAT_TEMPLATE_ID is set and WECHAT_APP_ID is not; allowed are both or none, because a template is a mini-program's.`:  {"WECHAT_TEMPLATE_ID", "t"},
		`FCM_HOST is "ftp://x"; allowed is an address such as https://host, or one on this machine.`:                             {"FCM_HOST", "ftp://x"},
	} {
		if _, err := readSettings(env(pairs...)); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for want, p := range map[string]PushSettings{
		"APNS_KEY_FILE": {APNSKeyFile: "missing.p8"}, "FCM_CREDENTIALS": {FCMCredentials: "push_test.go"},
	} {
		if _, err := p.services(discard()); err == nil || len(err.Error()) < 20 || err.Error()[:len(want)] != want {
			t.Errorf("got %v, want a line about %s", err, want)
		}
	}
	if none, err := (PushSettings{}).services(discard()); err != nil || len(none) > 0 {
		t.Errorf("without settings: %v, %v", none, err)
	}
}
