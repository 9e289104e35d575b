package manifest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// Gather makes one document of each operation in a folder's .graphql files, with the fragments that it needs from any of
// them. Ids are SHA-256 hashes of the texts.
func Gather(folder fs.FS) ([]Document, error) {
	names, err := fs.Glob(folder, "*.graphql")
	if err != nil {
		return nil, err
	}
	var operations ast.OperationList
	fragments := map[string]*ast.FragmentDefinition{}
	for _, name := range names {
		file, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: name, Input: string(file)}, maxTokens)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		operations = append(operations, doc.Operations...)
		for _, f := range doc.Fragments {
			if fragments[f.Name] != nil {
				return nil, fmt.Errorf("%s: the fragment %q is there twice", name, f.Name)
			}
			fragments[f.Name] = f
		}
	}
	var out []Document
	seen := map[string]bool{}
	for _, o := range operations {
		if o.Name == "" || seen[o.Name] {
			return nil, fmt.Errorf("the operation %q has no name of its own; every operation of an app needs one", o.Name)
		}
		seen[o.Name] = true
		doc := &ast.QueryDocument{Operations: ast.OperationList{o}}
		if err := spread(doc, o.SelectionSet, fragments); err != nil {
			return nil, fmt.Errorf("the operation %q: %w", o.Name, err)
		}
		var text bytes.Buffer
		formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatQueryDocument(doc)
		out = append(out, Document{ID: Hash(text.String()), Name: o.Name, Text: text.String()})
	}
	slices.SortFunc(out, func(a, b Document) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// spread adds the fragments that a selection names, and those that they name.
func spread(doc *ast.QueryDocument, set ast.SelectionSet, fragments map[string]*ast.FragmentDefinition) error {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if err := spread(doc, s.SelectionSet, fragments); err != nil {
				return err
			}
		case *ast.InlineFragment:
			if err := spread(doc, s.SelectionSet, fragments); err != nil {
				return err
			}
		case *ast.FragmentSpread:
			f := fragments[s.Name]
			if f == nil {
				return fmt.Errorf("there is no fragment %q", s.Name)
			}
			if doc.Fragments.ForName(s.Name) != nil {
				continue
			}
			doc.Fragments = append(doc.Fragments, f)
			if err := spread(doc, f.SelectionSet, fragments); err != nil {
				return err
			}
		}
	}
	return nil
}

// Write writes documents in Apollo's format, which tools of every platform read.
func Write(documents []Document) ([]byte, error) {
	m := apollo{Format: format, Version: 1, Operations: []operation{}}
	for _, d := range documents {
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: d.Text}, maxTokens)
		if err != nil {
			return nil, err
		}
		m.Operations = append(m.Operations, operation{ID: d.ID, Name: d.Name, Type: string(doc.Operations[0].Operation), Body: d.Text})
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(m)
	return out.Bytes(), err
}
