package redisstore

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/secret"
	"membergate/internal/vault"
)

func TestOfFiftyWhoSpendATokenOneDoes(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		keys, err := secret.NewKeys([]secret.Key{{ID: "k1", Secret: bytes.Repeat([]byte{7}, secret.KeyBytes)}})
		if err != nil {
			t.Fatal(err)
		}
		tokens := &vault.Tokens{Seen: s.Seen(), Keys: keys, Now: time.Now}
		token, _ := tokens.Issue("anna", vault.Set, 30*time.Minute)
		var spent, refused atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				_, err := tokens.Spend(t.Context(), "anna", vault.Set, token)
				var no *fault.Refusal
				switch {
				case err == nil:
					spent.Add(1)
				case errors.As(err, &no) && no.Code == vault.TokenUsed:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if spent.Load() != 1 || refused.Load() != 49 {
			t.Errorf("%d have spent it, %d were refused", spent.Load(), refused.Load())
		}
		found, err := s.redis.Keys(t.Context(), s.key("seen", "identity/*")).Result()
		if err != nil || len(found) != 1 || strings.Contains(found[0], token) {
			t.Fatalf("kept is %q, %v", found, err)
		}
		if life, err := s.redis.PTTL(t.Context(), found[0]).Result(); err != nil || life < 29*time.Minute || life > 31*time.Minute {
			t.Errorf("it is remembered for %v, %v", life, err)
		}
	})
}
