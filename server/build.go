package main

import (
	"context"
	"errors"
	"log/slog"
)

// build opens the stores and puts the parts together.
func build(context.Context, Settings, *slog.Logger) (*Parts, error) {
	return nil, errors.New("this program has no schema yet")
}
