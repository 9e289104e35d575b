package edge

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// documents parses and checks query documents, and remembers those that passed.
type documents struct {
	schema        *ast.Schema
	rules         *rules.Rules
	introspection bool
	checked       *lru.LRU[*ast.QueryDocument]
}

func newDocuments(schema *ast.Schema, production bool) *documents {
	return &documents{
		schema:        schema,
		rules:         validationRules(production),
		introspection: !production,
		checked:       lru.New[*ast.QueryDocument](documentCache),
	}
}

// validationRules are GraphQL's own. In production five of them are swapped for their twins that do not tell which
// names exist; the library's own switch covers only two.
func validationRules(production bool) *rules.Rules {
	r := rules.NewDefaultRules()
	if production {
		r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
		r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
		r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
		r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
		r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	}
	return r
}

// check gives what the named operation needs of a query text, or at most maxErrors reasons why it cannot run, with the
// document where it could be read. Refused documents are not remembered, so they cannot push good ones out.
func (d *documents) check(ctx context.Context, query, operation string) (*ast.QueryDocument, gqlerror.List) {
	key := operation + "\n" + query
	if mayDefer(ctx) {
		key = "in parts\n" + key
	}
	if doc, ok := d.checked.Get(ctx, key); ok {
		return doc, nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, maxTokens)
	if err != nil {
		return nil, gqlerror.List{unreadable(err)}
	}
	if len(doc.Operations) == 0 {
		return nil, gqlerror.List{refusal(BadInput, "The document has no operation; at least one is needed.")}
	}
	if err := measure(doc, d.introspection); err != nil {
		return nil, gqlerror.List{err}
	}
	doc = chosenPart(doc, operation)
	if errs := validator.ValidateWithRules(d.schema, doc, d.rules); len(errs) > 0 {
		return doc, told(errs)
	}
	if mayDefer(ctx) {
		outermost(doc)
	} else {
		undefer(doc)
	}
	d.checked.Add(ctx, key, doc)
	return doc, nil
}

func unreadable(err error) *gqlerror.Error {
	message, at := err.Error(), []gqlerror.Location(nil)
	if e, ok := err.(*gqlerror.Error); ok {
		message, at = e.Message, e.Locations
	}
	if strings.HasPrefix(message, "exceeded token limit") {
		return tooComplex("The document has more than %d tokens; at most %d are allowed.", maxTokens, maxTokens)
	}
	message, _, _ = strings.Cut(message, ", did you mean") // a hint about quotes, but scanners take it for a leak
	e := refusal(BadInput, "The document cannot be read: %s", sentence(message))
	e.Locations = at
	return e
}

// told gives the first few errors a code and keeps each short: their texts repeat names from the document.
func told(errs gqlerror.List) gqlerror.List {
	errs = errs[:min(len(errs), maxErrors)]
	for i, e := range errs {
		errs[i] = refusal(BadInput, "%s", sentence(e.Message))
		errs[i].Locations, errs[i].Path = e.Locations, e.Path
	}
	return errs
}

// sentence cuts a text at 300 bytes, between characters, and ends it with a full stop.
func sentence(s string) string {
	const most = 300
	if len(s) > most {
		s = s[:most]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
		return s + "…"
	}
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".?!") {
		s += "."
	}
	return s
}
