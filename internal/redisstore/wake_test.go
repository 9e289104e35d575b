package redisstore

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"membergate/internal/live"
)

// hubOn is a process that listens on a server, until the test ends or it is stopped.
func hubOn(t *testing.T, s *Store) (h *live.Hub, stop func()) {
	t.Helper()
	h = live.NewHub(s.Wakes())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return h, stop
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: it does not come to be", what)
		}
	}
}

// sight is a listener that reads a state whenever it is woken.
type sight struct {
	*live.Listener
	saw atomic.Int64
}

func watches(h *live.Hub, state *atomic.Int64, all *sync.WaitGroup, topics ...live.Topic) *sight {
	s := &sight{Listener: h.Listen(topics...)}
	all.Go(func() {
		for s.Wait(context.Background()) {
			s.saw.Store(state.Load())
		}
	})
	return s
}

func TestHundredsOfListenersAreOneSubscription(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) {
		before := runtime.NumGoroutine()
		var hubs []*live.Hub
		var stops []func()
		for range 2 {
			h, stop := hubOn(t, s)
			hubs, stops = append(hubs, h), append(stops, stop)
		}
		subscribed := func(n int64) func() bool {
			return func() bool {
				channel := s.key("live", "thing")
				return s.redis.PubSubNumSub(t.Context(), channel).Val()[channel] == n
			}
		}
		var state atomic.Int64
		var all sync.WaitGroup
		var listeners []*sight
		for n := range 500 {
			listeners = append(listeners, watches(hubs[n%2], &state, &all, "thing", live.Topic(fmt.Sprint("own ", n%10))))
		}
		eventually(t, "two processes are subscribed", subscribed(2))
		if topics, n := hubs[0].Listening(); topics != 6 || n != 500 {
			t.Errorf("a hub counts %d topics and %d listenings, want 6 and 500", topics, n)
		}
		slow := hubs[1].Listen("thing") // it reads nothing
		for range 300 {
			state.Add(1)
			must(t, hubs[0].Publish(t.Context(), "thing"))
		}
		for n, l := range listeners {
			eventually(t, fmt.Sprint("listener ", n), func() bool { return l.saw.Load() == 300 })
		}
		if !slow.Wait(t.Context()) {
			t.Error("a slow listener was not woken")
		}
		for _, l := range listeners {
			l.Close()
			l.Close()
		}
		slow.Close()
		all.Wait()
		eventually(t, "nobody is subscribed", subscribed(0))
		late := watches(hubs[0], &state, &all, "thing")
		eventually(t, "a topic is listened to again", subscribed(1))
		state.Add(1)
		hubs[1].Post("thing", "thing")
		eventually(t, "who came late", func() bool { return late.saw.Load() == 301 })
		late.Close()
		all.Wait()
		for _, stop := range stops {
			stop()
		}
		eventually(t, "goroutines are as they were", func() bool { return runtime.NumGoroutine() <= before+3 }) // the pool's connections
	})
}

func TestListenersSeeTheStateAfterTheServerWasAway(t *testing.T) {
	server := miniredis.RunT(t)
	s, err := Open(t.Context(), "redis://"+server.Addr(), "away:")
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	var hubs []*live.Hub
	for range 2 {
		h, _ := hubOn(t, s)
		hubs = append(hubs, h)
	}
	const topics = 20
	states := make([]atomic.Int64, topics)
	var all sync.WaitGroup
	var listeners []*sight
	topic := func(n int) live.Topic { return live.Topic(fmt.Sprint("thing ", n)) }
	for n := range 10 * topics {
		listeners = append(listeners, watches(hubs[n%2], &states[n%topics], &all, topic(n%topics)))
	}
	agree := func(what string) {
		t.Helper()
		for n, l := range listeners {
			eventually(t, fmt.Sprintf("%s, listener %d", what, n), func() bool { return l.saw.Load() == states[n%topics].Load() })
		}
	}
	change := func() {
		for n := range topics {
			states[n].Add(1)
			hubs[n%2].Post(topic(n))
		}
	}
	for range 10 {
		change()
	}
	agree("before")
	for range 3 {
		server.Close()
		change() // nobody can be told
		must(t, server.Restart())
		change()
		agree("after the server was away")
	}
	for _, l := range listeners {
		l.Close()
	}
	all.Wait()
}

func TestWakesReachOtherProcessesOfACluster(t *testing.T) {
	s, err := Open(t.Context(), oneNodeCluster(t), "wakes:")
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	one, _ := hubOn(t, s)
	other, _ := hubOn(t, s)
	var state atomic.Int64
	var all sync.WaitGroup
	var listeners []*sight
	for n := range 20 { // topics of many slots, in one call
		listeners = append(listeners, watches(other, &state, &all, live.Topic(fmt.Sprint("thing ", n))))
	}
	state.Store(7)
	for n := range listeners {
		one.Post(live.Topic(fmt.Sprint("thing ", n)))
	}
	for n, l := range listeners {
		eventually(t, fmt.Sprint("listener ", n), func() bool { return l.saw.Load() == 7 })
		l.Close()
	}
	all.Wait()
}
