package order_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"membergate/internal/account"
	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/wallet"
)

func retail5(t testing.TB) *programme.Programme {
	t.Helper()
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

type book struct{ *programme.Programme }

func (b book) At(time.Time) *programme.Programme { return b.Programme }

func local(t testing.TB, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation(time.DateTime, s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return v.UTC()
}

func TestCoinsAreTheFloorOfFenTimesRateTimesMultiplier(t *testing.T) {
	p := retail5(t)
	for _, c := range []struct {
		name     string
		tier     string
		birthday string
		fen      int64
		coins    wallet.Coins
		lines    []string
	}{
		{"one percent", "REGISTERED", "", 10000, 100, []string{"BASE"}},
		{"the floor", "SILVER", "", 199, 1, []string{"BASE"}},
		{"nothing of 99 fen", "SILVER", "", 99, 0, []string{"BASE"}},
		{"the tier's part", "GOLD", "", 10000, 150, []string{"BASE", "TIER"}},
		{"threefold in the birthday month", "GOLD", "1990-07-31", 10000, 450, []string{"BASE", "TIER", "MULTIPLIER"}},
		{"not in another month", "GOLD", "1990-08-01", 10000, 150, []string{"BASE", "TIER"}},
		{"one floor, not three: 67 × 1.5 % × 3", "GOLD", "1990-07-01", 67, 3, []string{"BASE", "TIER", "MULTIPLIER"}},
		{"nothing of nothing", "BLACK_GOLD", "", 0, 0, nil},
		{"nothing of less", "BLACK_GOLD", "", -500, 0, nil},
		{"the most that one order may be", "BLACK_GOLD", "1990-07-01", order.MaxFen, order.MaxFen * 750 / 10000, []string{"BASE", "TIER", "MULTIPLIER"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			who := member.Profile{ID: "1", Birthday: c.birthday}
			coins, lines := order.Coins(p, eligibility.Facts{Tier: c.tier, Profile: who}, order.Event{Kind: order.Paid, Fen: c.fen, At: local(t, "2026-07-31 23:59:59"), Channel: "STORE"})
			var codes []string
			var sum wallet.Coins
			for _, l := range lines {
				codes, sum = append(codes, l.Code), sum+l.Coins
			}
			if coins != c.coins || sum != coins || !slices.Equal(codes, c.lines) {
				t.Errorf("%d coins in lines %v that add up to %d; want %d in %v", coins, codes, sum, c.coins, c.lines)
			}
		})
	}
}

func TestAYuanIsAPointInFresh3AndTwoInTheBirthdayMonth(t *testing.T) {
	p, err := programme.Load("fresh-3")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		birthday string
		fen      int64
		points   wallet.Coins
	}{{"", 100, 1}, {"", 199, 1}, {"", 80_000, 800}, {"1990-07-01", 80_000, 1600}, {"1990-08-01", 80_000, 800}} {
		for _, held := range []string{"FREE", "SILVER", "GOLD"} {
			got, _ := order.Coins(p, eligibility.Facts{Tier: held, Profile: member.Profile{ID: "1", Birthday: c.birthday}}, order.Event{Kind: order.Paid, Fen: c.fen, At: local(t, "2026-07-31 23:59:59")})
			if got != c.points {
				t.Errorf("%s, born %s, gets %d points for %d fen, want %d", held, c.birthday, got, c.fen, c.points)
			}
		}
	}
}

func TestCoinsDieAtTheEndOfTheLocalMonthTwelveMonthsLater(t *testing.T) {
	p := retail5(t)
	for earned, gone := range map[string]string{
		"2026-07-06 12:00:00": "2027-08-01 00:00:00",
		"2026-07-31 23:59:59": "2027-08-01 00:00:00",
		"2026-08-01 00:00:00": "2027-09-01 00:00:00",
		"2028-02-29 10:00:00": "2029-03-01 00:00:00",
	} {
		if got := order.Expires(p, local(t, earned)); !got.Equal(local(t, gone)) {
			t.Errorf("earned %s, gone %s, want %s", earned, got, gone)
		}
	}
}

func TestPartialRefundsTakeBackTheCumulativeFloor(t *testing.T) {
	for _, c := range []struct {
		earned, paid, each int64
		want               []wallet.Coins
	}{
		{2, 2190, 730, []wallet.Coins{0, 1, 1}},
		{21, 2190, 730, []wallet.Coins{7, 7, 7}},
		{100, 300, 100, []wallet.Coins{33, 33, 34}},
		{100, 300, 250, []wallet.Coins{83, 17, 0}}, // never more than the order earned
	} {
		var refunds []order.Part
		for i, want := range c.want {
			id := string(rune('a' + i))
			refunds = append(refunds, order.Part{ID: id, Fen: c.each})
			if got := order.ClawBack(c.earned, c.paid, refunds, id); got != want {
				t.Errorf("%d coins of %d fen, refund %d of %d: %d back, want %d", c.earned, c.paid, i+1, c.each, got, want)
			}
		}
	}
}

func TestRefundsOfAWholeOrderTakeBackExactlyWhatItEarned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		paid := rapid.Int64Range(1, order.MaxFen).Draw(t, "paid")
		earned := rapid.Int64Range(0, 2_000_000_000).Draw(t, "earned")
		var refunds []order.Part
		var back wallet.Coins
		for left := paid; left > 0; {
			fen := rapid.Int64Range(1, left).Draw(t, "fen")
			if len(refunds) > 8 {
				fen = left
			}
			left -= fen
			refunds = append(refunds, order.Part{ID: string(rune('a' + len(refunds))), Fen: fen})
			claw := order.ClawBack(earned, paid, refunds, refunds[len(refunds)-1].ID)
			if claw < 0 {
				t.Fatalf("a refund takes back %d", claw)
			}
			back += claw
		}
		if back != earned {
			t.Fatalf("%d of %d coins are taken back", back, earned)
		}
	})
}

