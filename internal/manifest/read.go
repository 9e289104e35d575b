package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// format is what the apollo-persisted-query-manifest calls itself.
const format = "apollo-persisted-query-manifest"

// apollo is the file that Apollo's tools write for iOS, Android and the web.
type apollo struct {
	Format     string      `json:"format"`
	Version    int         `json:"version"`
	Operations []operation `json:"operations"`
}

type operation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Body string `json:"body"`
}

// maxTokens bounds what is read of one document; the gateway's own limits are below it.
const maxTokens = 10_000

// Read reads a manifest: Apollo's format, or an object of texts by their ids, which relay-compiler and the client preset
// of GraphQL Code Generator write. The error is one sentence.
func Read(file []byte) ([]Document, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(file, &members); err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	texts := map[string]string{}
	if _, ok := members["format"]; ok {
		var m apollo
		if err := json.Unmarshal(file, &m); err != nil || m.Format != format || m.Version != 1 {
			return nil, fmt.Errorf("format is %q and version %d; allowed is %s version 1, or an object of documents by their ids", m.Format, m.Version, format)
		}
		for _, o := range m.Operations {
			if _, twice := texts[o.ID]; twice {
				return nil, fmt.Errorf("the id %.80q is there twice", o.ID)
			}
			texts[o.ID] = o.Body
		}
	} else if err := json.Unmarshal(file, &texts); err != nil {
		return nil, fmt.Errorf("it has no %q and is no object of documents by their ids", "format")
	}
	var out []Document
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		d, err := document(id, texts[id])
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// document checks what every manifest must keep: an id that says it is a hash is that hash, and a text has one operation.
func document(id, text string) (Document, error) {
	if id == "" || strings.HasPrefix(id, prefix) && plain(id) != Hash(text) {
		return Document{}, fmt.Errorf("the id %.80q is not the SHA-256 of its document", id)
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxTokens)
	if err != nil {
		return Document{}, fmt.Errorf("the document %.80q cannot be read: %w", id, err)
	}
	if len(doc.Operations) != 1 {
		return Document{}, fmt.Errorf("the document %.80q has %d operations; allowed is one", id, len(doc.Operations))
	}
	return Document{ID: plain(id), Name: doc.Operations[0].Name, Text: text}, nil
}
