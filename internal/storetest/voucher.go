package storetest

import (
	"context"
	"fmt"
	"testing"

	"membergate/internal/voucher"
)

// Vouchers tests the promises of voucher.Store.
func Vouchers(t *testing.T, s voucher.Store) {
	group[voucher.Store]{
		{"a code is added once, with every field", addVouchers},
		{"one of many who want a code has it", giveVoucher},
		{"those that nobody has are listed", freeVouchers},
		{"what is loaded twice is there once", loadVouchers},
	}.run(t, s)
}

func coupon(reward string) voucher.Code {
	c := filled[voucher.Code](dice(1))
	c.ID, c.Reward, c.Given = name("voucher"), reward, ""
	return c
}

func addVouchers(t *testing.T, ctx context.Context, s voucher.Store) {
	c := coupon(name("reward"))
	must(t, s.Add(ctx, nil))
	must(t, s.Add(ctx, []voucher.Code{c}))
	other := c
	other.Sealed = "another"
	must(t, s.Add(ctx, []voucher.Code{other, coupon(c.Reward)}))
	got, given, err := s.Give(ctx, c.ID, "r-1")
	must(t, err)
	c.Given = "r-1"
	same(t, "the code", got, c)
	n, err := s.Count(ctx, c.Reward)
	must(t, err)
	if !given || n != 2 {
		t.Errorf("given: %v; %d codes are there, want 2", given, n)
	}
	known, err := s.Known(ctx, []string{c.ID, name("nothing")})
	must(t, err)
	same(t, "what is known", known, map[string]bool{c.ID: true})
	if _, given, err := s.Give(ctx, name("nothing"), "r-1"); given || err != nil {
		t.Errorf("a code that is not there was given: %v", err)
	}
}

func giveVoucher(t *testing.T, ctx context.Context, s voucher.Store) {
	c := coupon(name("reward"))
	must(t, s.Add(ctx, []voucher.Code{c}))
	has := make([]bool, 30)
	for _, err := range together(30, func(i int) (err error) {
		_, has[i], err = s.Give(ctx, c.ID, fmt.Sprint("r-", i%10))
		return err
	}) {
		must(t, err)
	}
	winners := 0
	for i := range 10 {
		if has[i] || has[i+10] || has[i+20] {
			winners++
		}
	}
	if winners != 1 {
		t.Errorf("%d redemptions have one code", winners)
	}
}

func freeVouchers(t *testing.T, ctx context.Context, s voucher.Store) {
	of := name("reward")
	a, b := coupon(of), coupon(of)
	must(t, s.Add(ctx, []voucher.Code{a, b, coupon(name("reward"))}))
	_, _, err := s.Give(ctx, a.ID, "r-1")
	must(t, err)
	free, err := s.Free(ctx, of, 10)
	must(t, err)
	same(t, "the free ones", free, []voucher.Code{b})
	free, err = s.Free(ctx, of, 0+1)
	must(t, err)
	if len(free) != 1 {
		t.Errorf("%d are listed, want 1", len(free))
	}
}

func loadVouchers(t *testing.T, ctx context.Context, s voucher.Store) {
	of := name("reward")
	for _, c := range []struct {
		codes []string
		want  int
	}{{[]string{"a", " b ", "", "a"}, 2}, {[]string{"a", "b"}, 0}, {[]string{"b", "c"}, 1}} {
		n, err := voucher.Load(ctx, s, wax{}, of, c.codes, shopping)
		must(t, err)
		if n != c.want {
			t.Errorf("%q added %d, want %d", c.codes, n, c.want)
		}
	}
	n, err := s.Count(ctx, of)
	must(t, err)
	if n != 3 {
		t.Errorf("%d are there, want 3", n)
	}
}
