package storetest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// bought redeems a reward for a wallet of its own.
func bought(t *testing.T, ctx context.Context, s *redemption.Service, a redemption.Ask) (wallet.ID, redemption.Redemption) {
	t.Helper()
	id := full(t, ctx, s, 100)
	r, _, err := s.Redeem(ctx, id, a)
	must(t, err)
	return id, r
}

func expiredCodes(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, nil)
	id, r := bought(t, ctx, service, a)
	if r.CancelUntil != shopping.Add(10*time.Minute) || r.GoodUntil != shopping.AddDate(0, 0, 90) || r.UsableUntil != r.GoodUntil.Add(24*time.Hour) {
		t.Errorf("it can be cancelled until %s, is good until %s, is taken until %s", r.CancelUntil, r.GoodUntil, r.UsableUntil)
	}
	last := r.UsableUntil.Add(-time.Millisecond)
	if r.StateAt(last) != redemption.Reserved || r.StateAt(r.UsableUntil) != redemption.Expired {
		t.Errorf("it is %s in the last moment, %s after it", r.StateAt(last), r.StateAt(r.UsableUntil))
	}
	if _, err := service.Show(ctx, id, r.ID, r.UsableUntil); !refused(err, redemption.CodeExpired) {
		t.Errorf("shown too late: %v", err)
	}
	for state, want := range map[redemption.State]int{redemption.Expired: 1, redemption.Reserved: 0} {
		got, err := service.Page(ctx, id, []redemption.State{state}, nil, 10, r.UsableUntil)
		must(t, err)
		if len(got) != want {
			t.Errorf("%d are listed as %s, want %d", len(got), state, want)
		}
	}
}

func useOnce(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, nil)
	_, r := bought(t, ctx, service, a)
	errs := together(50, func(i int) error {
		_, err := service.Use(ctx, r.Code, fmt.Sprint("till ", i), shopping.Add(time.Hour))
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !refused(err, redemption.AlreadyUsed) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d tills of 50 took the code", won)
	}
	got, err := service.Use(ctx, strings.ToLower(redemption.Spoken(r.Code)), "late", shopping.Add(2*time.Hour))
	if !refused(err, redemption.AlreadyUsed) || !got.UsedAt.Equal(shopping.Add(time.Hour)) {
		t.Errorf("the code, as people write it: %v, used at %s", err, got.UsedAt)
	}
}

func refusedCodes(t *testing.T, ctx context.Context, s Shop) {
	service, a := counter(t, ctx, s, nil)
	for _, code := range []string{"", "short", strings.Repeat("A", 16), strings.Repeat("A", 1000)} {
		if _, err := service.Use(ctx, code, "till", shopping); !refused(err, redemption.Unknown) {
			t.Errorf("%.20q: %v", code, err)
		}
	}
	id, r := bought(t, ctx, service, a)
	if _, err := service.Use(ctx, r.Code, "till", r.UsableUntil); !refused(err, redemption.CodeExpired) {
		t.Errorf("an old code: %v", err)
	}
	_, err := service.Cancel(ctx, id, r.ID, shopping)
	must(t, err)
	if _, err := service.Use(ctx, r.Code, "till", shopping); !refused(err, redemption.Ended) {
		t.Errorf("a cancelled code: %v", err)
	}
	if _, err := service.Show(ctx, id, r.ID, shopping); !refused(err, redemption.Ended) {
		t.Errorf("a cancelled code is shown: %v", err)
	}
	id, r = bought(t, ctx, service, a)
	_, err = service.Use(ctx, r.Code, "till", r.UsableUntil.Add(-time.Millisecond)) // in the grace
	must(t, err)
	if _, err := service.Cancel(ctx, id, r.ID, shopping); !refused(err, redemption.NotCancellable) {
		t.Errorf("a used one is cancelled: %v", err)
	}
	if r, err := service.Show(ctx, id, r.ID, shopping); err != nil || r.State != redemption.Used {
		t.Errorf("a used one is shown: %v, %s", err, r.State)
	}
}

// wax seals nothing, so that tests see which code went where.
type wax struct{}

func (wax) Seal(_, plain string) string           { return "sealed " + plain }
func (wax) Open(_, sealed string) (string, error) { return strings.TrimPrefix(sealed, "sealed "), nil }
func (wax) Hashes(purpose, value string) []string {
	return []string{base64.RawURLEncoding.EncodeToString([]byte(value))}
}

