package mongostore

import (
	"context"
	"errors"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"membergate/internal/tracing"
	"membergate/internal/trips"
)

// watched notes the commands that a request's cost is made of, and makes spans of them in a traced request; a server's
// own conversation is not among them.
func watched() *event.CommandMonitor {
	var open sync.Map // spans of commands that run, by their number; empty where nothing is traced
	end := func(number int64, err error) {
		if call, ok := open.LoadAndDelete(number); ok {
			call.(tracing.Call).End(err)
		}
	}
	return &event.CommandMonitor{
		Started: func(ctx context.Context, e *event.CommandStartedEvent) {
			if !counts(e.CommandName) {
				return
			}
			trips.Mongo(ctx)
			if call := tracing.Begin(ctx, "mongodb", e.CommandName, place(e)); call.Recorded() {
				open.Store(e.RequestID, call)
			}
		},
		Succeeded: func(_ context.Context, e *event.CommandSucceededEvent) { end(e.RequestID, nil) },
		Failed: func(_ context.Context, e *event.CommandFailedEvent) {
			err := e.Failure
			if err == nil {
				err = errors.New("failed")
			}
			end(e.RequestID, err)
		},
	}
}

func counts(command string) bool {
	switch command {
	case "find", "aggregate", "getMore", "insert", "update", "delete", "findAndModify", "count", "distinct", "bulkWrite":
		return true
	}
	return false
}

// place is the collection that a command names; its values are never looked at.
func place(e *event.CommandStartedEvent) string {
	at := e.CommandName
	if at == "getMore" {
		at = "collection"
	}
	return text(e.Command, at)
}

func text(command bson.Raw, key string) string {
	s, _ := command.Lookup(key).StringValueOK()
	return s
}
