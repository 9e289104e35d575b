package redisstore

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/fault"
	"membergate/internal/trips"
)

// What stands in an embedded store when it closes stands in the next one that opens on the same directory.
func TestEmbeddedOutlastsTheProcess(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := openEmbedded(t, dir)
	c := s.redis
	must(t, c.Set(ctx, s.key("a", "text"), "\xff\x00 not UTF-8", 0).Err())
	must(t, c.Set(ctx, s.key("a", "short"), "x", time.Hour).Err())
	must(t, c.RPush(ctx, s.key("a", "list"), "1", "2", "3").Err())
	must(t, c.SAdd(ctx, s.key("a", "set"), "b", "a").Err())
	must(t, c.HSet(ctx, s.key("a", "hash"), "f", "1", "g", "2").Err())
	must(t, c.ZAdd(ctx, s.key("a", "ranking"), redis.Z{Score: 2.5, Member: "x"}, redis.Z{Score: 1, Member: "y"}).Err())
	for _, id := range []string{"1-1", "2-1", "3-1"} {
		must(t, c.XAdd(ctx, &redis.XAddArgs{Stream: s.key("events"), ID: id, Values: map[string]string{"body": id}}).Err())
	}
	must(t, c.XGroupCreate(ctx, s.key("events"), "workers", "0").Err())
	group := &redis.XReadGroupArgs{Group: "workers", Consumer: "one", Streams: []string{s.key("events"), ">"}, Count: 2, Block: -1}
	must(t, c.XReadGroup(ctx, group).Err())
	must(t, c.XAck(ctx, s.key("events"), "workers", "1-1").Err())
	must(t, s.Close())

	s = openEmbedded(t, dir)
	defer func() { must(t, s.Close()) }()
	c = s.redis
	equal(t, c.Get(ctx, s.key("a", "text")).Val(), "\xff\x00 not UTF-8")
	if left := c.PTTL(ctx, s.key("a", "short")).Val(); left < 59*time.Minute || left > 61*time.Minute {
		t.Errorf("the key with a lifetime of an hour has %v left", left)
	}
	equal(t, c.PTTL(ctx, s.key("a", "text")).Val(), "-1ns")
	equal(t, c.LRange(ctx, s.key("a", "list"), 0, -1).Val(), "1", "2", "3")
	equal(t, slices.Sorted(slices.Values(c.SMembers(ctx, s.key("a", "set")).Val())), "a", "b")
	equal(t, c.HGet(ctx, s.key("a", "hash"), "g").Val(), "2")
	equal(t, c.ZRange(ctx, s.key("a", "ranking"), 0, -1).Val(), "y", "x")
	equal(t, c.ZScore(ctx, s.key("a", "ranking"), "x").Val(), "2.5")
	group.Count = 10
	again, err := c.XReadGroup(ctx, group).Result()
	must(t, err)
	var ids []string
	for _, m := range again[0].Messages {
		ids = append(ids, m.ID)
	}
	equal(t, ids, "2-1", "3-1") // 1-1 was acknowledged; 2-1 was delivered, but nobody said that it was done
}

// A snapshot that cannot be read stops the start with a sentence that names the file.
func TestBrokenSnapshotIsNamed(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, File), []byte("{"), 0o600))
	if s, err := OpenEmbedded(context.Background(), dir, "t:"); err == nil {
		_ = s.Close()
		t.Fatal("a broken snapshot was read")
	}
}

// Lifetimes end in an embedded store although nobody moves its clock.
func TestEmbeddedLifetimesEnd(t *testing.T) {
	ctx := context.Background()
	s := openEmbedded(t, "")
	defer func() { must(t, s.Close()) }()
	must(t, s.redis.Set(ctx, "k", "v", time.Second).Err())
	for deadline := time.Now().Add(10 * time.Second); s.redis.Exists(ctx, "k").Val() == 1; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a key with a lifetime of 1 s is still there after 10 s")
		}
	}
}

// A command is one round trip, so is a pipeline of many, and a new connection's greeting is none.
func TestRoundTripsAreCounted(t *testing.T) {
	s := openEmbedded(t, "")
	defer func() { must(t, s.Close()) }()
	ctx, count := trips.With(context.Background())
	must(t, s.redis.Set(ctx, "k", "v", 0).Err())
	pipe := s.redis.Pipeline()
	for range 10 {
		pipe.Get(ctx, "k")
	}
	_, err := pipe.Exec(ctx)
	must(t, err)
	equal(t, count.Redis(), "2")
}

// A server that is away is a fault of the cache, at once; a caller that went away is not.
func TestErrorsAreTranslated(t *testing.T) {
	s := openEmbedded(t, "")
	c, gone := s.redis, s.embedded.server
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := translate(c.Get(ctx, "k").Err()); err != context.Canceled {
		t.Errorf("a cancelled caller got %v", err)
	}
	ctx = context.Background()
	if err := translate(c.Get(ctx, "none").Err()); err != redis.Nil {
		t.Errorf("a missing key gave %v", err)
	}
	must(t, c.Set(ctx, "k", "v", 0).Err())
	if err := translate(c.LPush(ctx, "k", "v").Err()); err == nil || fault.Is(err, fault.Unavailable) {
		t.Errorf("a command on the wrong type gave %v", err)
	}
	gone.SetError("LOADING Redis is loading the dataset in memory")
	if err := translate(c.Get(ctx, "k").Err()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a server that is loading gave %v", err)
	}
	gone.SetError("")
	must(t, s.Close())
	if err := translate(c.Get(ctx, "k").Err()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a closed client gave %v", err)
	}
}

func TestAnEmbeddedStoreThatWasOnlyReadIsNotWrittenDownAgain(t *testing.T) {
	dir := t.TempDir()
	s, err := OpenEmbedded(t.Context(), dir, "x:")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	written := func() time.Time {
		t.Helper()
		if err := s.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, File))
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	s.redis.Set(t.Context(), "x:a", "1", 0)
	first := written()
	if err := os.Chtimes(filepath.Join(dir, File), first, first.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.redis.Get(t.Context(), "x:a")
	if again := written(); !again.Equal(first.Add(-time.Hour)) {
		t.Error("reading made the file be written again")
	}
	s.redis.Set(t.Context(), "x:a", "2", 0)
	if again := written(); again.Equal(first.Add(-time.Hour)) {
		t.Error("a change was not written down")
	}
}
