package edge_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"membergate/internal/clock"
	"membergate/internal/edge"
	"membergate/internal/fault"
	"membergate/internal/trips"
)

var standing = clock.At(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))

func seeTime(ctx context.Context, _ map[string]any) (any, error) {
	return standing.Now(ctx).Format(time.RFC3339), nil
}

func TestEachKindOfFaultHasItsCode(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		code    string
		message string
		extra   map[string]any
	}{
		"bad input":       {fault.Bad("first", "first is 99; allowed is 1 to 50."), "BAD_USER_INPUT", "first is 99; allowed is 1 to 50.", map[string]any{"field": "first"}},
		"wrapped":         {fmt.Errorf("wallet: %w", fault.Bad("first", "first is 99.")), "BAD_USER_INPUT", "first is 99.", nil},
		"forbidden":       {fault.New(fault.Forbidden, "Staff only."), "FORBIDDEN", "Staff only.", nil},
		"not found":       {fault.New(fault.NotFound, "No such board."), "NOT_FOUND", "No such board.", nil},
		"unauthenticated": {fault.New(fault.Unauthenticated, "Sign in first."), "UNAUTHENTICATED", "Sign in first.", nil},
		"down":            {fault.Down("redis", errors.New("dial tcp 10.0.0.7:6379")), "UNAVAILABLE", "A part that is needed does not answer now.", map[string]any{"part": "redis", "retryAfterMs": float64(1000)}},
		"down for long":   {&fault.Fault{Kind: fault.Unavailable, Part: "mongo", RetryAfter: 5 * time.Second}, "UNAVAILABLE", "A part that is needed does not answer now.", map[string]any{"retryAfterMs": float64(5000)}},
		"too often":       {&fault.Fault{Kind: fault.RateLimited, Message: "Ten a day.", RetryAfter: time.Hour}, "RATE_LIMITED", "Ten a day.", map[string]any{"retryAfterMs": float64(3600000)}},
		"too often, now":  {fault.New(fault.RateLimited, "Ten a day."), "RATE_LIMITED", "Ten a day.", map[string]any{"retryAfterMs": float64(1000)}},
		"conflict":        {fault.New(fault.Conflict, "version 7 was taken"), "INTERNAL", "Something went wrong on our side.", map[string]any{"requestId": "id-1"}},
		"our mistake":     {errors.New("dial tcp 10.0.0.7: 13800138000"), "INTERNAL", "Something went wrong on our side.", map[string]any{"requestId": "id-1"}},
		"deadline":        {fmt.Errorf("find: %w", context.DeadlineExceeded), "TIMEOUT", "This took too long and was given up.", nil},
		"late and down":   {fault.Down("mongo", context.DeadlineExceeded), "UNAVAILABLE", "A part that is needed does not answer now.", nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, func(p *edge.Parts) { p.Production = true })
			d.fields["hello"] = func(context.Context, map[string]any) (any, error) { return nil, c.err }
			a := d.ask("{hi: hello}", nil, "X-Request-Id", "id-1", "Accept-Language", "en")
			if a.Status != 200 || a.code() != c.code || a.message() != c.message || len(a.Errors) != 1 {
				t.Fatalf("answer: %d %s", a.Status, a.Body)
			}
			if len(a.Errors[0].Path) != 1 || a.Errors[0].Path[0] != "hi" || a.Data["hi"] != nil {
				t.Errorf("the error does not name its field: %s", a.Body)
			}
			for k, want := range c.extra {
				if a.Errors[0].Extensions[k] != want {
					t.Errorf("%s = %v, want %v", k, a.Errors[0].Extensions[k], want)
				}
			}
			for _, canary := range []string{"10.0.0.7", "13800138000", "version 7"} {
				if strings.Contains(a.Body+fmt.Sprint(a.Header), canary) {
					t.Errorf("the answer holds %q: %s", canary, a.Body)
				}
			}
		})
	}
}

func TestOurOwnSentencesAreTranslatedTheirCodesAreNot(t *testing.T) {
	d := open(t, nil)
	d.fields["hello"] = func(context.Context, map[string]any) (any, error) { return nil, errors.New("x") }
	for language, want := range map[string]string{"zh-CN": "我们这边出了点问题。", "zh-TW": "我們這邊出了點問題。", "en": "Something went wrong on our side."} {
		if a := d.ask("{hello}", nil, "Accept-Language", language); a.message() != want || a.code() != "INTERNAL" {
			t.Errorf("%s: %s", language, a.Body)
		}
	}
}

