package main

import (
	"crypto/rand"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/allowance"
	"membergate/internal/edge"
	"membergate/internal/redisstore"
)

func TestTheDearestOperationOfAnAppFitsItsLimitTenTimes(t *testing.T) {
	for name, rate := range map[string]allowance.Rate{"member": edge.MemberRate, "device": edge.DeviceRate, "address": edge.AddressRate} {
		if rate.Most < 10*1750 || time.Duration(1750)*rate.Each > 5*time.Second {
			t.Errorf("the %s's bucket holds %d and gives one in %v", name, rate.Most, rate.Each)
		}
	}
}

// Two gateways on one Redis give a member what one does, and while it is gone each keeps the limit itself.
func TestTwoGatewaysShareAMembersLimit(t *testing.T) {
	address := os.Getenv("REDIS_URL")
	if address == "" {
		t.Skip("REDIS_URL is not set")
	}
	const most = 60
	first := ready(t, embedded).gateway
	open := func(prefix string) (*gateway, *redisstore.Store) {
		s, err := redisstore.Open(t.Context(), address, prefix)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := first.settings.Keys()
		if err != nil {
			t.Fatal(err)
		}
		parts := *first.parts
		parts.Limits = limits(s.Allowances(), keys)
		parts.Limits.Member, parts.Limits.Address = allowance.Rate{Most: most, Each: time.Hour}, allowance.Rate{Most: 1e6, Each: time.Hour}
		return (&gateway{settings: first.settings, parts: &parts}).beside(t, func(*Settings) {}), s
	}
	prefix := "limits" + rand.Text() + ":"
	here, store := open(prefix)
	there, other := open(prefix)
	askAll := func(who string) (granted int64) {
		var n atomic.Int64
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				// Priced at two objects, which it comes to: the member and the tier.
				r := ask(t, []*gateway{here, there}[i%2].url, question{query: "{ me { tier { state } } }", who: who})
				switch {
				case r.status == 200 && len(r.Errors) == 0:
					n.Add(1)
				case r.status != 429 || len(r.Errors) != 1 || r.Errors[0].code() != "RATE_LIMITED" || r.Errors[0].Extensions["retryAfterMs"] == nil:
					t.Errorf("%d %s", r.status, shortened(r.text))
				}
			})
		}
		all.Wait()
		return n.Load()
	}
	if n := askAll(owner); n != most/2 {
		t.Errorf("%d times 2 of %d were given by two gateways", n, most)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	if n := askAll(stranger); n > most || n < most/2 {
		t.Errorf("without Redis %d times 2 of %d were given; each of two gateways has as much as both had", n, most)
	}
}
