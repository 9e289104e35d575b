package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/personal"
)

// Erasing is how an engine is looked at from below its stores.
type Erasing struct {
	Engine    personal.Engine
	Tag       string         // what names the fields of its documents
	Documents map[string]any // the shapes of what each place holds

	// Names tells whether a field of a place says which member something is of, beside those of the type member.ID.
	Names func(place, path string) bool
	// Put stores a document as it is, of a member.
	Put func(place string, who member.ID, document any)
	// All gives everything that is stored, by place, as text.
	All func() map[string][]string

	// note is told of each word that is planted, and has words planted in all that members get in archives; nil for neither.
	note func(word string, r personal.Row)
}

// planted is a moment that all documents of these tests are of; servers remove what has expired while a test runs.
var planted = time.Date(2901, 2, 3, 4, 5, 6, 0, time.UTC)

// Plant puts a document of a member into each place that holds anything of members: each field that the data map says goes
// holds a word of its own, which begins with a mark.
func (e Erasing) Plant(who member.ID, mark string) {
	for place, shape := range e.Documents {
		v := reflect.New(reflect.TypeOf(shape)).Elem()
		if e.fill(v, place, "", string(who), mark, 0) {
			e.Put(place, who, v.Interface())
		}
	}
}

// fill sets what a value can hold, and tells whether anything of it is of a member.
func (e Erasing) fill(v reflect.Value, place, at, who, mark string, depth int) (theirs bool) {
	row, _ := personal.Find(e.Engine, personal.Field{Place: place, Path: at})
	switch {
	case depth > 8:
		return false
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(planted))
		return false
	case v.Type() == reflect.TypeFor[member.ID]() || v.Kind() == reflect.String && e.Names(place, at):
		if row.Fate != personal.Stays {
			v.SetString(who)
		}
		return true
	}
	switch v.Kind() {
	case reflect.String:
		if row.Fate == personal.Goes || row.Fate == personal.Blanked || e.note != nil && row.Exported {
			v.SetString(mark + "/" + place + "/" + at)
			if e.note != nil {
				e.note(v.String(), row)
			}
			return true
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return e.fill(v.Elem(), place, at, who, mark, depth)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return false
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		return e.fill(v.Index(0), place, at, who, mark, depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name, how, _ := strings.Cut(f.Tag.Get(e.Tag), ",")
			below := at
			switch {
			case name == "-" || !f.IsExported() && !f.Anonymous:
				continue
			case strings.Contains(how, "inline") || f.Anonymous && name == "":
			case name == "" && e.Tag == "bson":
				below = join(at, strings.ToLower(f.Name))
			case name == "":
				below = join(at, f.Name)
			default:
				below = join(at, name)
			}
			if v.Field(i).CanSet() {
				theirs = e.fill(v.Field(i), place, below, who, mark, depth+1) || theirs
			}
		}
	}
	return theirs
}

// Erased tests that an erasure leaves nothing of a member that the data map says goes, in any place, and all of another's.
func (e Erasing) Erased(t *testing.T, erase func(who member.ID, ghost string) error) {
	t.Helper()
	const gone, stays member.ID = "erased-member", "another-member"
	e.Plant(gone, "gone")
	e.Plant(stays, "kept")
	before := e.All()
	if n := holding(before, "gone/", string(gone)); len(n) < 30 {
		t.Fatalf("only %d places hold anything: %v", len(n), n)
	}
	for range 2 {
		if err := erase(gone, "gone-ghost"); err != nil {
			t.Fatal(err)
		}
		after := e.All()
		for _, left := range holding(after, "gone/", string(gone)) {
			t.Errorf("left is %s", left)
		}
		was, is := holding(before, "kept/", string(stays)), holding(after, "kept/", string(stays))
		for _, one := range was {
			if !slices.Contains(is, one) {
				t.Errorf("of somebody else, %s went", one)
			}
		}
	}
}

// holding gives what holds one of some words.
func holding(all map[string][]string, words ...string) (out []string) {
	for place, texts := range all {
		for _, text := range texts {
			if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
				out = append(out, fmt.Sprintf("%s: %.400s", place, text))
			}
		}
	}
	slices.Sort(out)
	return out
}
