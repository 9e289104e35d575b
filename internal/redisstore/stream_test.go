package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"membergate/internal/event"
	"membergate/internal/storetest"
)

// onEvents runs a test on the embedded server and, where REDIS_URL names one, on a real one, under keys of its own.
func onEvents(t *testing.T, test func(t *testing.T, s *Store, e *Events)) {
	t.Run("miniredis", func(t *testing.T) {
		s := openEmbedded(t, t.TempDir())
		defer func() { must(t, s.Close()) }()
		storetest.Ran(t, "miniredis", "streams")
		test(t, s, s.Events(4))
	})
	t.Run("redis", func(t *testing.T) {
		address := os.Getenv("REDIS_URL")
		if address == "" {
			t.Skip("REDIS_URL is not set")
		}
		s, err := Open(t.Context(), address, "test-"+rand.Text()+":")
		must(t, err)
		storetest.Ran(t, "redis", "streams")
		defer func() {
			for _, key := range s.redis.Keys(context.Background(), s.prefix+"*").Val() {
				s.redis.Del(context.Background(), key)
			}
			must(t, s.Close())
		}()
		test(t, s, s.Events(4))
	})
}

// oneNodeCluster starts a Redis in cluster mode that has all slots: it refuses what does not fit one slot as three would.
func oneNodeCluster(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed")
	}
	address, port := "", 0
	for port == 0 || port > 55_000 { // the nodes' own port lies 10,000 above it
		free, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		address, port = free.Addr().String(), free.Addr().(*net.TCPAddr).Port
		must(t, free.Close())
	}
	cmd := exec.Command("redis-server", "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", t.TempDir(), "--save", "", "--cluster-enabled", "yes")
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	node := redis.NewClient(&redis.Options{Addr: address})
	defer node.Close()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_ = node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err() // it may be up already, or not yet
		if strings.Contains(node.ClusterInfo(t.Context()).Val(), "cluster_state:ok") {
			return "redis://" + address + "," + address
		}
		if time.Now().After(deadline) {
			t.Fatal("the cluster does not come up")
		}
	}
}

func TestEventsFitTheSlotsOfACluster(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, oneNodeCluster(t), "t:")
	must(t, err)
	defer func() { must(t, s.Close()) }()
	e := s.Events(16)
	var all []event.Message
	for i := range 64 {
		all = append(all, mail(fmt.Sprint(i), fmt.Sprint(i)))
	}
	must(t, e.Publish(ctx, all))
	every := make([]int, 16)
	for i := range every {
		every[i] = i
	}
	_, err = e.Join(ctx, "w", time.Minute)
	must(t, err)
	held, err := e.Lease(ctx, "w", every, time.Minute)
	must(t, err)
	equal(t, len(held), "16")
	for _, p := range every {
		_, _, err := e.Claim(ctx, "w", p, "", 10)
		must(t, err)
		found, err := e.Read(ctx, "w", p, 100, time.Millisecond)
		must(t, err)
		for _, entry := range found[:min(1, len(found))] {
			_, err := e.Bury(ctx, p, entry, "because")
			must(t, err)
		}
		must(t, e.Done(ctx, p, found))
	}
	waiting, dead, err := e.Lag(ctx)
	must(t, err)
	if dead == 0 || slices.ContainsFunc(waiting, func(n int64) bool { return n > 0 }) {
		t.Errorf("waiting %v, dead %d", waiting, dead)
	}
	buried, err := e.Buried(ctx, "", 1)
	must(t, err)
	must(t, e.Revive(ctx, buried[0]))
	must(t, e.Release(ctx, "w", every))
	must(t, e.Leave(ctx, "w"))
}

func mail(id, member string) event.Message {
	return event.Message{ID: id, Type: "member.signedIn", Member: member, At: "2026-07-06T12:00:00Z", Data: "{}"}
}

func idsOf(entries []event.Entry) (out []string) {
	for _, e := range entries {
		out = append(out, e.Message.ID)
	}
	return out
}

