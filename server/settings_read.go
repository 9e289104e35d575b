package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// readSettings reads every setting through get, which gives "" for what is not set; an empty value is the default.
// Its error holds one line for each wrong setting, all of them at once.
func readSettings(get func(name string) string) (Settings, error) {
	r := &reader{get: get}
	var s Settings
	s.Production = r.choice("APP_ENV", "development", "production") == "production"
	s.Port = r.port("PORT", 8080)
	s.TLS = r.tls()
	s.AdminAddr = r.address("ADMIN_ADDR", "127.0.0.1:9090")
	s.MongoURI = r.store("MONGODB_URI", "mongodb://", "mongodb+srv://")
	s.MongoDatabase = r.matching("MONGODB_DATABASE", "members", databaseName, "1 to 63 letters, digits, _ and -")
	s.RedisURL = r.store("REDIS_URL", "redis://", "rediss://")
	s.RedisPrefix = r.matching("REDIS_PREFIX", s.MongoDatabase+":", redisPrefix, "1 to 64 visible ASCII characters without braces")
	s.Partitions = r.number("EVENT_PARTITIONS", 16, 1, 1024)
	s.DataDir = r.text("DATA_DIR", ".data")
	s.Issuer = r.text("JWT_ISSUER", "members")
	s.Audience = r.text("JWT_AUDIENCE", "member-apps")
	s.JWKSURL = r.keyAddress("JWT_JWKS_URL", s.Production)
	s.HS256Secret = Secret(r.text("JWT_HS256_SECRET", ""))
	s.SecretKeys = r.text("SECRET_KEYS", "")
	s.Programme = r.text("PROGRAMME", "retail-5")
	s.Manifests = r.text("MANIFESTS", "")
	s.CORSOrigins = r.origins("CORS_ORIGINS")
	limit := "off"
	if s.Production {
		limit = "on"
	}
	s.RateLimit = r.choice("RATE_LIMIT", limit, "on", "off") == "on"
	s.AtOnce = r.number("REQUESTS_AT_ONCE", 200, 0, 100_000)
	s.Drain = time.Duration(r.number("DRAIN_SECONDS", 0, 0, 5)) * time.Second
	s.Proxies = r.networks("TRUSTED_PROXIES")
	s.Followers = r.number("FEED_FOLLOWERS", 20_000, 0, 100_000)
	s.Sandbox = r.choice("SANDBOX", "off", "on") == "on"
	s.SandboxClock = r.sandboxClock("SANDBOX_CLOCK", s.Sandbox)
	s.Push = r.push()
	s.Files = r.files()
	s.WeChat = r.wechat(s.Push, s.Files)
	s.Gorse = r.gorse()
	s.Traces = r.traces()
	s.SignIn = r.signIn(s.Production)
	if s.Production {
		r.production(s)
	}
	if len(r.wrong) > 0 {
		return Settings{}, wrongSettings(r.wrong)
	}
	return s, nil
}

// wrongSettings is one line for each wrong setting.
type wrongSettings []string

func (w wrongSettings) Error() string { return strings.Join(w, "\n") }

