package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/datause"
	"membergate/internal/member"
	"membergate/internal/recommend"
)

// choosing tells what members choose to whoever makes lists of recommendations, if they agree to that: a part of what a use
// of a benefit leads to, so that a process that is killed loses none.
func (s *stores) choosing(before func(context.Context, benefit.Use) error) func(context.Context, benefit.Use) error {
	return func(ctx context.Context, u benefit.Use) error {
		if err := before(ctx, u); err != nil || u.Choice == "" {
			return err
		}
		found, err := s.accounts.ByIDs(ctx, []member.ID{u.Member}, account.Whole)
		if err != nil || !found[u.Member].Profile.Agreed(recommend.Purpose) {
			return err
		}
		s.used.Note(u.Member, recommend.Purpose, datause.Choices, datause.Partners)
		return s.cache.Choices().Tell(ctx, recommend.Choice{ID: u.ID, Member: u.Member, Of: u.Benefit, Option: u.Choice, At: u.At})
	}
}

const mostChoices = 1000

var isPlace = regexp.MustCompile(`^[0-9]{1,15}-[0-9]{1,15}$`)

// placed is a choice as GET /choices tells it: the fields of an event, and its place.
type placed struct {
	Place  string            `json:"place"`
	ID     string            `json:"id"`
	Type   string            `json:"type"`
	Member string            `json:"member"`
	At     string            `json:"at"`
	Data   map[string]string `json:"data"`
}

// choicesHandler hands choices over as JSON lines: those behind ?after=PLACE, at most ?n=1000.
func choicesHandler(of recommend.Choices, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.FormValue("n"))
		if r.FormValue("n") == "" {
			n, err = mostChoices, nil
		}
		after := r.FormValue("after")
		switch {
		case err != nil || n < 1 || n > mostChoices:
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": fmt.Sprintf("n is %q; allowed are 1 to %d.", r.FormValue("n"), mostChoices)})
			return
		case after != "" && !isPlace.MatchString(after):
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": fmt.Sprintf("after is %q; allowed is a place that was told.", after)})
			return
		}
		told, err := of.Told(r.Context(), after, n)
		if err != nil {
			log.WarnContext(r.Context(), "choices cannot be handed over", "cause", err.Error())
			w.Header().Set("Retry-After", "1")
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "The choices cannot be read now; ask again."})
			return
		}
		w.Header().Set("Content-Type", "application/jsonl")
		lines := json.NewEncoder(w)
		for _, c := range told {
			if lines.Encode(placed{c.Place, c.ID, "benefit.chosen", string(c.Member), c.At.Format("2006-01-02T15:04:05.000Z07:00"), map[string]string{"benefit": c.Of, "option": c.Option}}) != nil {
				return // whoever asked is gone
			}
		}
	}
}
