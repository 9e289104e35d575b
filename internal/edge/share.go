package edge

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"runtime/debug"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/live"
	"membergate/internal/viewer"
)

// mostWaiting is how many events wait for a follower that does not take them. One that falls further behind goes on alone,
// from where it stands.
const mostWaiting = 256

// shares are the subscriptions that several clients follow: the same document and variables of the same viewer, in the same
// language. Each event of one is read and written once, for all of them.
type shares struct {
	mu     sync.Mutex // guards what follows, and all of the groups
	groups map[[32]byte]*group
}

// group is those who follow one subscription.
type group struct {
	of        *shares
	key       [32]byte
	policy    live.Policy
	followers map[*follower]struct{}
	stop      context.CancelFunc
}

// follower is one client of a group.
type follower struct {
	group   *group
	waiting []*graphql.Response
	missed  bool          // more came than can wait
	over    bool          // nothing comes any more
	stirred chan struct{} // holds something when any of that has changed
	last    string        // id of the event that was taken last
}

func newShares() *shares { return &shares{groups: map[[32]byte]*group{}} }

// shareKey is the same for subscriptions that are told the same from now on; it is zero for one that goes on from an event
// of its own.
func shareKey(ctx context.Context, op *graphql.OperationContext) [32]byte {
	who := viewer.From(ctx)
	if live.Resume(ctx) != "" {
		return [32]byte{}
	}
	text, err := json.Marshal([]any{op.RawQuery, op.OperationName, op.Variables, who.Member, who.Scope, who.Roles, who.Locale})
	if err != nil {
		return [32]byte{}
	}
	return sha256.Sum256(text)
}

// join follows a subscription that is already followed; nil if there is none.
func (s *shares) join(key [32]byte) *follower {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[key]
	if g == nil {
		return nil
	}
	return g.add()
}

// begin has a subscription followed by whoever comes. It gives nil if it cannot be, or somebody else has begun it meanwhile.
func (s *shares) begin(ctx context.Context, key [32]byte, p live.Policy, next graphql.ResponseHandler, closed func()) *follower {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key == ([32]byte{}) || s.groups[key] != nil {
		return nil
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // the others go on when who began it leaves
	g := &group{of: s, key: key, policy: p, followers: map[*follower]struct{}{}, stop: stop}
	s.groups[key] = g
	f := g.add()
	go func() {
		defer closed()
		for {
			answer, broken := guarded(ctx, next)
			g.tell(answer)
			if answer == nil {
				return
			}
			if broken {
				g.tell(nil)
				return
			}
		}
	}()
	return f
}

// guarded turns a panic into an answer: no transport stands around a group to do so.
func guarded(ctx context.Context, next graphql.ResponseHandler) (answer *graphql.Response, broken bool) {
	defer func() {
		if value := recover(); value != nil {
			err := &panicked{value: value, stack: debug.Stack()}
			answer, broken = &graphql.Response{Errors: gqlerror.List{present(ctx, err)}}, true
		}
	}()
	return next(ctx), false
}

// add is called with the mutex held.
func (g *group) add() *follower {
	f := &follower{group: g, stirred: make(chan struct{}, 1)}
	g.followers[f] = struct{}{}
	return f
}

// tell gives an answer to all; nil is the end.
func (g *group) tell(answer *graphql.Response) {
	g.of.mu.Lock()
	defer g.of.mu.Unlock()
	if answer == nil {
		g.end()
	}
	for f := range g.followers {
		switch {
		case answer == nil:
			f.over = true
		case g.policy == live.Latest:
			f.waiting = append(f.waiting[:0], answer)
		case len(f.waiting) < mostWaiting && !f.missed:
			f.waiting = append(f.waiting, answer)
		default:
			f.missed = true
		}
		f.stir()
	}
}

// end is called with the mutex held.
func (g *group) end() {
	if g.of.groups[g.key] == g {
		delete(g.of.groups, g.key)
	}
	g.stop()
}

func (f *follower) stir() {
	select {
	case f.stirred <- struct{}{}:
	default:
	}
}

// next gives the next answer, nil when there will be none, and whether some were missed before it.
func (f *follower) next(ctx context.Context) (answer *graphql.Response, missed bool) {
	for {
		f.group.of.mu.Lock()
		if len(f.waiting) > 0 {
			taken := *f.waiting[0]
			f.waiting = f.waiting[1:]
			f.group.of.mu.Unlock()
			taken.Extensions = maps.Clone(taken.Extensions) // each transport may add to its own
			if id, ok := taken.Extensions[eventID].(string); ok {
				f.last = id
			}
			return &taken, false
		}
		missed, over := f.missed, f.over
		f.group.of.mu.Unlock()
		if missed {
			f.leave()
			return nil, true
		}
		if over {
			return nil, false
		}
		select {
		case <-f.stirred:
		case <-ctx.Done():
			return nil, false
		}
	}
}

// leave ends the following; the last one ends the subscription. Nobody leaves nothing.
func (f *follower) leave() {
	if f == nil {
		return
	}
	f.group.of.mu.Lock()
	defer f.group.of.mu.Unlock()
	delete(f.group.followers, f)
	f.over = true
	f.stir()
	if len(f.group.followers) == 0 {
		f.group.end()
	}
}
