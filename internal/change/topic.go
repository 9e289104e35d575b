package change

import (
	"context"

	"membergate/internal/live"
	"membergate/internal/wallet"
)

// TopicOf wakes whoever listens to a kind of a member's things.
func TopicOf(kind Kind, of wallet.ID) live.Topic {
	return live.Topic(string(kind) + ":" + string(of))
}

// Waking gives the same store, which wakes whoever listens to what it is told of.
func Waking(s Store, publish func(context.Context, ...live.Topic) error) Store {
	return waking{s, publish}
}

type waking struct {
	Store
	publish func(context.Context, ...live.Topic) error
}

// Tell implements Store. Who is woken finds the news.
func (w waking) Tell(ctx context.Context, news []News) error {
	if err := w.Store.Tell(ctx, news); err != nil {
		return err
	}
	topics := make([]live.Topic, len(news))
	for i, n := range news {
		topics[i] = TopicOf(n.Kind, n.Of)
	}
	return w.publish(ctx, topics...)
}
