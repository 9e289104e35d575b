package redisstore

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"membergate/internal/recommend"
	"membergate/internal/storetest"
	"membergate/internal/trips"
)

func TestListsEmbedded(t *testing.T) {
	s := openEmbedded(t, "")
	defer func() { must(t, s.Close()) }()
	storetest.Ran(t, "miniredis", "")
	storetest.Lists(t, s.Lists())
}

func TestListsRealServer(t *testing.T) {
	address := os.Getenv("REDIS_URL")
	if address == "" {
		t.Skip("REDIS_URL is not set: there is no Redis to test on")
	}
	ctx := context.Background()
	s, err := Open(ctx, address, "test_"+strings.ToLower(rand.Text()[:10])+":")
	must(t, err)
	defer func() {
		keys, err := s.redis.Keys(ctx, s.prefix+"*").Result()
		must(t, err)
		if len(keys) > 0 {
			must(t, s.redis.Del(ctx, keys...).Err())
		}
		must(t, s.Close())
	}()
	storetest.Ran(t, "redis", "")
	storetest.Lists(t, s.Lists())
}

// Lists and what is hidden are one round trip, and so is putting many.
func TestListTrips(t *testing.T) {
	s := openEmbedded(t, "")
	defer func() { must(t, s.Close()) }()
	keys := []recommend.Key{recommend.MemberList("17850", recommend.Home), recommend.PopularList(recommend.OfProduct), recommend.EditorialList(recommend.Home)}
	many := map[recommend.Key]recommend.List{}
	for _, k := range keys {
		many[k] = recommend.List{Version: "v1", Items: []recommend.Item{{Ref: recommend.Ref{Kind: recommend.OfProduct, ID: "85123A"}}}}
	}
	for what, call := range map[string]func(context.Context) error{
		"getting": func(ctx context.Context) error { _, _, err := s.Lists().Get(ctx, keys, "17850"); return err },
		"putting": func(ctx context.Context) error { return s.Lists().Put(ctx, many) },
	} {
		ctx, count := trips.With(t.Context())
		must(t, call(ctx))
		if count.Redis() != 1 {
			t.Errorf("%s cost %d round trips; want 1", what, count.Redis())
		}
	}
}

// Keys are where other programs look for them, and none of them stays for ever.
func TestListKeys(t *testing.T) {
	s := openEmbedded(t, "")
	defer func() { must(t, s.Close()) }()
	ctx := t.Context()
	list := recommend.List{Version: "v1", Items: []recommend.Item{{
		Ref: recommend.Ref{Kind: recommend.OfProduct, ID: "85123A"}, Cause: recommend.SimilarTo,
		Because: []recommend.Ref{{Kind: recommend.OfProduct, ID: "22423"}},
	}}}
	must(t, s.Lists().Put(ctx, map[recommend.Key]recommend.List{
		recommend.MemberList("17850", recommend.Home): list, recommend.PopularList(recommend.OfProduct): list,
		recommend.SimilarList(recommend.Ref{Kind: recommend.OfProduct, ID: "22423"}): list,
	}))
	must(t, s.Lists().Know(ctx, recommend.Taste{Member: "17850", Version: 1}))
	_, err := s.Lists().Retrace(ctx, "17850", "", recommend.Trace{}, []string{"one"}, time.Now(), 7*24*time.Hour)
	must(t, err)
	for key, most := range map[string]time.Duration{
		"t:rec:{member:17850}:HOME": 6 * 24 * time.Hour, "t:rec:{member:17850}:taste": time.Hour,
		"t:rec:{member:17850}:trace": 7 * 24 * time.Hour, "t:rec:{member:17850}:told": 7 * 24 * time.Hour,
		"t:rec:{thing:product:22423}:SIMILAR": 30 * 24 * time.Hour, "t:rec:{all:}:POPULAR:product": 30 * 24 * time.Hour,
	} {
		life, err := s.redis.PTTL(ctx, key).Result()
		must(t, err)
		if life <= most-time.Minute || life > most {
			t.Errorf("%s lives %v; want %v", key, life, most)
		}
	}
	raw, err := s.redis.Get(ctx, "t:rec:{member:17850}:HOME").Result()
	must(t, err)
	equal(t, raw, `{"v":"v1","i":[["product","85123A","SIMILAR_TO","product","22423"]]}`)
}

// What another program wrote wrongly is an error that names the key, never half a list.
func TestBrokenList(t *testing.T) {
	s := openEmbedded(t, "")
	defer func() { must(t, s.Close()) }()
	key := recommend.MemberList("17850", recommend.Home)
	for _, raw := range []string{"", "x", `{"v":"1","i":[["product"]]}`, `{"v":"1","i":[["product","1","NEW","product"]]}`,
		`{"v":"1","i":[["product","1","NEW"]],"s":[1,2]}`, `{"v":"1","i":[["product","1","NEW"]],"w":[[0,1]]}`, `{"v":"1","i":[["product","1","NEW"]],"w":[[0,1,-1]]}`,
		`{"v":"1","i":[["product","1","NEW"]],"c":["NEW"],"w":[[0,1,0]]}`, `{"v":"1","i":[["product","1\u001f","NEW"]]}`, `{"v":"\u001f","i":[]}`} {
		must(t, s.redis.Set(t.Context(), "t:rec:{member:17850}:HOME", raw, 0).Err())
		if got, _, err := s.Lists().Get(t.Context(), []recommend.Key{key}, ""); err == nil || !strings.Contains(err.Error(), "t:rec:{member:17850}:HOME") {
			t.Errorf("%q gives %v, %v", raw, got, err)
		}
	}
}
