package programme

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Parse reads the one programme that a YAML file holds and checks everything in it. The file's name is only for the
// error, which is a Problems: every problem found, with file, line, path, value and what is allowed.
func Parse(file string, b []byte) (*Programme, error) {
	all, err := ParseAll(file, b)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		return nil, Problems{{File: file, Line: all[1].line, Text: fmt.Sprintf("the file holds %d programmes; allowed is one", len(all))}}
	}
	return all[0], nil
}

// ParseAll reads the programmes of a YAML file, one a document, at least one. Errors are as of Parse.
func ParseAll(file string, b []byte) ([]*Programme, error) {
	tree, err := parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey()) // repeated keys are told with all else
	if err != nil {
		return nil, Problems{{File: file, Line: lineOf(err), Text: "the file is no YAML: " + messageOf(err)}}
	}
	var all []*Programme
	var found Problems
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		p, err := decode(file, doc.Body)
		var problems Problems
		if errors.As(err, &problems) {
			found = append(found, problems...)
			continue
		}
		all = append(all, p)
	}
	switch {
	case len(found) > 0:
		return nil, found
	case len(all) == 0:
		return nil, Problems{{File: file, Line: 1, Text: "the file is empty; allowed is a programme"}}
	}
	return all, nil
}

// decode reads one document: its shape first, then its values, then whether they fit together.
func decode(file string, body ast.Node) (*Programme, error) {
	r := &report{file: file, first: body.GetToken().Position.Line, lines: map[string]int{}}
	p := &Programme{file: file, line: r.first}
	if r.shape("", body, reflect.TypeFor[Programme]()); len(r.found) > 0 {
		return nil, r.err()
	}
	if err := yaml.NodeToValue(body, p, yaml.Strict()); err != nil {
		return nil, Problems{{File: file, Line: lineOf(err), Text: messageOf(err)}}
	}
	toUTC(reflect.ValueOf(p).Elem())
	p.lines = map[string]int{}
	for _, path := range []string{"currencies[0].parityPerYuan"} {
		if line, given := r.lines[path]; given {
			p.lines[path] = line
		}
	}
	if r.check(p); len(r.found) > 0 {
		return nil, r.err()
	}
	return p, nil
}

// toUTC turns every time in a value to UTC, whatever offset the file gave it. (A custom unmarshaler for times would
// print the whole document anew for each of them.)
func toUTC(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			toUTC(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			toUTC(v.Index(i))
		}
	case reflect.Struct:
		if t, ok := v.Addr().Interface().(*time.Time); ok {
			*t = t.UTC()
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				toUTC(v.Field(i))
			}
		}
	}
}

func lineOf(err error) int {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		return e.GetToken().Position.Line
	}
	return 1
}

func messageOf(err error) string {
	var e yaml.Error
	if errors.As(err, &e) {
		return e.GetMessage()
	}
	return err.Error()
}
