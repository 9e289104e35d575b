package storetest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/personal"
)

var update = flag.Bool("update-fields", false, "write down which fields are stored")

// Mapped tests that every field that the documents of an engine can ever hold is in the data map, each document by its
// place, and that testdata/fields.txt lists them: whoever stores something new says what it is of a person.
func Mapped(t *testing.T, e personal.Engine, tag string, documents map[string]any) {
	t.Helper()
	var lines []string
	for place, document := range documents {
		for _, path := range stored(reflect.TypeOf(document), tag, "", 0) {
			row, ok := personal.Find(e, personal.Field{Place: place, Path: path})
			if !ok {
				t.Errorf("%s: %s can be stored and is not in the data map", place, path)
			}
			what := row.What
			if row.Class == personal.Nobody {
				what = "of nobody"
			}
			lines = append(lines, fmt.Sprintf("%s: %s = %s, %s\n", place, path, what, strings.ToLower(string(row.Fate))))
		}
	}
	slices.Sort(lines)
	file, text := filepath.Join("testdata", "fields.txt"), strings.Join(slices.Compact(lines), "")
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if !strings.Contains("\n"+string(listed), "\n"+line) {
			t.Errorf("%s is not listed in %s: find its line of the data map, then list it with -update-fields", strings.TrimSpace(line), file)
		}
	}
	if len(text) < len(listed) {
		t.Errorf("%s lists fields that nothing stores", file)
	}
}

// stored are the paths of what a type's values hold when they are written with the names of a tag.
func stored(of reflect.Type, tag, at string, depth int) (out []string) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Array {
		of = of.Elem()
	}
	_, writes := reflect.New(of).Interface().(interface{ MarshalText() ([]byte, error) })
	switch {
	case depth > 8 || of == reflect.TypeFor[time.Time]() || writes:
		return []string{at}
	case of.Kind() == reflect.Map:
		return stored(of.Elem(), tag, join(at, "x"), depth+1)
	case of.Kind() != reflect.Struct:
		return []string{at}
	}
	for f := range of.Fields() {
		name, how, _ := strings.Cut(f.Tag.Get(tag), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case strings.Contains(how, "inline") || f.Anonymous && name == "":
			out = append(out, stored(f.Type, tag, at, depth+1)...)
			continue
		case name == "":
			if name = f.Name; tag == "bson" {
				name = strings.ToLower(name)
			}
		}
		out = append(out, stored(f.Type, tag, join(at, name), depth+1)...)
	}
	return out
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
