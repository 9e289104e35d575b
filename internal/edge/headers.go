package edge

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/text/language"

	"membergate/internal/clock"
	"membergate/internal/viewer"
)

// debugNow is the header that moves one query's programme time in a sandbox.
const debugNow = "X-Debug-Now"

// saneID is what an X-Request-Id must look like to be kept: it goes into logs and back to the client.
var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// idOf gives the request's id: the caller's, so that its log and ours can be laid side by side, or a new one.
func idOf(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); saneID.MatchString(id) {
		return id
	}
	return rand.Text()
}

// locales are the languages that messages exist in; the first answers where none fits.
var locales = []viewer.Locale{viewer.SimplifiedChinese, viewer.TraditionalChinese, viewer.English}

var languages = language.NewMatcher([]language.Tag{
	language.MustParse(string(viewer.SimplifiedChinese)),
	language.MustParse(string(viewer.TraditionalChinese)),
	language.MustParse(string(viewer.English)),
})

// maxLanguages is the longest Accept-Language read: browsers send under 100 bytes, and matching costs by the entry.
const maxLanguages = 200

// LocaleOf chooses the language to answer in: zh-HK reads traditional, zh and what nobody here writes simplified.
func LocaleOf(r *http.Request) viewer.Locale {
	wanted := r.Header.Get("Accept-Language")
	if wanted == "" || len(wanted) > maxLanguages {
		return locales[0]
	}
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil || len(tags) == 0 {
		return locales[0]
	}
	_, i, confidence := languages.Match(tags...)
	if confidence == language.No {
		return locales[0]
	}
	return locales[i]
}

// moveClock gives the request the time that the header asks for.
func moveClock(ctx context.Context, header string, kind ast.Operation) (context.Context, *gqlerror.Error) {
	if header == "" {
		return ctx, nil
	}
	if kind != ast.Query {
		return ctx, refusal(BadInput, "%s moves the clock of queries only; a %s keeps the real one.", debugNow, kind)
	}
	t, err := time.Parse(time.RFC3339, header)
	if err != nil {
		return ctx, refusal(BadInput, "%s is %q; allowed is an RFC 3339 time such as 2026-07-06T12:30:00+08:00.", debugNow, brief(header))
	}
	return clock.Moved(ctx, t), nil
}
