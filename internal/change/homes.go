package change

import (
	"context"
	"maps"
	"slices"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
)

// home is a member in a family, or who was in it.
type home struct {
	member member.ID
	family family.ID
}

// WatchFamilies gives the same families, which hint at everybody in one that changes, and at who was in it.
func (r *Relay) WatchFamilies(s family.Store, people account.Store) family.Store {
	r.people = people
	return family.Watch(s, func(f family.Family, version int64) {
		for _, p := range f.People {
			r.hintHome(home{p.Member, f.ID}, version)
		}
	})
}

func (r *Relay) hintHome(in home, version int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, known := r.homes[in]; known || len(r.homes) < mostHints {
		r.homes[in] = max(before, version)
	}
	select {
	case r.told <- struct{}{}:
	default:
	}
}

// tellHomes tells people that their families have changed. Members go by the pseudonyms of their wallets, which have to be
// asked for.
func (r *Relay) tellHomes(ctx context.Context, homes map[home]int64) error {
	for some := range slices.Chunk(slices.Collect(maps.Keys(homes)), tellAtOnce) {
		var who []member.ID
		for _, in := range some {
			who = append(who, in.member)
		}
		found, err := r.people.ByIDs(ctx, who, account.Whole)
		if err != nil {
			return err
		}
		var news []News
		for _, in := range some {
			if h, known := found[in.member]; known && h.Account.Wallet != "" {
				news = append(news, News{Of: h.Account.Wallet, Change: Change{Family, homes[in]}, Which: string(in.family)})
			}
		}
		if err := r.store.Tell(ctx, news); err != nil {
			return err
		}
	}
	return nil
}
