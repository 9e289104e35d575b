package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"membergate/internal/account"
	"membergate/internal/export"
	"membergate/internal/member"
	"membergate/internal/recommend"
	"membergate/internal/sweep"
	"membergate/internal/viewer"
)

// exportService makes copies of what these stores keep of members.
func (s *stores) exportService(book book) *export.Service {
	sealed := map[string]string{}
	for _, p := range s.sealed.Places() {
		sealed[p.Name] = p.Purpose
	}
	return &export.Service{
		Store: s.exports, Source: s.exports, Keys: s.ring, Sealed: sealed, Log: s.used, Book: book, Now: time.Now, Cached: s.cached,
		Wallets: func(ctx context.Context, who member.ID) (out []string, known bool, err error) {
			found, err := s.accounts.ByIDs(ctx, []member.ID{who}, account.Whole)
			h, known := found[who]
			if err != nil || !known || !h.Profile.ClosedAt.IsZero() {
				return nil, false, err
			}
			out = append(out, string(h.Account.Wallet))
			for _, currency := range abroad(book) {
				out = append(out, string(h.Account.Wallet.In(currency)))
			}
			return out, true, nil
		},
	}
}

// ownLists are the surfaces that members have lists of their own for.
var ownLists = []recommend.Surface{recommend.Home, recommend.Discover, recommend.Replenish, recommend.Community}

// cached is what the cache keeps of a member: what was looked at, and what would be recommended.
func (s *stores) cached(ctx context.Context, who member.ID) (map[string][]any, error) {
	looks, err := s.cache.Looks().Viewed(ctx, who, time.Time{})
	if err != nil {
		return nil, err
	}
	out := map[string][]any{}
	for _, l := range looks {
		out["looks"] = append(out["looks"], map[string]any{"sku": l.SKU, "at": l.At})
	}
	var keys []recommend.Key
	for _, surface := range ownLists {
		keys = append(keys, recommend.MemberList(who, surface))
	}
	lists, _, err := s.cache.Lists().Get(ctx, keys, who)
	for i, key := range keys {
		var things []string
		for _, item := range lists[key].Items {
			things = append(things, string(item.Kind)+":"+item.ID)
		}
		if len(things) > 0 {
			out["lists"] = append(out["lists"], map[string]any{"surface": ownLists[i], "things": things})
		}
	}
	return out, err
}

// exportsAtOnce is how many archives one batch makes: each reads everything of a member.
const exportsAtOnce = 5

// archiving makes archives that were asked for, and deletes those whose time is over.
func archiving(service *export.Service) round {
	return func() func(ctx context.Context) (sweep.Batch, error) {
		return func(ctx context.Context) (sweep.Batch, error) {
			found, done, failed, err := service.Sweep(ctx, exportsAtOnce)
			return sweep.Batch{Done: done, Left: found - done, More: found == exportsAtOnce && done > 0, Err: failed}, err
		}
	}
}

// archives hands an archive to its member, once. Whatever is wrong with a link, the answer is the same.
func archives(service *export.Service, verify func(context.Context, string) (viewer.Viewer, error), st *stores, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", http.MethodGet)
			writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": "Archives are fetched with GET."})
			return
		}
		scheme, raw, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		who, err := verify(r.Context(), raw)
		if !strings.EqualFold(scheme, "Bearer") || err != nil || !who.SignedIn() || who.Staff() {
			w.Header().Set("WWW-Authenticate", "Bearer")
			writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "An archive needs the token of its member in the header Authorization."})
			return
		}
		id := member.ID(who.Member)
		_, open, err := service.Wallets(r.Context(), id)
		var archive []byte
		ready := false
		if err == nil && open {
			archive, ready, err = service.Fetch(r.Context(), id, strings.TrimPrefix(r.URL.Path, "/exports/"))
		}
		switch {
		case err != nil:
			log.ErrorContext(r.Context(), "an archive cannot be handed out", "cause", err.Error())
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "The archive cannot be fetched now; try again."})
		case !ready:
			writeJSON(w, http.StatusNotFound, map[string]string{"error": "There is nothing to fetch here: the link was used, or its time is over. Ask for a new archive."})
		default:
			h := w.Header()
			h.Set("Content-Type", "application/json; charset=utf-8")
			h.Set("Content-Disposition", `attachment; filename="my-data.json"`)
			h.Set("Cache-Control", "no-store")
			_, _ = w.Write(archive) // an error means that nobody listens any more
		}
	})
}
