package edge

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// quick is what parsing, validating and pricing may take of a document that passes the limits.
const quick = 50 * time.Millisecond

// author writes documents of the real schema, led by the bytes of a seed: the same seed is the same document, and a seed
// that was changed a little is one that was changed a little. Arguments are always the same, so fields can be merged,
// which is the validator's dearest work.
type author struct {
	schema    *ast.Schema
	seed      []byte
	tokens    int
	uses      int // of fragments
	inline    int // levels of fragments in line that are being written
	text      strings.Builder
	fragments map[string]*fragment // by their types
	later     strings.Builder
}

func write(schema *ast.Schema, seed []byte) string {
	a := &author{schema: schema, seed: seed, fragments: map[string]*fragment{}}
	a.selection(&a.text, schema.Query, 1)
	return a.text.String() + a.later.String()
}

// pick gives a number below n; a seed that is used up gives 0, which ends everything.
func (a *author) pick(n int) int {
	if len(a.seed) == 0 || n == 0 {
		return 0
	}
	v := int(a.seed[0]) % n
	a.seed = a.seed[1:]
	return v
}

func (a *author) put(b *strings.Builder, tokens int, text string) {
	a.tokens += tokens
	b.WriteString(text)
}

func (a *author) selection(b *strings.Builder, of *ast.Definition, depth int) {
	a.put(b, 2, "{")
	before, most := b.Len(), 24
	if of == a.schema.Query {
		most = 8
	}
	for n := 1 + a.pick(most); n > 0 && a.tokens < maxTokens-60 && len(a.seed) > 0; n-- {
		switch way := a.pick(8); {
		case way < 2 && a.inline < maxInline && a.uses < maxUses:
			a.uses, a.inline = a.uses+1, a.inline+1
			to := of
			if possible := a.schema.GetPossibleTypes(of); way == 1 && len(possible) > 0 {
				to = possible[a.pick(len(possible))]
				a.put(b, 2, "...on "+to.Name)
			} else {
				a.put(b, 1, "... ")
			}
			a.selection(b, to, depth)
			a.inline--
		case way < 4 && a.uses < maxUses:
			a.spread(b, of, depth)
		default:
			if len(of.Fields) > 0 {
				a.field(b, of.Fields[a.pick(len(of.Fields))], depth)
			}
		}
	}
	if b.Len() == before {
		a.put(b, 1, "__typename")
	}
	b.WriteString("} ")
}

// fragment is one that stands in the document: at which depth it may be used, and whether it is being written.
type fragment struct {
	depth int
	open  bool
}

// spread uses a type's fragment, and writes it when it is the first to.
func (a *author) spread(b *strings.Builder, of *ast.Definition, depth int) {
	known := a.fragments[of.Name]
	if known == nil && len(a.fragments) < maxFragments && of != a.schema.Query {
		known = &fragment{depth: depth + 2, open: true} // others may use it further down
		a.fragments[of.Name] = known
		var own strings.Builder
		a.put(&own, 4, " fragment F"+of.Name+" on "+of.Name)
		around := a.inline
		a.inline = 0
		a.selection(&own, of, known.depth)
		a.inline = around
		a.later.WriteString(own.String())
		known.open = false
	}
	if known != nil && !known.open && depth <= known.depth {
		a.uses++
		a.put(b, 2, "...F"+of.Name+" ")
	}
}

func (a *author) field(b *strings.Builder, f *ast.FieldDefinition, depth int) {
	if strings.HasPrefix(f.Name, "__") {
		return
	}
	to := a.schema.Types[f.Type.Name()]
	deep := to.IsCompositeType()
	if deep && depth >= maxDepth-1 {
		return
	}
	a.put(b, 1, f.Name)
	var args []string
	for _, arg := range f.Arguments {
		if arg.Name == "first" {
			args = append(args, "first: 1")
		} else if arg.Type.NonNull && arg.DefaultValue == nil {
			args = append(args, arg.Name+": "+a.literal(arg.Type, 0))
		}
	}
	if len(args) > 0 {
		a.put(b, 2+4*len(args), "("+strings.Join(args, " ")+")")
	}
	b.WriteByte(' ')
	if deep {
		around := a.inline
		a.inline = 0
		a.selection(b, to, depth+1)
		a.inline = around
	}
}

func (a *author) literal(of *ast.Type, depth int) string {
	if of.Elem != nil {
		return "[" + a.literal(of.Elem, depth) + "]"
	}
	def := a.schema.Types[of.NamedType]
	switch {
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		var fields []string
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil && depth < 4 {
				fields = append(fields, f.Name+": "+a.literal(f.Type, depth+1))
			}
		}
		return "{" + strings.Join(fields, " ") + "}"
	case def.Name == "Int" || def.Name == "Float":
		return "1"
	case def.Name == "Boolean":
		return "true"
	}
	return `"x"`
}

// timed gives the time that a document takes until it could run, and whether it passed.
func timed(t testing.TB, docs *documents, text string) (time.Duration, bool) {
	docs.checked = newDocuments(docs.schema, true).checked // nothing is remembered
	began := time.Now()
	doc, errs := docs.check(t.Context(), text, "")
	if errs == nil {
		if cost, refused := price(doc.Operations[0], nil); refused != nil || cost > maxCost {
			return time.Since(began), false
		}
	}
	return time.Since(began), errs == nil
}

