package community

import (
	"cmp"
	"context"

	"membergate/internal/member"
)

// homesMost bounds how many members wait for a list; whoever reads again asks again.
const homesMost = 1000

// Want asks for a member's list to be made anew soon.
func (k *Keeping) Want(m member.ID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.begin()
	if len(k.wanted) < homesMost {
		k.wanted[m] = true
	}
	select {
	case k.told <- struct{}{}:
	default:
	}
}

func (k *Keeping) begin() {
	if k.wanted == nil {
		k.wanted, k.told = map[member.ID]bool{}, make(chan struct{}, 1)
	}
}

// Run makes the lists that are wanted until the context ends. One that cannot be made is wanted again by the next look.
func (k *Keeping) Run(ctx context.Context) error {
	k.mu.Lock()
	k.begin()
	told := k.told
	k.mu.Unlock()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-told:
		}
		for m, ok := k.next(); ok && ctx.Err() == nil; m, ok = k.next() {
			_ = k.Make(ctx, m)
		}
	}
}

// next takes one of those who wait.
func (k *Keeping) next() (member.ID, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for m := range k.wanted {
		delete(k.wanted, m)
		return m, true
	}
	return "", false
}

// Make makes a member's list anew. It is begun first, so that it is pushed what comes while its posts are asked for.
func (k *Keeping) Make(ctx context.Context, m member.ID) error {
	ties, err := k.Store.Ties(ctx, m)
	if err != nil || len(ties.Follows)+len(ties.Topics) == 0 {
		return err
	}
	nonce, err := k.Homes.OpenHome(ctx, m, ties.Version)
	if err != nil {
		return err
	}
	began := k.Now()
	posts, err := k.Store.Newest(ctx, ties.Follows, ties.Topics, HomeMost)
	if err != nil {
		return err
	}
	return k.Homes.FillHome(ctx, m, nonce, began.Add(-cmp.Or(k.Slack, homeSlack)), posts)
}
