package mongostore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"membergate/internal/fault"
)

// run does one call: f's commands get at most the store's patience together, and its error is translated. A write that
// the server gave up because it met another one is done again, so f may run more than once.
func (s *Store) run(ctx context.Context, f func(context.Context) error) error {
	return s.guarded(ctx, func(within context.Context) error {
		err := f(within)
		for try := 1; clashed(err) && try <= clashes; try++ {
			select {
			case <-within.Done():
				return err
			case <-time.After(time.Duration(rand.IntN(try*10)) * time.Millisecond):
			}
			err = f(within)
		}
		return err
	})
}

// once is run for queries, which must not begin again.
func (s *Store) once(ctx context.Context, f func(context.Context) error) error {
	return s.guarded(ctx, f)
}

// guarded gives a call its seat and its time, and does not ask a server that has not answered for a while.
func (s *Store) guarded(ctx context.Context, f func(context.Context) error) error {
	within, end := context.WithTimeout(ctx, s.patience)
	defer end()
	within, leave, err := s.seat(within)
	if err != nil {
		return err
	}
	defer leave()
	if s.breaker == nil {
		return translate(f(within))
	}
	return s.breaker.Do(ctx, func() error { return translate(f(within)) }, noAnswer)
}

// noAnswer tells of a translated error whether the server did not answer. One that gives a write up because it met
// others does answer.
func noAnswer(err error) bool { return fault.Is(err, fault.Unavailable) && !clashed(err) }

// clashes bounds how often a write that met others is done again. Each time one of them gets through.
const clashes = 50

// clashed tells whether the server gave a write up because of another one at the same time, and undid it: MongoDB's
// WriteConflict, or a deadlock or serialization failure of the PostgreSQL below DocumentDB (SQLSTATE 40P01 and 40001 as
// the numbers that it makes of them). DocumentDB runs into deadlocks where two insert the same key of a unique index
// other than that of _id.
func clashed(err error) bool {
	var server mongo.ServerError
	return errors.As(err, &server) &&
		(server.HasErrorCode(112) || server.HasErrorCode(16908292) || server.HasErrorCode(16777220))
}

// translate is the one place that knows the driver's errors. No answer, for whatever reason, is a fault of the store,
// and whether a write happened is unknown then. A cancelled context stays itself, as do errors that are not the
// driver's. What is left is our own mistake.
func translate(err error) error {
	var server mongo.ServerError
	var known *fault.Fault
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &server):
		if unavailable(server) {
			return fault.Down("store", err)
		}
		return fmt.Errorf("mongostore: %w", err)
	case away(err):
		return fault.Down("store", err)
	default:
		return err
	}
}

// away tells errors of connections, pools and server selection: the driver does not find a server that works.
func away(err error) bool {
	var selection topology.ServerSelectionError
	var connection topology.ConnectionError
	var pool driver.RetryablePoolError
	var network net.Error
	return errors.As(err, &selection) || errors.As(err, &connection) || errors.As(err, &pool) || errors.As(err, &network) ||
		errors.Is(err, mongo.ErrClientDisconnected) || mongo.IsTimeout(err)
}

// unavailable tells whether a server's answer means that it cannot serve now: it is shutting down, is not the primary,
// has lost what it keeps data in, or cannot say that a majority has the write.
func unavailable(err mongo.ServerError) bool {
	if clashed(err) {
		return true
	}
	for _, label := range []string{"NetworkError", "RetryableWriteError", "TransientTransactionError", "SystemOverloadedError"} {
		if err.HasErrorLabel(label) {
			return true
		}
	}
	for _, code := range []int{
		1,              // InternalError: FerretDB without its PostgreSQL
		6, 7, 89, 9001, // host and network
		50, 202, 262, // its own time limit
		64, 100, // write concern
		91, 11600, 11602, // shutting down
		189, 10107, 13435, 13436, // no primary
	} {
		if err.HasErrorCode(code) {
			return true
		}
	}
	var write mongo.WriteException
	var bulk mongo.BulkWriteException
	return errors.As(err, &write) && write.WriteConcernError != nil ||
		errors.As(err, &bulk) && bulk.WriteConcernError != nil
}

// duplicate tells whether a write was refused because a unique index has the key already, and nothing else went wrong.
func duplicate(err error) bool {
	var server mongo.ServerError
	return errors.As(err, &server) && !unavailable(server) && mongo.IsDuplicateKeyError(err)
}

// onlyDuplicates tells whether all that an unordered insert left out was there already.
func onlyDuplicates(err error) bool {
	var bulk mongo.BulkWriteException
	if !errors.As(err, &bulk) || unavailable(bulk) {
		return false
	}
	for _, e := range bulk.WriteErrors {
		if !mongo.IsDuplicateKeyError(e.WriteError) {
			return false
		}
	}
	return true
}

// sameID tells whether a duplicate is one of the document's id rather than of another unique index.
func sameID(err error) bool { return strings.Contains(err.Error(), "_id_") }

// hide leaves the URI and its password out of an error's text.
func hide(uri string, err error) string {
	text := strings.ReplaceAll(err.Error(), uri, "the URI")
	if u, bad := url.Parse(uri); bad == nil && u.User != nil {
		if password, ok := u.User.Password(); ok && password != "" {
			text = strings.ReplaceAll(text, password, "…")
		}
	}
	return text
}
