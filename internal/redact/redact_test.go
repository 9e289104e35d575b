package redact_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"membergate/internal/redact"
)

// canaries are what must never stand in a log, by its form alone.
var canaries = []string{
	"13800138000", "+8613800138000", "+86 138 0013 8000", "138-0013-8000", "86-13912345678", "19912345678",
	"11010519491231002X", "440308199001011234", "32010620120229123x",
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJhbGciOiJub25lIn0.e30.",
	"lan.chen@mail.example", "a+b@sub.shop.example.cn",
	"oAbCdEfGhIjKlMnOpQrStUvWxYz0", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M",
	"mongodb://root:hunter22@db.internal/", "redis://:hunter22@cache:6379",
	`"session_key":"HyVFkGl5F5OQWJZZaNzBBg=="`, "session_key=HyVFkGl5F5OQWJZZaNzBBg==", `secret=9f8e7d6c5b4a39281706`, `"token": "abcdef0123456789"`, "password: correct-horse",
	"Bearer c2VjcmV0LXRva2Vu", "bearer 0123456789abcdef",
}

// secrets are the parts of the canaries that give somebody away.
func kept(text string) (out []string) {
	for _, part := range []string{"13800138000", "8000", "13912345678", "19912345678", "19491231", "19900101", "20120229", "eyJ", "lan.chen", "a+b@", "AbCdEf", "bmjrPT", "hunter22", "HyVFkGl5", "9f8e7d6c", "abcdef0123", "correct-horse", "c2VjcmV0", "0123456789"} {
		if strings.Contains(text, part) {
			out = append(out, part)
		}
	}
	return out
}

func TestNoLineTellsWhoSomebodyIs(t *testing.T) {
	for _, canary := range canaries {
		var log strings.Builder
		l := slog.New(redact.Handler(slog.NewJSONHandler(&log, nil)))
		err := fmt.Errorf("find: E11000 duplicate key: { value: \"%s\" }", canary)
		l.Error("a write of "+canary+" failed", "cause", err, "causes", []string{err.Error(), "x"}, "text", canary, slog.Group("in", "deep", canary, "err", errors.New(canary)))
		l.With("who", canary).WithGroup("g").Info("done", "again", canary)
		if left := kept(log.String()); len(left) > 0 {
			t.Errorf("%q leaves %v: %s", canary, left, log.String())
		}
		if strings.Count(log.String(), "\n") != 2 || !strings.Contains(log.String(), "E11000 duplicate key") {
			t.Errorf("%q: lines are lost: %s", canary, log.String())
		}
	}
}

func TestWhatIsNobodysStays(t *testing.T) {
	for _, text := range []string{
		"dial tcp 10.0.0.7:27017: connection refused", "operation Home took 2000 ms", "order o-1790000000000-0", "2026-07-06T12:00:00.123456789Z",
		"4bf92f3577b34da6a3ce929d0e0e4736", "partition 12 of 16", "sha256:ab12", "members: version 3", "goroutine 7 [running]: main.go:17 +0x1d", "token keys do not answer",
	} {
		if got := redact.Text(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestWhatAMemberSentIsTakenOutWhole(t *testing.T) {
	said := redact.Said(map[string]any{"input": map[string]any{"name": "陈嘉禾", "nick": "陈嘉", "lines": []any{"3 Elm Road", "x"}, "n": 7.0}})
	got := redact.Text(`no such place: 3 Elm Road, asked by 陈嘉禾 (陈嘉) x7`, said...)
	if want := `no such place: …, asked by … (…) x7`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
