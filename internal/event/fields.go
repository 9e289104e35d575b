package event

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"membergate/internal/insight"
)

// fields reads an event's data field by field and gathers what is wrong.
type fields struct {
	kind  string
	under string // where nested fields stand, such as lines[2].
	raw   map[string]json.RawMessage
	names []string // asked for
	first string   // the first field that is wrong
	wrong []string

	word *insight.Word // of events that are only words; else nil

	confirmed *confirmed // of events that say who somebody is; else nil
}

// maxText bounds ids and codes inside of data.
const maxText = 128

func (f *fields) refuse(field, format string, args ...any) {
	if f.first == "" {
		f.first = field
	}
	f.wrong = append(f.wrong, fmt.Sprintf(format, args...))
}

func (f *fields) id(id string) {
	if id == "" || len(id) > maxText || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		f.refuse("id", "id is %q; allowed are 1 to %d visible ASCII characters.", clip(id), maxText)
	}
}

// value takes a field; null is the same as none.
func (f *fields) value(name string) (json.RawMessage, bool) {
	if !slices.Contains(f.names, name) {
		f.names = append(f.names, name)
	}
	raw, ok := f.raw[name]
	return raw, ok && string(raw) != "null"
}

// text reads a text of 1 to 128 characters; an optional one may be missing or empty.
func (f *fields) text(name string, optional bool) string {
	raw, ok := f.value(name)
	if !ok {
		if !optional {
			f.refuse("data."+f.under+name, "data.%s%s is missing; needed is a text.", f.under, name)
		}
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) != nil || s == "" && !optional || len(s) > maxText {
		f.refuse("data."+f.under+name, "data.%s%s is %s; allowed is a text of 1 to %d bytes.", f.under, name, clip(string(raw)), maxText)
	}
	return s
}

// texts reads a list of at most so many texts, which may be missing.
func (f *fields) texts(name string, most int) (out []string) {
	raw, ok := f.value(name)
	if ok && (json.Unmarshal(raw, &out) != nil || len(out) > most || slices.ContainsFunc(out, func(s string) bool { return s == "" || len(s) > maxText })) {
		f.refuse("data."+f.under+name, "data.%s%s is %s; allowed is a list of at most %d texts of 1 to %d bytes.", f.under, name, clip(string(raw)), most, maxText)
		return nil
	}
	return out
}

// oneOf reads one of a few words.
func (f *fields) oneOf(name string, allowed []string) string {
	before := len(f.wrong)
	s := f.text(name, false)
	if len(f.wrong) == before && !slices.Contains(allowed, s) {
		f.refuse("data."+f.under+name, "data.%s%s is %q; allowed are %s.", f.under, name, clip(s), strings.Join(allowed, ", "))
	}
	return s
}

// has tells whether an optional field is there.
func (f *fields) has(name string) bool {
	_, ok := f.value(name)
	return ok
}

// time reads a time as RFC 3339, to the millisecond.
func (f *fields) time(name string) time.Time {
	raw, ok := f.value(name)
	if !ok {
		f.refuse("data."+f.under+name, "data.%s%s is missing; needed is an RFC 3339 time.", f.under, name)
		return time.Time{}
	}
	var s string
	at, err := time.Time{}, json.Unmarshal(raw, &s)
	if err == nil {
		at, err = time.Parse(time.RFC3339, s)
	}
	if err != nil {
		f.refuse("data."+f.under+name, "data.%s%s is %s; allowed is an RFC 3339 time such as 2026-07-06T12:00:00+08:00.", f.under, name, clip(string(raw)))
	}
	return at.UTC().Truncate(time.Millisecond)
}

// yes reads a yes or no; one that is missing is a no.
func (f *fields) yes(name string) (yes bool) {
	if raw, ok := f.value(name); ok && json.Unmarshal(raw, &yes) != nil {
		f.refuse("data."+f.under+name, "data.%s%s is %s; allowed are true and false.", f.under, name, clip(string(raw)))
	}
	return yes
}

// whole reads a whole number in a range.
func (f *fields) whole(name string, low, high int64) int64 {
	raw, ok := f.value(name)
	if !ok {
		f.refuse("data."+f.under+name, "data.%s%s is missing; needed is a whole number.", f.under, name)
		return 0
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil || n < low || n > high {
		f.refuse("data."+f.under+name, "data.%s%s is %s; allowed are whole numbers from %d to %d.", f.under, name, clip(string(raw)), low, high)
	}
	return n
}

// list reads a list of at most so many texts.
func (f *fields) list(name string, most int) []string {
	raw, ok := f.value(name)
	var list []string
	wrong := func(s string) bool { return s == "" || len(s) > maxText }
	if !ok || json.Unmarshal(raw, &list) != nil || len(list) > most || slices.ContainsFunc(list, wrong) {
		f.refuse("data."+f.under+name, "data.%s%s is %s; allowed is a list of at most %d texts.", f.under, name, clip(orNothing(raw, ok)), most)
	}
	return list
}

// each reads a list of objects with at most so many.
func (f *fields) each(name string, most int, read func(*fields)) {
	raw, ok := f.value(name)
	var list []map[string]json.RawMessage
	if !ok || json.Unmarshal(raw, &list) != nil || len(list) > most {
		f.refuse("data."+name, "data.%s is %s; allowed is a list of at most %d objects.", name, clip(orNothing(raw, ok)), most)
		return
	}
	for i, object := range list {
		part := &fields{kind: f.kind, raw: object, under: fmt.Sprintf("%s[%d].", name, i)}
		read(part)
		part.rest()
		if f.first == "" {
			f.first = part.first
		}
		if f.wrong = append(f.wrong, part.wrong...); len(f.wrong) > 0 {
			return // one line's mistakes are enough to find what sent it
		}
	}
}

func orNothing(raw json.RawMessage, ok bool) string {
	if !ok {
		return "missing"
	}
	return string(raw)
}

// rest refuses fields that nobody asked for: a misspelt one would be lost in silence.
func (f *fields) rest() {
	for _, name := range slices.Sorted(maps.Keys(f.raw)) {
		if !slices.Contains(f.names, name) {
			f.refuse("data."+f.under+name, "data.%s%s is no field of %s; allowed are %s.", f.under, clip(name), f.kind, strings.Join(f.names, ", "))
		}
	}
}
