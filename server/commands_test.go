package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"membergate/internal/token"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// command runs the program with the environment given as pairs.
func command(t *testing.T, args string, pairs ...string) (out, log string, code int) {
	t.Helper()
	var o, l lockedBuffer
	code = execute(strings.Fields(args), &program{env: env(pairs...), out: &o, log: &l, now: time.Now,
		build: func(context.Context, Settings, *slog.Logger) (*Parts, error) {
			return nil, errors.New("the stores are away")
		}})
	return o.String(), l.String(), code
}

func TestATokenIsPrintedAndWorks(t *testing.T) {
	const secret = "a secret of thirty-two characters"
	out, log, code := command(t, "token --member 17850 --staff --role moderator --role dpo --ttl 15m", "JWT_HS256_SECRET", secret)
	if code != 0 || log != "" || strings.Count(out, "\n") != 1 {
		t.Fatalf("code %d, out %q, log %q", code, out, log)
	}
	v, err := token.NewVerifier(t.Context(), token.Trust{Issuer: "members", Audience: "member-apps", HS256: []byte(secret)})
	if err != nil {
		t.Fatal(err)
	}
	who, err := v.Verify(t.Context(), strings.TrimSpace(out))
	if err != nil || who.Member != "17850" || !who.Staff() || !who.Has("moderator") || !who.Has("dpo") {
		t.Errorf("viewer = %+v, error = %v", who, err)
	}
}

func TestWithoutASecretTheDataFolderKeepsOne(t *testing.T) {
	dir := t.TempDir()
	one, _, code := command(t, "token --member 1", "DATA_DIR", dir)
	if code != 0 {
		t.Fatal(code)
	}
	s, err := readSettings(env("DATA_DIR", dir))
	if err != nil {
		t.Fatal(err)
	}
	trust, err := s.Trust(discard())
	if err != nil {
		t.Fatal(err)
	}
	v, err := token.NewVerifier(t.Context(), trust)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), strings.TrimSpace(one)); err != nil {
		t.Error(err)
	}
}

func TestMistakesAreToldOnStderrWithACode(t *testing.T) {
	for name, c := range map[string]struct {
		args string
		env  []string
		want string
	}{
		"unknown command": {"sreve", nil, `Error: unknown command "sreve" for "server"`},
		"no member":       {"token", nil, `Error: required flag(s) "member" not set`},
		"bad lifetime":    {"token --member 1 --ttl soon", nil, `Error: invalid argument "soon" for "--ttl" flag`},
		"no lifetime":     {"token --member 1 --ttl 0s", []string{"JWT_HS256_SECRET", "x"}, "Error: ttl is 0s; allowed is 1s or longer."},
		"unknown role":    {"token --member 1 --role king", nil, `Error: --role is "king"; allowed are clerk, moderator`},
		"foreign tokens":  {"token --member 1", []string{"JWT_JWKS_URL", "https://issuer/keys"}, "Error: JWT_HS256_SECRET is empty: without it no token can be signed here."},
		"wrong settings":  {"serve", []string{"PORT", "x", "RATE_LIMIT", "maybe"}, "Error: PORT is \"x\"; allowed is a whole number from 0 to 65535.\nError: RATE_LIMIT is \"maybe\"; allowed are off and on.\n"},
		"default command": {"", nil, "Error: the stores are away\n"},
		"serve":           {"serve", nil, "Error: the stores are away\n"},
	} {
		t.Run(name, func(t *testing.T) {
			out, log, code := command(t, c.args, append(c.env, "DATA_DIR", t.TempDir())...)
			i := strings.Index(log, "Error: ")
			if code != 1 || out != "" || i < 0 || !strings.HasPrefix(log[i:], c.want) {
				t.Errorf("code %d, out %q, log %q", code, out, log)
			}
		})
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	out, _, code := command(t, "--help")
	if code != 0 || !strings.Contains(out, "serve") || !strings.Contains(out, "token") {
		t.Errorf("code %d, %s", code, out)
	}
	for _, c := range commands {
		name := c(&program{}).Name()
		out, _, code := command(t, name+" --help")
		if code != 0 || !strings.Contains(out, "Usage:") {
			t.Errorf("%s --help: code %d, %s", name, code, out)
		}
	}
}