func TestEventsTravelInTheirMembersPartitionInOrder(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, e *Events) {
		ctx := t.Context()
		p := event.Partition("17850", 4)
		must(t, e.Publish(ctx, nil))
		must(t, e.Publish(ctx, []event.Message{mail("a", "17850"), mail("b", "17850"), mail("c", "17850")}))
		if n := s.redis.XLen(ctx, fmt.Sprintf("%sevents:{%d}", s.prefix, p)).Val(); n != 3 {
			t.Errorf("%d entries stand at the key that other services write to, want 3", n)
		}
		_, err := e.Read(ctx, "w", p, 10, time.Millisecond) // the first reading makes the group
		must(t, err)
		first, err := e.Read(ctx, "w", p, 2, time.Second)
		must(t, err)
		equal(t, idsOf(first), "a", "b")
		if d := cmp.Diff(mail("a", "17850"), first[0].Message); d != "" {
			t.Error(d)
		}
		waiting, dead, err := e.Lag(ctx)
		must(t, err)
		if waiting[p] != 3 || dead != 0 {
			t.Errorf("waiting %v, dead %d", waiting, dead)
		}
		must(t, e.Done(ctx, p, first))
		rest, err := e.Read(ctx, "w", p, 10, time.Second)
		must(t, err)
		equal(t, idsOf(rest), "c")
		must(t, e.Done(ctx, p, rest))
		must(t, e.Done(ctx, p, nil))
		waiting, _, err = e.Lag(ctx)
		must(t, err)
		if waiting[p] != 0 {
			t.Errorf("%d entries are left of a partition that is done", waiting[p])
		}
		none, err := e.Read(ctx, "w", p, 10, 5*time.Millisecond)
		must(t, err)
		equal(t, idsOf(none))
	})
}

func TestWhatADeadWorkerLeftIsClaimedInOrderAndNotTrimmed(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, e *Events) {
		ctx := t.Context()
		p := event.Partition("1", 4)
		must(t, e.prepare(ctx, p))
		must(t, e.prepare(ctx, p))
		var all []event.Message
		for i := range 5 {
			all = append(all, mail(fmt.Sprint(i), "1"))
		}
		must(t, e.Publish(ctx, all))
		_, err := e.Read(ctx, "dead", p, 3, time.Second)
		must(t, err)
		later, err := e.Read(ctx, "alive", p, 2, time.Second)
		must(t, err)
		must(t, e.Done(ctx, p, later))
		claimed, next, err := e.Claim(ctx, "alive", p, "", 2)
		must(t, err)
		equal(t, idsOf(claimed), "0", "1")
		rest, next, err := e.Claim(ctx, "alive", p, next, 2)
		must(t, err)
		equal(t, idsOf(rest), "2")
		if next != "" {
			t.Errorf("after the last one comes %q", next)
		}
		must(t, e.Release(ctx, "alive", []int{p})) // with entries that are not done
		again, _, err := e.Claim(ctx, "third", p, "", 10)
		must(t, err)
		equal(t, idsOf(again), "0", "1", "2")
		must(t, e.Done(ctx, p, again))
		waiting, _, err := e.Lag(ctx)
		must(t, err)
		if waiting[p] != 0 {
			t.Errorf("%d entries are left", waiting[p])
		}
		must(t, e.Release(ctx, "third", []int{p}))
	})
}

func TestTheDeadAreListedAndRevived(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, e *Events) {
		ctx := t.Context()
		for _, id := range []string{"a", "b", "c"} {
			_, err := e.Bury(ctx, 3, event.Entry{ID: "1-1", Message: mail(id, "1")}, "because of "+id)
			must(t, err)
		}
		must(t, s.redis.XAdd(ctx, xadd(e.dead(), "what", "ever")).Err())
		dead, err := e.Buried(ctx, "", 2)
		must(t, err)
		if len(dead) != 2 || dead[1].Reason != "because of b" || dead[1].Partition != 3 || dead[1].At.IsZero() || dead[1].Message != mail("b", "1") {
			t.Errorf("the dead are %+v", dead)
		}
		rest, err := e.Buried(ctx, dead[1].ID, 10)
		must(t, err)
		if len(rest) != 2 || rest[0].Message.ID != "c" || rest[1].Message.ID != "" {
			t.Errorf("the rest are %+v", rest)
		}
		must(t, e.Revive(ctx, dead[0]))
		waiting, n, err := e.Lag(ctx)
		must(t, err)
		if n != 3 || waiting[event.Partition("1", 4)] != 1 {
			t.Errorf("%d dead, waiting %v", n, waiting)
		}
	})
}

