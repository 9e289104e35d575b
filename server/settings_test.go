package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestWithoutAnySettingItRunsOnThisMachine(t *testing.T) {
	s, err := readSettings(env())
	if err != nil {
		t.Fatal(err)
	}
	want := Settings{
		Port: 8080, AdminAddr: "127.0.0.1:9090", MongoDatabase: "members", RedisPrefix: "members:", Partitions: 16, DataDir: ".data",
		Issuer: "members", Audience: "member-apps", Programme: "retail-5", Followers: 20_000, AtOnce: 200,
	}
	if fmt.Sprintf("%+v", s) != fmt.Sprintf("%+v", want) {
		t.Errorf("settings = %+v\nwant       %+v", s, want)
	}
	if !s.EmbeddedMongo() || !s.EmbeddedRedis() {
		t.Error("the stores are not embedded")
	}
}

func TestEverySettingIsRead(t *testing.T) {
	s, err := readSettings(env(
		"PORT", "0", "ADMIN_ADDR", ":0", "MONGODB_URI", "mongodb://u:hunter2@db/", "MONGODB_DATABASE", "shop", "REDIS_URL", "rediss://:hunter2@cache:6380",
		"DATA_DIR", "/var/data", "JWT_ISSUER", "us", "JWT_AUDIENCE", "them", "JWT_JWKS_URL", "http://issuer/keys", "JWT_HS256_SECRET", "hunter2",
		"SECRET_KEYS", "/run/keys.json", "PROGRAMME", "fresh-3", "CORS_ORIGINS", "https://shop.example, http://localhost:5173", "RATE_LIMIT", "on",
		"SANDBOX", "on", "SANDBOX_CLOCK", "2011-10-31T17:19:00+08:00", "EVENT_PARTITIONS", "64", "FEED_FOLLOWERS", "0",
	))
	if err != nil {
		t.Fatal(err)
	}
	if s.Port != 0 || s.AdminAddr != ":0" || s.MongoURI.Reveal() != "mongodb://u:hunter2@db/" || s.RedisPrefix != "shop:" || !s.RateLimit ||
		!s.Sandbox || !s.SandboxClock.Start.Equal(time.Date(2011, 10, 31, 9, 19, 0, 0, time.UTC)) || len(s.CORSOrigins) != 2 ||
		s.Programme != "fresh-3" || s.Partitions != 64 || s.Followers != 0 || s.SecretKeys != "/run/keys.json" || s.JWKSURL != "http://issuer/keys" {
		t.Errorf("settings = %+v", s)
	}
	events, err := readSettings(env("SANDBOX", "on", "SANDBOX_CLOCK", "events", "REDIS_PREFIX", "a:b:"))
	if err != nil || !events.SandboxClock.Events || events.RedisPrefix != "a:b:" {
		t.Errorf("settings = %+v, error = %v", events, err)
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	s, err := readSettings(env("MONGODB_URI", "mongodb://u:hunter2@db/", "REDIS_URL", "redis://:hunter2@cache", "JWT_HS256_SECRET", "hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("start", "settings", s, "secret", s.HS256Secret)
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s", s, s, s, s.MongoURI), string(asJSON), logged.String()} {
		if strings.Contains(printed, "hunter2") {
			t.Errorf("a secret prints: %s", printed)
		}
	}
}

func TestEachWrongSettingGetsOneLine(t *testing.T) {
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"port is a word":         {[]string{"PORT", "http"}, `PORT is "http"; allowed is a whole number from 0 to 65535.`},
		"port is too large":      {[]string{"PORT", "65536"}, `PORT is "65536"`},
		"too many followers":     {[]string{"FEED_FOLLOWERS", "1000000"}, `FEED_FOLLOWERS is "1000000"; allowed are whole numbers from 0 to 100000.`},
		"no partitions":          {[]string{"EVENT_PARTITIONS", "0"}, `EVENT_PARTITIONS is "0"; allowed are whole numbers from 1 to 1024.`},
		"admin without a port":   {[]string{"ADMIN_ADDR", "localhost"}, `ADMIN_ADDR is "localhost"; allowed is host:port`},
		"environment":            {[]string{"APP_ENV", "prod"}, `APP_ENV is "prod"; allowed are development and production.`},
		"rate limit":             {[]string{"RATE_LIMIT", "maybe"}, `RATE_LIMIT is "maybe"; allowed are off and on.`},
		"sandbox":                {[]string{"SANDBOX", "yes"}, `SANDBOX is "yes"; allowed are off and on.`},
		"clock without sandbox":  {[]string{"SANDBOX_CLOCK", "events"}, `SANDBOX_CLOCK is "events"; without SANDBOX=on allowed is real.`},
		"clock is a word":        {[]string{"SANDBOX", "on", "SANDBOX_CLOCK", "yesterday"}, `SANDBOX_CLOCK is "yesterday"; allowed are real, events, and an RFC 3339 time`},
		"clock has no zone":      {[]string{"SANDBOX", "on", "SANDBOX_CLOCK", "2011-10-31T17:19:00"}, `SANDBOX_CLOCK is "2011-10-31T17:19:00"`},
		"mongo address":          {[]string{"MONGODB_URI", "postgres://u:hunter2@db/"}, `MONGODB_URI is "…" (not shown, it may hold a password); allowed is an address that starts with mongodb:// or mongodb+srv://.`},
		"mongo scheme alone":     {[]string{"MONGODB_URI", "mongodb://"}, `MONGODB_URI is "…"`},
		"redis address":          {[]string{"REDIS_URL", "cache:6379"}, `REDIS_URL is "…" (not shown, it may hold a password); allowed is an address that starts with redis:// or rediss://.`},
		"database name":          {[]string{"MONGODB_DATABASE", "a.b"}, `MONGODB_DATABASE is "a.b"; allowed are 1 to 63 letters`},
		"redis prefix":           {[]string{"REDIS_PREFIX", "{members}:"}, `REDIS_PREFIX is "{members}:"`},
		"key address":            {[]string{"JWT_JWKS_URL", "issuer/keys"}, `JWT_JWKS_URL is "issuer/keys"; allowed is an address that starts with https:// or http://.`},
		"a proxy by its name":    {[]string{"TRUSTED_PROXIES", "10.0.0.0/8,proxy"}, `TRUSTED_PROXIES holds "proxy"; allowed are networks such as 10.0.0.0/8`},
		"any origin":             {[]string{"CORS_ORIGINS", "*"}, `CORS_ORIGINS holds "*"; allowed are origins such as https://shop.example`},
		"origin with a path":     {[]string{"CORS_ORIGINS", "https://a.example,https://b.example/x"}, `CORS_ORIGINS holds "https://b.example/x"`},
		"collector by its port":  {[]string{"OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"}, `OTEL_EXPORTER_OTLP_ENDPOINT is "localhost:4318"; allowed is the address of a collector`},
		"header without a value": {[]string{"OTEL_EXPORTER_OTLP_HEADERS", "hunter2"}, `OTEL_EXPORTER_OTLP_HEADERS is "…" (not shown, it may hold a token); allowed is name=value`},
		"more than all requests": {[]string{"OTEL_TRACES_SAMPLER_ARG", "10"}, `OTEL_TRACES_SAMPLER_ARG is "10"; allowed is a number from 0 to 1`},
		"a share that is none":   {[]string{"OTEL_TRACES_SAMPLER_ARG", "NaN"}, `OTEL_TRACES_SAMPLER_ARG is "NaN"`},
		"null origin":            {[]string{"CORS_ORIGINS", "null"}, `CORS_ORIGINS holds "null"`},
		"too many at once":       {[]string{"REQUESTS_AT_ONCE", "-1"}, `REQUESTS_AT_ONCE is "-1"; allowed are whole numbers from 0 to 100000.`},
		"drains for long":        {[]string{"DRAIN_SECONDS", "60"}, `DRAIN_SECONDS is "60"; allowed are whole numbers from 0 to 5.`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readSettings(env(c.env...))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error = %v\nwant    %s", err, c.want)
			}
		})
	}
}