// The slowest document that passes the limits is looked for: by chance at first, then by changing the slowest so far.
func TestNoDocumentWithinTheLimitsIsFoundToBeSlow(t *testing.T) {
	lookForSlow(t, 2*time.Second, 10*quick) // the machine runs other tests
}

func TestSoakNoDocumentWithinTheLimitsIsFoundToBeSlow(t *testing.T) {
	if os.Getenv("SOAK") == "" {
		t.Skip("SOAK is not set")
	}
	lookForSlow(t, time.Minute, quick)
}

func lookForSlow(t *testing.T, search, most time.Duration) {
	docs, chance := newDocuments(ownSchema(t), true), rand.New(rand.NewPCG(7, 11))
	var worst time.Duration
	var seed []byte
	text, passed, tried := "", 0, 0
	for end := time.Now().Add(search); tried < 400 || time.Now().Before(end); tried++ { // a slow machine looks at no fewer
		next := make([]byte, 1500)
		if tried%3 > 0 && seed != nil {
			next = bytes.Clone(seed)
			for range 1 + chance.IntN(8) {
				next[chance.IntN(len(next))] = byte(chance.Uint32())
			}
		} else {
			for i := range next {
				next[i] = byte(chance.Uint32())
			}
		}
		document := write(docs.schema, next)
		took, ok := timed(t, docs, document)
		for range 3 { // a pause of the machine's is no finding: it must be slow each time
			if took > worst {
				again, _ := timed(t, docs, document)
				took = min(took, again)
			}
		}
		if ok {
			passed++
		} else if took > most {
			t.Errorf("refused only after %v: %s", took, document)
		}
		if ok && took > worst {
			worst, seed, text = took, next, document
		}
	}
	t.Logf("%d of %d documents passed the limits; the slowest took %v and has %d bytes", passed, tried, worst, len(text))
	if passed < 50 {
		t.Errorf("only %d of %d documents passed: the search is too wide", passed, tried)
	}
	if worst > most {
		t.Errorf("a document that passes takes %v; allowed are %v:\n%s", worst, most, text)
	}
}

// FuzzDocumentsAreReadQuickly is for `go test ./internal/edge -fuzz FuzzDocuments`: any text is answered in time, without a panic.
func FuzzDocumentsAreReadQuickly(f *testing.F) {
	for _, text := range []string{"{me{id}}", "{...A} fragment A on Query{...A}", strings.Repeat("{a", 300), "query($x: [Int!] = [1]){me{id @skip(if: $x)}}", `{node(id: "\ud800"){id}}`} {
		f.Add(text)
	}
	schema := ownSchema(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > MaxBodyBytes {
			return
		}
		if took, _ := timed(t, newDocuments(schema, true), text); took > 10*quick {
			t.Errorf("took %v: %q", took, text)
		}
	})
}

// A stranger who guesses names learns none, whatever is guessed.
func TestTwoHundredNearMissesTellNoName(t *testing.T) {
	docs := newDocuments(ownSchema(t), true)
	near := func(s string) string { return s[:len(s)-1] } // a letter short, the best guess of all
	var guesses []string
	add := func(text string) { guesses = append(guesses, text) }
	root := docs.schema.Query
	for i, f := range root.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		add("{" + near(f.Name) + "}")
		for _, arg := range f.Arguments {
			add("{" + f.Name + "(" + near(arg.Name) + ": 1){__typename}}")
		}
		if to := docs.schema.Types[f.Type.Name()]; len(to.Fields) > 0 && i%2 == 0 {
			add("{" + f.Name + "{" + near(to.Fields[0].Name) + "}}")
			add("{..." + " on " + near(to.Name) + "{__typename}}")
			add("fragment F on " + near(to.Name) + "{__typename} {...F}")
		}
	}
	for name, def := range docs.schema.Types {
		switch {
		case strings.HasPrefix(name, "__"):
		case def.Kind == ast.InputObject:
			add("query($x: " + near(name) + "){me{id}}")
		case def.Kind == ast.Enum:
			add("query($x: " + name + " = " + near(def.EnumValues[0].Name) + "){me{id}}")
		}
	}
	for _, f := range docs.schema.Mutation.Fields[:40] {
		add("mutation{" + f.Name + "(input: {" + "idempotencyKe: \"x\"}){__typename}}")
		add("mutation{" + near(f.Name) + "}")
	}
	for _, directive := range []string{"@inclde(if: true)", "@skp(if: true)", "@include(iff: true)", "@skip(i: true)", "@deprecatd"} {
		add("{me{id " + directive + "}}")
	}
	add("query($viewer: ID!){node(id: $viewr){id}}")
	if len(guesses) < 200 {
		t.Fatalf("only %d guesses", len(guesses))
	}
	for _, text := range guesses {
		_, errs := docs.check(t.Context(), text, "")
		if len(errs) == 0 || len(errs) > 3 {
			t.Errorf("%s: %d errors, want one to three", text, len(errs))
		}
		for _, e := range errs {
			if said := strings.ToLower(e.Message); strings.Contains(said, "did you mean") || strings.Contains(said, "perhaps") {
				t.Errorf("%s: %s", text, e.Message)
			}
		}
	}
	t.Logf("%d guesses", len(guesses))
}
