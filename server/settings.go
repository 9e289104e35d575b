package main

import (
	"log/slog"
	"net/netip"
	"time"
)

// Settings are everything that the environment decides. docs and CONTRACT name them by their environment names, which
// stand behind each field.
type Settings struct {
	Port      int         // PORT: the public listener; 0 lets the system choose
	TLS       TLSSettings // TLS_CERT_FILE, TLS_KEY_FILE
	AdminAddr string      // ADMIN_ADDR: metrics and profiles, host:port

	MongoURI      Secret // MONGODB_URI: empty is the embedded store; it may hold a password
	MongoDatabase string // MONGODB_DATABASE
	RedisURL      Secret // REDIS_URL: empty is embedded; it may hold a password
	RedisPrefix   string // REDIS_PREFIX: before every key and stream
	Partitions    int    // EVENT_PARTITIONS: of the inbound events; the same for every process and sender
	DataDir       string // DATA_DIR: where the embedded stores and the secrets that they make live

	Issuer      string // JWT_ISSUER
	Audience    string // JWT_AUDIENCE
	JWKSURL     string // JWT_JWKS_URL: whose RS256, ES256 and EdDSA tokens are trusted
	HS256Secret Secret // JWT_HS256_SECRET: for development tokens
	SecretKeys  string // SECRET_KEYS: the file with the keys for cursors and look-up hashes

	Worker       bool           // the flag --worker: this process consumes events too
	Programme    string         // PROGRAMME: a preset's name or a YAML file
	Manifests    string         // MANIFESTS: the folder with the documents that apps were released with; empty is what the program brought along
	CORSOrigins  []string       // CORS_ORIGINS: web pages that may call, such as https://shop.example
	Production   bool           // APP_ENV=production
	RateLimit    bool           // RATE_LIMIT: callers may ask for so much and no more
	AtOnce       int            // REQUESTS_AT_ONCE: more are turned away; 0 = as many as come
	Drain        time.Duration  // DRAIN_SECONDS: how long requests are still taken after the signal to stop
	Proxies      []netip.Prefix // TRUSTED_PROXIES: whose X-Forwarded-For is believed
	Followers    int            // FEED_FOLLOWERS: to how many followers one post is pushed; 0 = nothing is kept for the feed FOLLOWING
	Sandbox      bool           // SANDBOX: X-Debug-Now moves a query's clock
	SandboxClock SandboxClock   // SANDBOX_CLOCK
	Push         PushSettings   // APNS_*, FCM_*, WECHAT_*
	Files        FileSettings   // S3_*: where pictures are kept
	WeChat       WeChatSettings
	SignIn       SignInSettings // JWT_SIGNING_KEYS, APPLE_*, SMS_*

	Restoring bool          // of the command restore: stores that a backup is being put into are opened
	Gorse     GorseSettings // GORSE_*
	Traces    TraceSettings // OTEL_*
}

// SandboxClock says how a sandbox tells programme time; the zero value is the real clock.
type SandboxClock struct {
	Start  time.Time // the clock shows this when the program starts, and ticks on
	Events bool      // each member's clock is that of the member's newest event
}

// EmbeddedMongo tells whether the embedded store stands in for MongoDB.
func (s Settings) EmbeddedMongo() bool { return s.MongoURI == "" }

// EmbeddedRedis tells whether the embedded store stands in for Redis.
func (s Settings) EmbeddedRedis() bool { return s.RedisURL == "" }

// Secret is a text that never prints; Reveal gives it to whoever needs it.
type Secret string

// Reveal is the text itself.
func (s Secret) Reveal() string { return string(s) }

// String is "…", or nothing when there is nothing to hide.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "…"
}

// GoString keeps the text out of %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue keeps the text out of logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps the text out of JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Replays tells whether programme time is not the real one: then nothing that is scheduled happens by itself.
func (s Settings) Replays() bool { return s.SandboxClock.Events || !s.SandboxClock.Start.IsZero() }