func TestAllWrongSettingsAreToldAtOnce(t *testing.T) {
	_, err := readSettings(env("PORT", "x", "RATE_LIMIT", "maybe", "SANDBOX", "yes"))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("error = %v, want three lines", err)
	}
}

func TestProductionRefusesWhatIsForDevelopment(t *testing.T) {
	good := []string{
		"APP_ENV", "production", "MONGODB_URI", "mongodb://db/", "REDIS_URL", "redis://cache/", "JWT_JWKS_URL", "https://issuer/keys", "SECRET_KEYS", "/run/keys.json", "JWT_SIGNING_KEYS", "/run/sign.pem",
	}
	s, err := readSettings(env(good...))
	if err != nil || !s.Production || !s.RateLimit {
		t.Fatalf("settings = %+v, error = %v", s, err)
	}
	for name, c := range map[string]struct {
		change []string
		want   string
	}{
		"embedded MongoDB": {[]string{"MONGODB_URI", ""}, "MONGODB_URI is empty; allowed is the address of a MongoDB server"},
		"embedded Redis":   {[]string{"REDIS_URL", ""}, "REDIS_URL is empty; allowed is the address of a Redis server"},
		"HS256":            {[]string{"JWT_HS256_SECRET", "hunter2"}, `JWT_HS256_SECRET is "…" (not shown); allowed is none`},
		"no signing keys":  {[]string{"JWT_SIGNING_KEYS", ""}, "JWT_SIGNING_KEYS is empty; allowed are PEM files of private keys"},
		"no issuer's keys": {[]string{"JWT_JWKS_URL", ""}, "JWT_JWKS_URL is empty; allowed is where the issuer publishes its keys"},
		"keys in the open": {[]string{"JWT_JWKS_URL", "http://issuer/keys"}, "allowed is https://, or http:// on this machine only"},
		"no secret keys":   {[]string{"SECRET_KEYS", ""}, "SECRET_KEYS is empty; allowed is a file of keys"},
		"sandbox":          {[]string{"SANDBOX", "on"}, `SANDBOX is "on"; allowed is off`},
		"sandbox clock":    {[]string{"SANDBOX", "on", "SANDBOX_CLOCK", "events"}, `SANDBOX is "on"; allowed is off`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readSettings(env(append(append([]string{}, good...), c.change...)...))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error = %v\nwant    %s", err, c.want)
			}
		})
	}
	if _, err := readSettings(env(append(good, "JWT_JWKS_URL", "http://127.0.0.1:9000/keys")...)); err != nil {
		t.Errorf("keys from this machine: %v", err)
	}
}

func TestTheDataFolderKeepsWhatIsNotSet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := readSettings(env("DATA_DIR", dir))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Trust(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Trust(slog.New(slog.DiscardHandler))
	if err != nil || len(first.HS256) < 32 || string(first.HS256) != string(second.HS256) {
		t.Errorf("the secret is not kept: %v", err)
	}
	if _, err := s.Keys(); err != nil {
		t.Error(err)
	}
	s.JWKSURL = "http://issuer/keys"
	if trust, err := s.Trust(slog.New(slog.DiscardHandler)); err != nil || len(trust.HS256) != 0 {
		t.Errorf("with an issuer's keys HS256 is trusted unasked: %v", err)
	}
	s.SecretKeys = filepath.Join(dir, "none.json")
	if _, err := s.Keys(); err == nil || !strings.Contains(err.Error(), "none.json") {
		t.Errorf("error = %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "secret-keys.json")); err != nil {
		t.Error(err)
	}
}
