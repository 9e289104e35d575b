package main

import (
	"context"
	"log/slog"

	"membergate/internal/clock"
)

func firstStart(context.Context, Settings, *stores, book, clock.Clock, *slog.Logger) error {
	return nil
}
