package trips_test

import (
	"context"
	"sync"
	"testing"

	"membergate/internal/trips"
)

func TestOneRequestCountsWhatItsGoroutinesDo(t *testing.T) {
	ctx, count := trips.With(context.Background())
	other, otherCount := trips.With(context.Background())
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			trips.Mongo(ctx)
			trips.Redis(ctx)
			trips.Redis(ctx)
		})
	}
	wg.Wait()
	trips.Wave(ctx)
	trips.Mongo(other)
	if count.Mongo() != 50 || count.Redis() != 100 || count.Waves() != 1 {
		t.Errorf("count = %d, %d, %d; want 50, 100, 1", count.Mongo(), count.Redis(), count.Waves())
	}
	if otherCount.Mongo() != 1 || otherCount.Redis() != 0 {
		t.Errorf("the other request's count = %d, %d; want 1, 0", otherCount.Mongo(), otherCount.Redis())
	}
	if trips.From(ctx) != count {
		t.Error("From gives another count than With made")
	}
}

func TestWithoutACountNothingBreaks(t *testing.T) {
	ctx := context.Background()
	trips.Mongo(ctx)
	trips.Redis(ctx)
	trips.Wave(ctx)
	if got := trips.From(ctx).Mongo(); got != 0 {
		t.Errorf("a context without a count counted %d", got)
	}
}
