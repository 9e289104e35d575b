package main

import (
	"debug/buildinfo"
	"testing"

	"golang.org/x/mod/semver"
)

// floors are the lowest versions without what is publicly known to be wrong with them; no floor is a module that must not be
// linked at all.
var floors = map[string]struct{ least, why string }{
	"github.com/vektah/gqlparser/v2":  {"v2.5.14", "CVE-2023-49559: many directives"},
	"github.com/99designs/gqlgen":     {"v0.17.94", "the library that the limits were measured with"},
	"github.com/golang-jwt/jwt/v5":    {"v5.2.2", "CVE-2025-30204: memory of a header"},
	"github.com/golang-jwt/jwt/v4":    {"v4.5.2", "CVE-2024-51744, CVE-2025-30204"},
	"github.com/MicahParks/jwkset":    {"v0.6.0", "CVE-2025-22149: keys that were removed stay trusted"},
	"go.mongodb.org/mongo-driver":     {"v1.17.7", "CVE-2021-20329, CVE-2026-2303"},
	"go.mongodb.org/mongo-driver/v2":  {"v2.4.2", "CVE-2026-2303"},
	"github.com/redis/go-redis/v9":    {"v9.7.3", "CVE-2025-29923: answers out of order"},
	"github.com/gorilla/websocket":    {"v1.4.1", "CVE-2020-27813"},
	"github.com/go-jose/go-jose/v4":   {"v4.1.4", "CVE-2026-34986"},
	"github.com/go-jose/go-jose/v3":   {"v3.0.5", "CVE-2026-34986"},
	"github.com/rs/cors":              {"v1.11.0", "CVE-2025-47908"},
	"github.com/go-chi/chi/v5":        {"v5.3.0", "GO-2026-4316, GO-2026-5774: addresses that callers make up"},
	"github.com/lestrrat-go/jwx/v2":   {"v2.0.21", "CVE-2024-28122"},
	"github.com/dgrijalva/jwt-go":     {"", "CVE-2020-26160, and nobody keeps it up"},
	"github.com/lestrrat-go/jwx":      {"", "CVE-2023-49290"},
	"github.com/silenceper/wechat":    {"", "it puts codes into addresses unescaped, and secrets into errors"},
	"github.com/silenceper/wechat/v2": {"", "it puts codes into addresses unescaped, and secrets into errors"},
	"github.com/square/go-jose":       {"", "nobody keeps it up"},
	"gopkg.in/square/go-jose.v2":      {"", "nobody keeps it up"},
	"go.opentelemetry.io/otel/sdk":    {"v1.40.0", "CVE-2026-24051"},
	"golang.org/x/crypto":             {"v0.45.0", "CVE-2025-47914, CVE-2025-58181"},
	"golang.org/x/net":                {"v0.38.0", "CVE-2025-22872"},
	"google.golang.org/grpc":          {"v1.79.3", "CVE-2026-33186"},
	"google.golang.org/protobuf":      {"v1.33.0", "CVE-2024-24786"},
}

// What is linked into the program is read from the program itself.
func TestNothingIsLinkedThatIsKnownToBeBroken(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Deps) < 20 {
		t.Fatalf("the program names only %d modules", len(info.Deps))
	}
	met := 0
	for _, m := range info.Deps {
		at := m.Version
		if m.Replace != nil {
			at = m.Replace.Version
		}
		floor, known := floors[m.Path]
		switch {
		case !known:
		case floor.least == "":
			t.Errorf("%s is linked: %s", m.Path, floor.why)
		case semver.Compare(at, floor.least) < 0:
			t.Errorf("%s is %s; at least %s is needed: %s", m.Path, at, floor.least, floor.why)
		default:
			met++
		}
	}
	if met < 6 {
		t.Errorf("only %d modules with a floor are linked: the table is out of date", met)
	}
	t.Logf("%d modules are linked, %d floors are met", len(info.Deps), met)
}
