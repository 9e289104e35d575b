package resolvers

import (
	"context"
	"strconv"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/change"
	"membergate/internal/fault"
	"membergate/internal/live"
	"membergate/loaders"
)

// state is something that only the newest of is told, and which that is: two states with one version are the same.
type state[T any] struct {
	value   func() (T, error)
	version string
}

// newest tells a state whenever it is woken and the version is another one. read gives live.ErrOver when the viewer may
// not see it any more.
func newest[T any](ctx context.Context, h *live.Hub, topics []live.Topic, read func(context.Context) (state[T], error)) (<-chan T, error) {
	told := ""
	return live.Open(ctx, h, live.Stream[T]{
		Policy: live.Latest, Topics: topics,
		Begin: func(ctx context.Context, resume string) (bool, error) {
			now, err := read(ctx)
			if told = now.version; resume != "" {
				told = resume
			}
			return told != now.version, err
		},
		Next: func(ctx context.Context) (*live.Told[T], error) {
			now, err := read(ctx)
			if err != nil || now.version == told {
				return nil, err
			}
			v, err := now.value()
			if err != nil {
				return nil, err
			}
			told = now.version
			return &live.Told[T]{Value: v, ID: told}, nil
		},
	})
}

// ofMine is the topic of a kind of the viewer's things. Members go by the pseudonyms of their wallets.
func ofMine(h *account.Holder, kind change.Kind) []live.Topic {
	return []live.Topic{change.TopicOf(kind, h.Account.Wallet)}
}

// WalletUpdated tells the viewer's wallet when its coins have changed.
func (s subscription) WalletUpdated(ctx context.Context) (<-chan *graph.Wallet, error) {
	h, err := s.holder(ctx)
	if err != nil {
		return nil, err
	}
	id := h.Account.Wallet
	return newest(ctx, s.Live, ofMine(h, change.Wallet), func(ctx context.Context) (state[*graph.Wallet], error) {
		head, err := s.head(ctx, id)
		return state[*graph.Wallet]{version: strconv.FormatInt(head.Seq, 10), value: func() (*graph.Wallet, error) {
			return s.showWallet(ctx, id, head), nil
		}}, err
	})
}

// TierUpdated tells the viewer's tier when it, the growth or a protection has changed.
func (s subscription) TierUpdated(ctx context.Context) (<-chan *graph.TierStatus, error) {
	h, err := s.holder(ctx)
	if err != nil {
		return nil, err
	}
	return newest(ctx, s.Live, ofMine(h, change.Tier), func(ctx context.Context) (state[*graph.TierStatus], error) {
		h, err := s.holder(ctx)
		if err != nil {
			return state[*graph.TierStatus]{}, err
		}
		return state[*graph.TierStatus]{version: strconv.FormatInt(h.Account.Version, 10), value: func() (*graph.TierStatus, error) {
			return s.status(ctx, h), nil
		}}, nil
	})
}

// FamilyUpdated tells the viewer's family when it has changed. Who is in none hears of the first one; who leaves one hears
// no more.
func (s subscription) FamilyUpdated(ctx context.Context) (<-chan *graph.Family, error) {
	h, err := s.holder(ctx)
	if err != nil {
		return nil, err
	}
	of := ""
	return newest(ctx, s.Live, ofMine(h, change.Family), func(ctx context.Context) (state[*graph.Family], error) {
		f, in, err := loaders.From(ctx).Families.Load(ctx, loaders.From(ctx).Me())
		if err != nil {
			return state[*graph.Family]{}, err
		}
		if of != "" && string(f.ID) != of {
			return state[*graph.Family]{}, live.ErrOver
		}
		if !in {
			return state[*graph.Family]{}, nil
		}
		of = string(f.ID)
		return state[*graph.Family]{version: strconv.FormatInt(f.Version, 10), value: func() (*graph.Family, error) {
			return s.family(ctx, &f)
		}}, nil
	})
}

// gone is how a subscription to what the viewer cannot see begins, and ends: unknown and hidden look alike.
func gone(field, kind string) error {
	return fault.New(fault.NotFound, "%s names no %s that is known", field, kind)
}
