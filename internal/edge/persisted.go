package edge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Texts keeps documents by the SHA-256 of their text, for all processes: "automatic persisted queries", which Apollo's
// clients speak. It may forget, and it may be gone: then the client sends the text again.
type Texts interface {
	// Text gives the document with a hash; none is no error.
	Text(ctx context.Context, hash string) (text string, found bool, err error)
	// Keep keeps a document; keeping it again is fine.
	Keep(ctx context.Context, hash, text string) error
}

// persisted finds the documents that requests name instead of sending them.
type persisted struct {
	texts Texts // nil = nothing is kept
	near  *lru.LRU[string]
}

func newPersisted(texts Texts) *persisted {
	return &persisted{texts: texts, near: lru.New[string](documentCache)}
}

// named is a document that a request names by its hash.
type named struct {
	hash string
	sent bool // the text came along
}

// hashed is what a SHA-256 looks like in a request.
var hashed = regexp.MustCompile(`^[0-9a-f]{64}$`)

// notPersisted has the words that Apollo's clients wait for before they send the whole query.
func notPersisted() *gqlerror.Error { return refusal(NotPersisted, "PersistedQueryNotFound") }

// claimed is the document that a request names, if it names one. What was sent together with a hash must be what the
// hash is of: else one client could give another its own document.
func claimed(params *graphql.RawParams) (named, *gqlerror.Error) {
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
	return n, nil
}

// resolve puts the text of a named document into the request.
func (p *persisted) resolve(ctx context.Context, params *graphql.RawParams) (named, *gqlerror.Error) {
	n, refused := claimed(params)
	if refused != nil || n.hash == "" || n.sent {
		return n, refused
	}
	if text, ok := p.near.Get(ctx, n.hash); ok {
		params.Query = text
		return n, nil
	}
	if p.texts == nil {
		return n, notPersisted()
	}
	text, found, err := p.texts.Text(ctx, n.hash)
	if err != nil {
		note(ctx, func(n *notes) { n.cause(err.Error()) })
	}
	if err != nil || !found {
		return n, notPersisted()
	}
	p.near.Add(ctx, n.hash, text)
	params.Query = text
	return n, nil
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