func TestAnOrderEarnsAtTheTierHeldBeforeItAndARefundAtTheTierHeldThen(t *testing.T) {
	p := retail5(t)
	b := book{p}
	who := member.Profile{ID: "1", JoinedAt: local(t, "2026-01-01 00:00:00")}
	a := account.Open(b, who).Account
	paid := func(id, at string, fen int64) order.Event {
		return order.Event{Kind: order.Paid, ID: id, Member: "1", At: local(t, at), Fen: fen, Channel: "STORE", Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: fen}}}
	}
	events := []order.Event{
		paid("1", "2026-01-02 10:00:00", 400_000),                                                        // to GOLD, at 1 %
		paid("2", "2026-01-03 10:00:00", 100_000),                                                        // at 1.5 %
		{Kind: order.Refunded, ID: "r1", Member: "1", At: local(t, "2026-01-04 10:00:00"), Fen: 400_000}, // at 1.5 %
	}
	for i, want := range []wallet.Coins{4000, 1500, 6000} {
		a = order.Decide(b, who, a, events[i], order.Known{})
		if got := a.Outbox[i].Posting.Coins; got != want {
			t.Errorf("event %d moves %d coins, want %d", i, got, want)
		}
	}
	if got := a.Standing.Held(p, a.Standing.Clock).Code; got != "GOLD" {
		t.Errorf("the member holds %s, want GOLD: a refund never demotes by itself", got)
	}
}

func TestARefundOfAKnownOrderTakesTheShareOfItsGrowth(t *testing.T) {
	p := retail5(t)
	b := book{p}
	who := member.Profile{ID: "1", JoinedAt: local(t, "2026-01-01 00:00:00")}
	o := order.Event{Kind: order.Paid, ID: "1", Member: "1", At: local(t, "2026-01-02 10:00:00"), Fen: 10_000, Channel: "STORE",
		Lines: []order.Line{{SKU: "A", Category: "OWN_BRAND", Fen: 10_000}}} // counts 120 %
	a := order.Decide(b, who, account.Open(b, who).Account, o, order.Known{})
	record := order.Record{ID: o.RecordID(), Event: o}
	for i, want := range []int64{8000, 4000, 0} { // of 12,000
		record.Refunds = append(record.Refunds, order.Part{ID: string(rune('a' + i)), Fen: 3_333})
		if i == 2 {
			record.Refunds[i].Fen = 10_000
		}
		r := order.Event{Kind: order.Refunded, ID: record.Refunds[i].ID, Member: "1", At: local(t, "2026-01-03 10:00:00"), Fen: record.Refunds[i].Fen, OrderID: "1"}
		a = order.Decide(b, who, a, r, order.Known{Original: &record})
		got := a.Standing.Read(p, local(t, "2026-01-04 10:00:00")).Parts()["SPEND"]
		if got < want || got > want+1 {
			t.Errorf("after refund %d the order counts %d hundredths, want %d", i+1, got, want)
		}
	}
}
