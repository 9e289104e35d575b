// Package mongostore keeps everything that must not be lost in MongoDB or a server that speaks its protocol. It uses
// no multi-document transactions: writes race through unique ids and versions, so it runs on a standalone server, a
// replica set, a sharded cluster, Atlas, DocumentDB or FerretDB alike.
//
// A file of this package holds one domain's store. Its opening comment documents the shape of its documents, of which
// each carries its version as sv; it declares its collection with newCollection, and every call goes through Store.run.
package mongostore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"membergate/internal/breaker"
)

const (
	// patience bounds one call: of the two seconds that a request has, a screen needs at most two waves of calls.
	// A URI may say otherwise with timeoutMS.
	patience = 800 * time.Millisecond
	// selection bounds how long a call looks for a server: one that is away is found to be so within a request.
	selection = 500 * time.Millisecond
	// pool is how many connections a process opens at most: more calls at once than that only queue in the server.
	pool = 50
	// opening is how long Open waits for a server that is still starting.
	opening = 15 * time.Second
)

// Store is the connection to one database. It is safe for concurrent use.
type Store struct {
	client   *mongo.Client
	db       *mongo.Database
	patience time.Duration
	convoys  *convoys // nil where each call goes alone
	ways     *ways
	breakers *breaker.Group
	breaker  *breaker.Breaker // nil where calls are patient
	room     chan struct{}    // a seat for each call that may run at once; nil is as many as come
}

// Open connects to a database and waits until the server answers. The error is one sentence for whoever started the
// program; it never shows the URI, which may hold a password.
func Open(ctx context.Context, uri, database string) (*Store, error) {
	o := options.Client().
		SetServerSelectionTimeout(selection).
		SetConnectTimeout(selection).
		SetMaxPoolSize(pool).
		SetAppName("membergate").
		ApplyURI(uri). // what the URI says wins over what stands above, never over what stands below
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(writeconcern.Majority()).
		SetMonitor(watched())
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("MONGODB_URI is not a MongoDB URI; allowed is mongodb://host:port/ or mongodb+srv://host/: %s", hide(uri, err))
	}
	s := &Store{patience: patience, breakers: breaker.NewGroup("store")}
	s.breaker = s.breakers.New()
	if o.Timeout != nil {
		s.patience = *o.Timeout
		o.Timeout = nil // run keeps it
	}
	var err error
	if s.client, err = mongo.Connect(o); err != nil {
		return nil, fmt.Errorf("MONGODB_URI cannot be used: %s", hide(uri, err))
	}
	s.db = s.client.Database(database)
	if err := s.await(ctx); err != nil {
		_ = s.client.Disconnect(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("MONGODB_URI: no answer from %s within %v: %s", strings.Join(o.Hosts, ", "), opening, hide(uri, err))
	}
	if name, err := s.Server(ctx); err == nil && strings.HasPrefix(name, onDocumentDB) {
		s.ways = &ways{}
	}
	return s, nil
}

// onDocumentDB is how the names of servers begin that take no order but that of _id from an index.
const onDocumentDB = "FerretDB"

// await pings until the server answers or opening is over.
func (s *Store) await(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, opening)
	defer end()
	for {
		err := s.client.Ping(ctx, nil)
		if err == nil || ctx.Err() != nil || refused(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(selection / 5):
		}
	}
}

// refused tells whether the server answered, and said no: waiting does not help.
func refused(err error) bool {
	var server mongo.ServerError
	return errors.As(err, &server) && !unavailable(server)
}

// Close ends the connection; calls that run are cut off when the context ends.
func (s *Store) Close(ctx context.Context) error { return s.client.Disconnect(ctx) }

// Ping tells whether the server answers. It asks, whatever is known: it is how one hears that a server is back.
func (s *Store) Ping(ctx context.Context) error {
	ctx, end := context.WithTimeout(ctx, s.patience)
	defer end()
	return translate(s.client.Ping(ctx, nil))
}

// Breakers tells whether the server is taken to be away.
func (s *Store) Breakers() *breaker.Group { return s.breakers }

// Patient gives the same store for work that nobody waits for at a screen: imports, migrations, sweeps. Its calls may
// take d, and ask a server that has not answered for a while, too.
func (s *Store) Patient(d time.Duration) *Store {
	t := *s
	t.patience, t.convoys, t.breaker, t.room = d, nil, nil, nil
	return &t
}

// Server names the server and its version, such as "MongoDB 8.0.4" or "FerretDB v2.7.0".
func (s *Store) Server(ctx context.Context) (string, error) {
	var info struct {
		Version  string `bson:"version"`
		FerretDB struct {
			Version string `bson:"version"`
		} `bson:"ferretdb"`
	}
	err := s.run(ctx, func(ctx context.Context) error {
		return s.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&info)
	})
	if info.FerretDB.Version != "" {
		return "FerretDB " + info.FerretDB.Version, err
	}
	return "MongoDB " + info.Version, err
}

// Drop removes the database: for tests, which make one of their own each.
func (s *Store) Drop(ctx context.Context) error {
	return s.run(ctx, s.db.Drop)
}
