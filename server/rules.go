package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"membergate/internal/clock"
	"membergate/internal/supply"
)

const (
	// rulesEvery is how soon a changed programme file, and a rate that another process has adjusted, is followed: well
	// within the lead with which a rate comes into force.
	rulesEvery = 5 * time.Second
	// indexFirst is when the inflation index is looked at for the first time, and indexEvery how often then: a period
	// ends four or twelve times a year, and whoever looks first settles it.
	indexFirst = time.Minute
	indexEvery = 10 * time.Minute
)

// bind holds the programme against what was promised to whoever has coins in these stores, and learns what the index
// has done to its rate.
func (s *stores) bind(ctx context.Context, rules book) error {
	if err := rules.Bind(ctx, s.promises, time.Now()); err != nil {
		return err
	}
	return s.follow(ctx, rules)
}

// follow learns what the index has done to the rate.
func (s *stores) follow(ctx context.Context, rules book) error {
	all, err := s.supply.Adjustments(ctx)
	if err == nil {
		rules.Shift(supply.Shifts(all, rules.At(time.Now()).Coin().Code))
	}
	return err
}

// keepRules follows the programme's file and the rate. A file that is wrong, or breaks a promise, is refused; the log
// says where and why, and what was in force stays.
func keepRules(st *stores, rules book, log *slog.Logger) func(context.Context) error {
	seen := fileState(rules.Source())
	return func(ctx context.Context) error {
		tick := time.NewTicker(rulesEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				seen = reread(ctx, rules, seen, log)
				if err := st.follow(ctx, rules); err != nil && ctx.Err() == nil {
					log.Warn("the earn rate cannot be followed now; it is tried again", "cause", err.Error())
				}
			}
		}
	}
}

// reread takes the programme's file in again if it is not as it was seen, and gives how it is now.
func reread(ctx context.Context, rules book, seen string, log *slog.Logger) string {
	now := fileState(rules.Source())
	if now == seen {
		return seen
	}
	if err := rules.Reload(ctx, time.Now()); err != nil {
		log.Error("the programme's file has changed and is refused", "cause", err.Error())
	} else {
		log.Info("the programme was read again", "source", rules.Source(), "version", rules.At(time.Now()).Version)
	}
	return now
}

// fileState says how the files of a programme look from outside; always the same for a preset, which has none.
func fileState(source string) string {
	files, _ := filepath.Glob(filepath.Join(source, "*")) // of a folder; the pattern is never malformed by what exists
	var b strings.Builder
	for _, file := range append(files, source) {
		if info, err := os.Stat(file); err == nil {
			fmt.Fprintln(&b, file, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// reviewer looks at the inflation index of these stores.
func (s *stores) reviewer() *supply.Reviewer {
	return &supply.Reviewer{Store: s.supply, Ledger: s.ledger, Accounts: s.accounts}
}

// review looks at the index of the period that ended last, if nobody has, and follows what it did.
func (s *stores) review(ctx context.Context, rules book, now time.Time, log *slog.Logger) error {
	a, done, err := s.reviewer().Review(ctx, rules.At(now), now)
	if err != nil || !done {
		return err
	}
	log.Info("the inflation index was reviewed", "period", a.Period, "index_tenths", a.Index, "rate_before", a.Before, "rate_after", a.After)
	return s.follow(ctx, rules)
}

// keepIndex reviews the index when a period has ended. A sandbox clock is a replay, in which nothing is scheduled.
func keepIndex(s Settings, st *stores, rules book, now clock.Clock, log *slog.Logger) func(context.Context) error {
	return func(ctx context.Context) error {
		if s.Replays() {
			return nil
		}
		next := time.NewTimer(indexFirst)
		defer next.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-next.C:
				if err := st.review(ctx, rules, now.Now(ctx), log); err != nil && ctx.Err() == nil {
					log.Warn("the inflation index cannot be reviewed now; it is tried again", "cause", err.Error())
				}
				next.Reset(indexEvery)
			}
		}
	}
}