var (
	databaseName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,63}$`)
	redisPrefix  = regexp.MustCompile(`^[!-z|~]{1,64}$`)
)

// reader gathers what is wrong, so that all of it is told at once.
type reader struct {
	get   func(string) string
	wrong []string
}

func (r *reader) refuse(format string, args ...any) {
	r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
}

func (r *reader) text(name, otherwise string) string {
	if v := strings.TrimSpace(r.get(name)); v != "" {
		return v
	}
	return otherwise
}

// choice reads one of a few words; the first is the default.
func (r *reader) choice(name, otherwise string, others ...string) string {
	v := r.text(name, otherwise)
	allowed := slices.Compact(append([]string{otherwise}, others...))
	if slices.Contains(allowed, v) {
		return v
	}
	slices.Sort(allowed)
	r.refuse("%s is %q; allowed are %s.", name, v, strings.Join(slices.Compact(allowed), " and "))
	return otherwise
}

func (r *reader) port(name string, otherwise int) int {
	v := r.text(name, strconv.Itoa(otherwise))
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 65535 {
		r.refuse("%s is %q; allowed is a whole number from 0 to 65535.", name, v)
	}
	return n
}

func (r *reader) number(name string, otherwise, low, high int) int {
	v := r.text(name, strconv.Itoa(otherwise))
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		r.refuse("%s is %q; allowed are whole numbers from %d to %d.", name, v, low, high)
	}
	return n
}

func (r *reader) address(name, otherwise string) string {
	v := r.text(name, otherwise)
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		r.refuse("%s is %q; allowed is host:port, such as %s.", name, v, otherwise)
	}
	return v
}

// store reads an address that may hold a password, so a wrong one is not shown.
func (r *reader) store(name string, schemes ...string) Secret {
	v := r.text(name, "")
	fits := func(scheme string) bool { return strings.HasPrefix(v, scheme) && len(v) > len(scheme) }
	if v != "" && !slices.ContainsFunc(schemes, fits) {
		r.refuse("%s is %q (not shown, it may hold a password); allowed is an address that starts with %s.", name, Secret(v), strings.Join(schemes, " or "))
	}
	return Secret(v)
}

func (r *reader) matching(name, otherwise string, pattern *regexp.Regexp, allowed string) string {
	v := r.text(name, otherwise)
	if !pattern.MatchString(v) {
		r.refuse("%s is %q; allowed are %s.", name, v, allowed)
	}
	return v
}

// keyAddress reads where keys are fetched. Whoever can change them on the way can sign as anybody, so production wants
// https, except from this machine.
func (r *reader) keyAddress(name string, production bool) string {
	v := r.text(name, "")
	if v == "" {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		r.refuse("%s is %q; allowed is an address that starts with https:// or http://.", name, v)
		return v
	}
	if production && u.Scheme == "http" && !loopback(u.Hostname()) {
		r.refuse("%s is %q; with APP_ENV=production allowed is https://, or http:// on this machine only.", name, v)
	}
	return v
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func (r *reader) origins(name string) []string {
	var origins []string
	for v := range strings.SplitSeq(r.text(name, ""), ",") {
		v = strings.TrimSpace(v)
		if v == "" {
			continue
		}
		u, err := url.Parse(v)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || v != u.Scheme+"://"+u.Host {
			r.refuse("%s holds %q; allowed are origins such as https://shop.example, with commas between them.", name, v)
			continue
		}
		origins = append(origins, strings.ToLower(v))
	}
	return origins
}

// networks reads addresses and networks of machines.
func (r *reader) networks(name string) (out []netip.Prefix) {
	for v := range strings.SplitSeq(r.text(name, ""), ",") {
		v = strings.TrimSpace(v)
		if v == "" {
			continue
		}
		network, err := netip.ParsePrefix(v)
		if address, bad := netip.ParseAddr(v); err != nil && bad == nil {
			network, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			r.refuse("%s holds %q; allowed are networks such as 10.0.0.0/8 and addresses such as 10.1.2.3, with commas between them.", name, v)
			continue
		}
		out = append(out, network.Masked())
	}
	return out
}

func (r *reader) sandboxClock(name string, sandbox bool) SandboxClock {
	v := r.text(name, "real")
	if v != "real" && !sandbox {
		r.refuse("%s is %q; without SANDBOX=on allowed is real.", name, v)
		return SandboxClock{}
	}
	switch v {
	case "real":
		return SandboxClock{}
	case "events":
		return SandboxClock{Events: true}
	}
	start, err := time.Parse(time.RFC3339, v)
	if err != nil {
		r.refuse("%s is %q; allowed are real, events, and an RFC 3339 time such as 2011-10-31T17:19:00+08:00.", name, v)
	}
	return SandboxClock{Start: start.UTC()}
}