func TestAPartitionHasOneOwner(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, e *Events) {
		if s.embedded != nil {
			t.Skip("an embedded store has one process")
		}
		ctx := t.Context()
		held, err := e.Lease(ctx, "a", []int{0, 1}, time.Minute)
		must(t, err)
		equal(t, fmt.Sprint(held), "[0 1]")
		held, err = e.Lease(ctx, "b", []int{0, 1, 2}, time.Minute)
		must(t, err)
		equal(t, fmt.Sprint(held), "[2]")
		must(t, e.Release(ctx, "b", []int{0}))
		must(t, e.Release(ctx, "a", []int{1}))
		held, err = e.Lease(ctx, "b", []int{0, 1, 2}, time.Minute)
		must(t, err)
		equal(t, fmt.Sprint(held), "[1 2]")
		_, err = e.Join(ctx, "gone", -time.Second)
		must(t, err)
		_, err = e.Join(ctx, "a", time.Minute)
		must(t, err)
		n, err := e.Join(ctx, "b", time.Minute)
		must(t, err)
		equal(t, n, "2")
		must(t, e.Leave(ctx, "a"))
		n, err = e.Join(ctx, "b", time.Minute)
		must(t, err)
		equal(t, n, "1")
	})
}

func TestUnreadEventsOutlastAnEmbeddedProcess(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := openEmbedded(t, dir)
	e := s.Events(1)
	must(t, e.prepare(ctx, 0))
	must(t, e.Publish(ctx, []event.Message{mail("a", "1"), mail("b", "1"), mail("c", "1")}))
	done, err := e.Read(ctx, "w", 0, 1, time.Second)
	must(t, err)
	must(t, e.Done(ctx, 0, done))
	_, err = e.Read(ctx, "w", 0, 1, time.Second) // read, but not done
	must(t, err)
	must(t, s.Close())
	s = openEmbedded(t, dir)
	defer func() { must(t, s.Close()) }()
	again, err := s.Events(1).Read(ctx, "w", 0, 10, time.Second)
	must(t, err)
	equal(t, idsOf(again), "b", "c")
}

func xadd(stream string, pairs ...string) *redis.XAddArgs {
	return &redis.XAddArgs{Stream: stream, Values: pairs}
}

func TestTheIdAfterAnother(t *testing.T) {
	for id, want := range map[string]string{"0": "0-1", "0-0": "0-1", "7-3": "7-4", "7-18446744073709551615": "8-0"} {
		if got, err := after(id); err != nil || got != want {
			t.Errorf("after %s comes %s, %v; want %s", id, got, err, want)
		}
	}
	for _, id := range []string{"", "x", "1-", "1-y"} {
		if got, err := after(id); err == nil {
			t.Errorf("after %q comes %s, want an error", id, got)
		}
	}
}

func TestTheDeadAreBoundedAndTheOldestGo(t *testing.T) {
	onEvents(t, func(t *testing.T, _ *Store, e *Events) {
		ctx := t.Context()
		pipe := e.redis.Pipeline()
		for i := range deadKept - 1 {
			pipe.XAdd(ctx, xadd(e.dead(), "id", strconv.Itoa(i)))
			if i%500 == 0 || i == deadKept-2 {
				_, err := pipe.Exec(ctx)
				must(t, err)
			}
		}
		for i, want := range []bool{false, true} {
			dropped, err := e.Bury(ctx, 0, event.Entry{Message: mail("last", "1")}, "because")
			must(t, err)
			if dropped != want {
				t.Errorf("at the %d. more an old one was dropped: %t, want %t", i+1, dropped, want)
			}
		}
		dead, err := e.Buried(ctx, "", 1)
		must(t, err)
		if _, n, err := e.Lag(ctx); err != nil || n != deadKept || dead[0].Message.ID != "1" {
			t.Errorf("%d are dead (error %v), the oldest is %s; want %d from 1 on", n, err, dead[0].Message.ID, deadKept)
		}
	})
}

func TestTheOldestWaitingEntryIsKnown(t *testing.T) {
	onEvents(t, func(t *testing.T, _ *Store, e *Events) {
		ctx, before := t.Context(), time.Now().Add(-time.Minute)
		must(t, e.Publish(ctx, []event.Message{mail("1", "a"), mail("2", "a")}))
		oldest, err := e.Oldest(ctx)
		must(t, err)
		for p, at := range oldest {
			if waits := p == event.Partition("a", e.Partitions()); waits == at.IsZero() || waits && at.Before(before) {
				t.Errorf("partition %d has waited since %s", p, at)
			}
		}
	})
}
