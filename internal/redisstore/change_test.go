package redisstore

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/change"
	"membergate/internal/wallet"
)

func TestChangesAreToldInOrderAndOnce(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		c, ctx := s.Changes(), t.Context()
		a, b := wallet.NewID(), wallet.NewID()
		start, err := c.Position(ctx, a)
		must(t, err)
		at := func(of wallet.ID, kind change.Kind, version int64) change.News {
			return change.News{Of: of, Change: change.Change{Kind: kind, Version: version}}
		}
		must(t, c.Tell(ctx, nil))
		must(t, c.Tell(ctx, []change.News{at(a, change.Wallet, 1), at(b, change.Tier, 9), at(a, change.Tier, 1), at(a, change.Wallet, 1)}))
		middle, err := c.Position(ctx, a)
		must(t, err)
		must(t, c.Tell(ctx, []change.News{at(a, change.Wallet, 4), at(a, change.Wallet, 3), at(a, change.Family, 2)}))
		since := func(position string, n int, want ...change.Change) string {
			t.Helper()
			page, err := c.Since(ctx, a, position, n)
			must(t, err)
			if d := cmp.Diff(want, page.Changes); d != "" {
				t.Errorf("since %s (-want +got):\n%s", position, d)
			}
			return page.Position
		}
		one := change.Change{Kind: change.Wallet, Version: 1}
		tier := change.Change{Kind: change.Tier, Version: 1}
		four, family := change.Change{Kind: change.Wallet, Version: 4}, change.Change{Kind: change.Family, Version: 2}
		next := since(start, 3, one, tier, four)
		last := since(next, 3, family)
		if again := since(last, 3); again != last {
			t.Errorf("without changes the position moves from %s to %s", last, again)
		}
		since(middle, 10, four, family)
		if newest, err := c.Position(ctx, a); err != nil || newest != last {
			t.Errorf("the newest position is %s (error %v), want %s", newest, err, last)
		}
	})
}

func TestPositionsGrowTooOld(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		c, ctx, id := s.Changes(), t.Context(), wallet.NewID()
		tell := func(from, to int64) {
			t.Helper()
			var news []change.News
			for v := from; v <= to; v++ {
				news = append(news, change.News{Of: id, Change: change.Change{Kind: change.Wallet, Version: v}})
			}
			must(t, c.Tell(ctx, news))
		}
		position := func() string {
			t.Helper()
			p, err := c.Position(ctx, id)
			must(t, err)
			return p
		}
		old := func(p string) bool {
			t.Helper()
			_, err := c.Since(ctx, id, p, 5)
			if err != nil && !errors.Is(err, change.ErrTooOld) {
				t.Fatal(err)
			}
			return err != nil
		}
		empty := position()
		tell(1, 1)
		first := position()
		tell(2, 5)
		fifth := position()
		tell(6, changesKept-1)
		if old(empty) || old(first) || old(fifth) {
			t.Error("a position is too old though nothing is gone")
		}
		tell(changesKept, changesKept+2) // the first two are gone
		if !old(empty) || !old(first) || old(fifth) {
			t.Error("two changes are gone: the positions before them must be too old, the one behind them not")
		}
		for _, wrong := range []string{"", "x", "-:", "x:1-1", "e:" + first} {
			if !old(wrong) {
				t.Errorf("position %q is taken", wrong)
			}
		}
		last := position()
		stream, told := c.keys(id)
		must(t, c.redis.Del(ctx, stream, told).Err()) // the server has lost all
		tell(changesKept+3, changesKept+3)
		if !old(last) {
			t.Error("a position of before a loss is taken")
		}
		last = position()
		c.now = func() time.Time { return time.Now().Add(changesAge + time.Minute) }
		if !old(last) {
			t.Error("a position of more than a week ago is taken")
		}
		if life := c.redis.PTTL(ctx, told).Val(); life <= 0 || life > changesAge {
			t.Errorf("what was told lives %s, want at most %s", life, changesAge)
		}
	})
}
