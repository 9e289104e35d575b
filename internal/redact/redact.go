// Package redact keeps people out of logs. Nothing writes a member's data there by intent; what is caught here is the text of
// an error that repeats it.
package redact

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// hidden stands for what was taken out.
const hidden = "…"

// patterns are what is a person's wherever it stands. They lean towards hiding: an order's number may be taken for a phone.
var patterns = regexp.MustCompile(strings.Join([]string{
	`eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?`, // tokens
	`(?i:bearer|secret|token|password|session_key|sessionKey)["']?\s*[:=]\s*["']?[^\s"',}]{6,}`, // named secrets
	`(?i:bearer) [\w.~+/-]{8,}=*`, // what a header holds
	`\b[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]\b`, // identity cards
	`\b(?:86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}\b`,                              // phones
	`\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b`,                                          // mail
	`\bo[A-Za-z0-9_-]{27}\b`,                                                    // a member's openid, and unionid
	`://[^/\s:@]*:[^/\s@]+@`,                                                    // passwords of addresses
}, "|"))

// Text takes out what is a person's by its form, and every one of the texts said that is long enough to mean somebody.
func Text(text string, said ...string) string {
	for _, s := range said {
		if telling(s) {
			text = strings.ReplaceAll(text, s, hidden)
		}
	}
	return patterns.ReplaceAllString(text, hidden)
}

// telling tells whether a text is long enough to be taken out by itself: a name may have two characters in Chinese; what is
// shorter in Latin letters is part of many words.
func telling(s string) bool {
	return len(s) >= 4 && len([]rune(s)) >= 2
}

// Said gives the texts in a value that came as JSON, the longest first, so that no part of one is left.
func Said(v any) []string {
	var out []string
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case map[string]any:
			for _, c := range v {
				look(c)
			}
		case []any:
			for _, c := range v {
				look(c)
			}
		}
	}
	look(v)
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// Handler takes out of each line what is a person's by its form, wherever the line comes from.
func Handler(next slog.Handler) slog.Handler { return handler{next} }

type handler struct{ next slog.Handler }

func (h handler) Enabled(ctx context.Context, l slog.Level) bool { return h.next.Enabled(ctx, l) }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(attr(a))
		return true
	})
	return h.next.Handle(ctx, clean)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = attr(a)
	}
	return handler{h.next.WithAttrs(clean)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

func attr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Text(v.String()))
	case slog.KindGroup:
		var group []any
		for _, g := range v.Group() {
			group = append(group, attr(g))
		}
		return slog.Group(a.Key, group...)
	case slog.KindAny:
		switch of := v.Any().(type) {
		case error:
			return slog.String(a.Key, Text(of.Error()))
		case []string:
			clean := make([]string, len(of))
			for i, s := range of {
				clean[i] = Text(s)
			}
			return slog.Any(a.Key, clean)
		}
	}
	return slog.Attr{Key: a.Key, Value: v}
}
