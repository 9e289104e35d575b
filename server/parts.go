package main

import (
	"context"
	"io/fs"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"

	"membergate/internal/allowance"
	"membergate/internal/breaker"
	"membergate/internal/bucket"
	"membergate/internal/edge"
	"membergate/internal/manifest"
	"membergate/internal/session"
	"membergate/internal/token"
)

// Parts are what a running gateway is made of: build opens them, serve runs them, Close ends them.
type Parts struct {
	Schema   graphql.ExecutableSchema                        // what can be asked, with its resolvers
	SDL      string                                          // the schema as text, for GET /schema.graphqls
	Around   []graphql.HandlerExtension                      // what each operation is wrapped in, such as its loaders
	Texts    edge.Texts                                      // documents that clients name by their hash; nil keeps none
	Limits   *allowance.Limits                               // what callers may ask for; nil is as much as they like
	Released *manifest.Followed                              // documents that apps were released with
	Tokens   *token.Verifier                                 // who asks
	Sessions *session.Service                                // whose token was ended before its time; nil knows of none
	Keys     []byte                                          // public halves of the keys that tokens are signed with; nil for none
	Checks   []Check                                         // what must answer for the gateway to be ready
	Media    http.Handler                                    // pictures under /media/; nil for none
	Disk     *bucket.Disk                                    // takes and serves uploads; nil where S3 does
	Archives http.Handler                                    // where members fetch copies of what is kept of them; nil for nowhere
	WeChat   http.Handler                                    // where WeChat tells what it found; nil for nowhere
	Explorer fs.FS                                           // the page at / in development; nil for none
	Demo     func(ctx context.Context) ([]DemoMember, error) // demo members with fresh tokens; nil for none
	Events   http.Handler                                    // POST /events on the admin listener; nil for none
	Choices  http.Handler                                    // GET /choices on the admin listener; nil for none
	Meters   []prometheus.Collector                          // more numbers at /metrics
	Breakers []*breaker.Group                                // which stores are not asked while they do not answer
	Beside   []func(ctx context.Context) error               // runs while the gateway serves, until the context ends
	Close    func() error                                    // closes the stores; nil for nothing to close
}

// Check asks one part that the gateway depends on whether it answers.
type Check struct {
	Name string // such as "mongodb"
	Ping func(ctx context.Context) error
}

// DemoMember is somebody to sign in as with one click.
type DemoMember struct {
	Member string `json:"memberId"`
	Name   string `json:"displayName"`
	Tier   string `json:"tier"`     // the tier's code
	Title  string `json:"tierName"` // the tier's name in the language asked for
	Token  string `json:"token"`
}