func TestAPanicIsInternalAndTheLogHasItsStack(t *testing.T) {
	d := open(t, nil)
	d.fields["hello"] = func(context.Context, map[string]any) (any, error) { panic("host db-7 phone 13800138000") }
	a := d.ask("{hello number}", nil)
	if a.code() != "INTERNAL" || strings.Contains(a.Body, "db-7") || a.Data["number"] == nil {
		t.Errorf("answer: %s", a.Body)
	}
	if log := d.log.String(); !strings.Contains(log, "host db-7") || !strings.Contains(log, "errors_test.go") || strings.Count(log, "\n") != 1 {
		t.Errorf("the log lacks the panic or has more than a line:\n%s", log)
	}
}

func TestAPanicOutsideOfResolversIsInternalToo(t *testing.T) {
	d := open(t, func(p *edge.Parts) {
		p.Extensions = []graphql.HandlerExtension{around(func(context.Context) context.Context { panic("loaders of db-7") })}
	})
	a := d.ask("{hello}", nil, "X-Request-Id", "id-1")
	if a.Status != 500 || a.code() != "INTERNAL" || a.Errors[0].Extensions["requestId"] != "id-1" || strings.Contains(a.Body, "db-7") {
		t.Errorf("answer: %d %s", a.Status, a.Body)
	}
}

func TestAnArgumentThatDoesNotConvertIsBadInput(t *testing.T) {
	d := open(t, nil)
	a := d.ask("query($w: Moment){at(when: $w)}", map[string]any{"w": "yesterday"})
	if a.code() != "BAD_USER_INPUT" || !strings.HasPrefix(a.message(), `An argument of "at" cannot be read:`) {
		t.Errorf("answer: %s", a.Body)
	}
	d.fields["at"] = func(context.Context, map[string]any) (any, error) { return nil, errors.New("x") }
	if a := d.ask(`{at(when: "2026-07-06T12:30:00Z")}`, nil); a.code() != "INTERNAL" {
		t.Errorf("a resolver's own error under a good argument: %s", a.Body)
	}
}

func TestAnOperationHasADeadlineAndItsOwnContext(t *testing.T) {
	d := open(t, nil)
	see := func(ctx context.Context, _ map[string]any) (any, error) {
		until, ok := ctx.Deadline()
		if !ok || ctx.Value(carriedKey{}) != true {
			return nil, errors.New("no deadline, or not what the extension gave")
		}
		return time.Until(until).Seconds(), nil
	}
	d.fields["hello"], d.fields["pay"] = see, see
	if s, _ := d.ask("{hello}", nil).Data["hello"].(float64); s < 1 || s > 2 {
		t.Errorf("a query has %v s, want nearly 2", s)
	}
	if s, _ := d.ask("mutation{pay}", nil).Data["pay"].(float64); s < 4 || s > 5 {
		t.Errorf("a mutation has %v s, want nearly 5", s)
	}
}

func TestStoreCallsAreToldInDevelopmentOnly(t *testing.T) {
	look := func(ctx context.Context, _ map[string]any) (any, error) {
		trips.Wave(ctx)
		trips.Mongo(ctx)
		trips.Mongo(ctx)
		trips.Redis(ctx)
		return "x", nil
	}
	d := open(t, nil)
	d.fields["hello"] = look
	for range 2 { // each request counts from nothing
		a := d.ask("{hello}", nil)
		stores, _ := a.Extensions["stores"].(map[string]any)
		if stores["mongo"] != float64(2) || stores["redis"] != float64(1) || stores["waves"] != float64(1) {
			t.Errorf("extensions = %v", a.Extensions)
		}
	}
	if r := d.last(); r.Mongo != 2 || r.Redis != 1 || r.Waves != 1 {
		t.Errorf("record = %+v", r)
	}
	p := open(t, func(p *edge.Parts) { p.Production = true })
	p.fields["hello"] = look
	if a := p.ask("{hello}", nil); a.Extensions["stores"] != nil {
		t.Errorf("production tells %v", a.Extensions)
	}
	if r := p.last(); r.Mongo != 2 {
		t.Errorf("production does not count: %+v", r)
	}
}

func TestTheRecordHasTheCodesOnce(t *testing.T) {
	d := open(t, nil)
	d.fields["hello"] = func(context.Context, map[string]any) (any, error) { return nil, fault.Down("redis", errors.New("x")) }
	d.ask("query Q{a: hello b: hello}", nil)
	if r := d.last(); len(r.Codes) != 1 || r.Codes[0] != "UNAVAILABLE" || r.Operation != "Q" || r.Kind != "query" {
		t.Errorf("record = %+v", r)
	}
}
