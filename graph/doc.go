// Package graph is what gqlgen makes of schema.graphqls, and the scalars it needs. Nobody edits the generated files:
// change the schema, run go generate ./graph, and the compiler names the resolver that is missing.
package graph

//go:generate go tool gqlgen generate