func vouchersOnce(t *testing.T, ctx context.Context, s Shop) {
	const stock, people = 12, 20
	service, a := counter(t, ctx, s, func(r *reward.Reward) { r.Kind = reward.Voucher; stockOf(stock)(r) })
	var codes []string
	for n := range stock {
		codes = append(codes, fmt.Sprintf("%s-%d", a.Reward, n))
	}
	_, err := voucher.Load(ctx, s.Vouchers, wax{}, a.Reward, codes, shopping)
	must(t, err)
	ids, got := make([]wallet.ID, people), make([]redemption.Redemption, people)
	for i := range ids {
		ids[i] = full(t, ctx, service, 100)
	}
	errs := together(people, func(i int) (err error) {
		got[i], _, err = service.Redeem(ctx, ids[i], a)
		return err
	})
	must(t, errors.Join(together(4*people, func(i int) error { // each is shown four times at once
		if errs[i/4] != nil {
			return nil
		}
		_, err := service.Show(ctx, ids[i/4], got[i/4].ID, shopping)
		return err
	})...))
	seen := map[string]bool{}
	for i, err := range errs {
		if err != nil {
			if !refused(err, redemption.OutOfStock) {
				t.Error(err)
			}
			continue
		}
		if got[i].Code != "" || got[i].Sealed != "" {
			t.Errorf("a code was given before it was shown: %+v", got[i])
		}
		r, _, err := s.Redemptions.ByID(ctx, got[i].ID)
		must(t, err)
		if r.Sealed == "" || seen[r.Sealed] || r.Unfinished || r.State != redemption.Fulfilled {
			t.Errorf("given twice, or nothing: %+v", r)
		}
		seen[r.Sealed] = true
		if _, err := service.Cancel(ctx, ids[i], r.ID, shopping); !refused(err, redemption.NotCancellable) {
			t.Errorf("cancelled though its code was given: %v", err)
		}
	}
	if len(seen) != stock {
		t.Errorf("%d codes were given out, want %d", len(seen), stock)
	}
}

// booth opens a service with a reward that has one slot, three hours from now.
func booth(t *testing.T, ctx context.Context, s Shop, seats int64) (*redemption.Service, redemption.Ask) {
	t.Helper()
	service, a := counter(t, ctx, s, func(r *reward.Reward) { r.Kind = reward.AtSlot })
	start := shopping.Add(3 * time.Hour)
	slot := reward.Slot{ID: reward.SlotID(a.Reward, "S01", start), Reward: a.Reward, Store: "S01", Place: programme.Text{"zh-CN": "一号店"},
		Start: start, End: start.Add(time.Hour), Seats: seats}
	must(t, s.Rewards.PutSlots(ctx, []reward.Slot{slot}))
	a.Slot = slot.ID
	return service, a
}

func slotSeats(t *testing.T, ctx context.Context, s Shop) {
	const people, seats = 20, 3
	service, a := booth(t, ctx, s, seats)
	ids, got := make([]wallet.ID, people), make([]redemption.Redemption, people)
	for i := range ids {
		ids[i] = full(t, ctx, service, 100)
	}
	booked := func() (won []int) {
		errs := together(people, func(i int) (err error) {
			r, replayed, err := service.Redeem(ctx, ids[i], a)
			if err == nil && replayed {
				return errors.New("booked before")
			}
			if err == nil {
				got[i] = r
			}
			return err
		})
		for i, err := range errs {
			if err == nil {
				won = append(won, i)
			}
		}
		return won
	}
	won := booked()
	if len(won) != seats {
		t.Fatalf("%d of %d seats were given", len(won), seats)
	}
	must(t, errors.Join(together(8, func(int) error {
		_, err := service.Cancel(ctx, ids[won[0]], got[won[0]].ID, shopping.Add(time.Minute))
		return err
	})...))
	a.Key = "again"
	if again := booked(); len(again) != 1 {
		t.Errorf("%d seats were given after one came back", len(again))
	}
}

func slotTimes(t *testing.T, ctx context.Context, s Shop) {
	service, a := booth(t, ctx, s, 9)
	start := shopping.Add(3 * time.Hour)
	id, r := bought(t, ctx, service, a)
	if r.CancelUntil != start.Add(-2*time.Hour) || r.GoodUntil != start.Add(time.Hour) {
		t.Errorf("given back until %s, good until %s", r.CancelUntil, r.GoodUntil)
	}
	if _, err := service.Cancel(ctx, id, r.ID, r.CancelUntil); !refused(err, redemption.NotCancellable) {
		t.Errorf("given back too late: %v", err)
	}
	_, err := service.Cancel(ctx, id, r.ID, r.CancelUntil.Add(-time.Millisecond))
	must(t, err)
	other, _ := counter(t, ctx, s, nil)
	for says, c := range map[string]struct {
		change func(*redemption.Ask)
		want   string
	}{
		"no slot":                {func(a *redemption.Ask) { a.Slot = "" }, redemption.SlotRequired},
		"an unknown slot":        {func(a *redemption.Ask) { a.Slot += "x" }, redemption.SlotUnknown},
		"a slot that has begun":  {func(a *redemption.Ask) { a.At = start }, redemption.SlotOver},
		"one moment before that": {func(a *redemption.Ask) { a.At = start.Add(-time.Millisecond) }, ""},
	} {
		ask := a
		ask.Key = strings.ReplaceAll(says, " ", "-")
		c.change(&ask)
		if _, _, err := other.Redeem(ctx, full(t, ctx, other, 100), ask); c.want == "" && err != nil || c.want != "" && !refused(err, c.want) {
			t.Errorf("%s: %v, want %q", says, err, c.want)
		}
	}
	a.Key, a.Quantity = "two", 2
	if _, _, err := service.Redeem(ctx, id, a); err == nil || !strings.Contains(err.Error(), "quantity is 2") {
		t.Errorf("two seats at once: %v", err)
	}
}
