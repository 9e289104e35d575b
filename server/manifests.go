package main

import (
	"fmt"
	"log/slog"

	"github.com/vektah/gqlparser/v2/ast"

	apps "membergate/clients"
	"membergate/graph"
	"membergate/internal/edge"
	"membergate/internal/manifest"
)

// fits tells whether the schema and the limits let a document run.
func fits(schema *ast.Schema, production bool) func(manifest.Document) error {
	return func(d manifest.Document) error { return edge.Fits(schema, production, d.Text) }
}

// released gives the documents that apps were released with: those of MANIFESTS, else those that this program brought along.
func (s Settings) released(log *slog.Logger) (*manifest.Followed, error) {
	judge := fits(graph.NewExecutableSchema(graph.Config{}).Schema(), s.Production)
	if s.Manifests == "" {
		return manifest.Fixed(apps.Manifests(), judge)
	}
	var followed *manifest.Followed
	told := func(err error) {
		if err != nil {
			log.Error("a change of the manifests is not taken up", "folder", s.Manifests, "cause", err.Error())
			return
		}
		log.Info("the manifests have changed")
		tellOf(followed.Shelf(), log)
	}
	followed, err := manifest.Follow(s.Manifests, judge, told)
	if err != nil {
		return nil, fmt.Errorf("MANIFESTS is %q; allowed is a folder of manifests PLATFORM/VERSION.json: %w", s.Manifests, err)
	}
	tellOf(followed.Shelf(), log)
	return followed, nil
}

// tellOf logs what is on a shelf, and what cannot be.
func tellOf(shelf *manifest.Shelf, log *slog.Logger) {
	off := shelf.Off()
	log.Info("manifests", "releases", len(shelf.Releases()), "unanswerable", len(shelf.Wrong),
		"documentsOff", len(off.Documents), "operationsOff", len(off.Operations), "releasesOff", len(off.Releases))
	for _, w := range shelf.Wrong {
		log.Warn("a document that an app was released with cannot be answered", "app", w.Release.String(), "operation", w.Document.Name, "id", w.Document.ID, "cause", w.Why.Error())
	}
}
