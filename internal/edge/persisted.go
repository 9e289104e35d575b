package edge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/manifest"
)

// Texts keeps documents by the SHA-256 of their text, for all processes: "automatic persisted queries", which Apollo's
// clients speak. It may forget, and it may be gone: then the client sends the text again.
type Texts interface {
	// Text gives the document with a hash; none is no error.
	Text(ctx context.Context, hash string) (text string, found bool, err error)
	// Keep keeps a document; keeping it again is fine.
	Keep(ctx context.Context, hash, text string) error
}

// documentID is the member of a request that names its document, by the GraphQL-over-HTTP specification's Appendix A.
const documentID = "documentId"

// persisted finds the documents that requests name instead of sending them, and refuses those that may not run.
type persisted struct {
	texts    Texts              // nil = nothing is kept
	released *manifest.Followed // nil = nothing is
	only     bool               // nothing but what was released runs
	near     *lru.LRU[string]
}

func newPersisted(parts Parts) *persisted {
	return &persisted{texts: parts.Texts, released: parts.Released, only: parts.OnlyReleased, near: lru.New[string](documentCache)}
}

// named is the document that a request names.
type named struct {
	id   string // empty: it names none
	hash string // the same, where it is a SHA-256
	sent bool   // the text came along
}

// hashed is what a SHA-256 looks like in a request, and nameable what any id does.
var (
	hashed   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	nameable = regexp.MustCompile(`^[!-~]{1,200}$`)
)

// notPersisted has the words that Apollo's clients wait for before they send the whole query.
func notPersisted() *gqlerror.Error { return refusal(NotPersisted, "PersistedQueryNotFound") }

// claimed is the document that a request names, if it names one. What was sent together with a hash must be what the
// hash is of: else one client could give another its own document.
func claimed(params *graphql.RawParams) (named, *gqlerror.Error) {
	if id, ok := params.Extensions[documentID].(string); ok {
		return byID(id, params.Query != "")
	}
	claim, ok := params.Extensions["persistedQuery"].(map[string]any)
	if !ok {
		return named{}, nil
	}
	n := named{sent: params.Query != ""}
	n.hash, _ = claim["sha256Hash"].(string)
	if !hashed.MatchString(n.hash) {
		return n, refusal(BadInput, "extensions.persistedQuery.sha256Hash cannot be read; allowed is a SHA-256 as 64 small hexadecimal digits.")
	}
	if sum := sha256.Sum256([]byte(params.Query)); n.sent && hex.EncodeToString(sum[:]) != n.hash {
		return n, refusal(BadInput, "extensions.persistedQuery.sha256Hash is not the SHA-256 of query.")
	}
	n.id = n.hash
	return n, nil
}

func byID(id string, sent bool) (named, *gqlerror.Error) {
	hash, isHash := strings.CutPrefix(id, "sha256:")
	switch {
	case sent:
		return named{}, refusal(BadInput, "query and documentId are both there; allowed is one of them.")
	case !nameable.MatchString(id), isHash && !hashed.MatchString(hash):
		return named{}, refusal(BadInput, "documentId cannot be read; allowed are 1 to 200 visible ASCII characters, and behind sha256: 64 small hexadecimal digits.")
	case !isHash:
		hash = ""
	}
	return named{id: id, hash: hash}, nil
}

// resolve puts the text of a named document into the request, and refuses what may not run.
func (p *persisted) resolve(ctx context.Context, params *graphql.RawParams) (named, *gqlerror.Error) {
	n, refused := claimed(params)
	if refused != nil {
		return n, refused
	}
	switch err := p.fromRelease(ctx, params, n); {
	case errors.Is(err, manifest.ErrOff):
		return n, refusal(NotAllowed, "This operation is switched off for now.")
	case err == nil:
		return named{}, nil // there is nothing to keep
	case p.only && n.id != "" && !n.sent:
		return n, refusal(NotAllowed, "No app was released with the document %q; nothing else runs here.", brief(n.id))
	case p.only:
		return n, refusal(NotAllowed, "No app was released with this document; nothing else runs here.")
	case n.id == "" || n.sent:
		return n, nil
	case n.hash == "":
		return n, notPersisted()
	}
	return n, p.fromCache(ctx, params, n)
}

// fromRelease looks for what a request names or sends among what apps were released with.
func (p *persisted) fromRelease(ctx context.Context, params *graphql.RawParams, n named) error {
	if p.released == nil {
		return manifest.ErrUnknown
	}
	shelf, app := p.released.Shelf(), appOf(params.Headers)
	find := shelf.Named
	key := n.id
	if n.id == "" || n.sent {
		find, key = shelf.Holding, params.Query
	}
	d, err := find(app, key)
	if err != nil {
		return err
	}
	params.Query = d.Text
	if !shelf.Knows(app) {
		app = manifest.Release{} // a name that anybody could make up
	}
	note(ctx, func(n *notes) { n.released, n.release = true, app })
	return nil
}

// fromCache looks for a hash among what clients have sent before.
func (p *persisted) fromCache(ctx context.Context, params *graphql.RawParams, n named) *gqlerror.Error {
	if text, ok := p.near.Get(ctx, n.hash); ok {
		params.Query = text
		return nil
	}
	if p.texts == nil {
		return notPersisted()
	}
	text, found, err := p.texts.Text(ctx, n.hash)
	if err != nil {
		note(ctx, func(n *notes) { n.cause(err.Error()) })
	}
	if err != nil || !found {
		return notPersisted()
	}
	p.near.Add(ctx, n.hash, text)
	params.Query = text
	return nil
}

// appOf reads which release of which app asks. Apollo's clients and Cosmo's tools name the headers so; the answer to a
// released document does not depend on it, but for ids that are no hashes.
func appOf(h http.Header) manifest.Release {
	first := func(names ...string) string {
		for _, name := range names {
			if v := h.Get(name); v != "" {
				return v
			}
		}
		return ""
	}
	return manifest.Release{
		Platform: first("GraphQL-Client-Name", "Apollographql-Client-Name"),
		Version:  first("GraphQL-Client-Version", "Apollographql-Client-Version"),
	}
}

// keep remembers a document that came with its hash and can run. That it could not be kept hurts nobody.
func (p *persisted) keep(ctx context.Context, n named, text string) {
	if !n.sent || n.hash == "" || p.texts == nil {
		return
	}
	if _, ok := p.near.Get(ctx, n.hash); ok {
		return
	}
	if err := p.texts.Keep(ctx, n.hash, text); err != nil {
		note(ctx, func(n *notes) { n.cause(err.Error()) })
		return
	}
	p.near.Add(ctx, n.hash, text)
}
