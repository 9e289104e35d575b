package resolvers

import (
	"context"
	"errors"
	"strconv"
	"time"

	"membergate/internal/fault"
	"membergate/internal/phrase"
	"membergate/internal/viewer"
)

// refused is a row of userErrors.
type refused struct {
	field   []string
	message string
	code    string
	shortBy *int
	nearest *int
	of      string
	at      *time.Time
}

// refusal turns what the asker can mend into a row, in the asker's language; every other error stays one.
func refusal(ctx context.Context, err error) (*refused, error) {
	var r *fault.Refusal
	if !errors.As(err, &r) {
		return nil, err
	}
	out := &refused{code: r.Code, of: r.Of, message: phrase.Say(viewer.From(ctx).Locale, "refusal."+r.Code, strconv.FormatInt(r.ShortBy, 10), strconv.FormatInt(r.Nearest, 10), r.Of)}
	if r.Field != "" {
		out.field = []string{"input", r.Field}
	}
	if r.ShortBy != 0 {
		out.shortBy = ptr(int(r.ShortBy))
	}
	if !r.AvailableAt.IsZero() {
		out.at = &r.AvailableAt
	}
	if r.Nearest != 0 {
		out.nearest = ptr(int(r.Nearest))
	}
	return out, nil
}
