package edge_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/allowance"
	"membergate/internal/edge"
)

// never is a store that is always gone, so that buckets are those of the process.
type never struct{}

func (never) Take(context.Context, []allowance.Charge) ([]allowance.Verdict, error) {
	return nil, fmt.Errorf("gone")
}

// limited is a gateway with buckets that never fill again within a test.
func limited(member, address, device int) func(*edge.Parts) {
	rate := func(most int) allowance.Rate { return allowance.Rate{Most: most, Each: time.Hour} }
	return func(p *edge.Parts) {
		p.Limits = &allowance.Limits{Store: never{}, Key: func(kind, of string) string { return kind + of }, Member: rate(member), Address: rate(address), Device: rate(device)}
		p.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
}

const cheap = "{ post { id } }" // one object

func TestWhoeverAsksForTooMuchIsToldWhenToComeAgain(t *testing.T) {
	d := open(t, limited(100, 1000, 1000))
	body := `{"query":"{ post { id } }"}`
	header := map[string]string{"Content-Type": "application/json", "Authorization": "Bearer good"}
	var granted, refused atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 4 {
				r := d.do(http.MethodPost, "/", body, header)
				switch {
				case r.Status == 200 && len(r.Errors) == 0:
					granted.Add(1)
				case r.Status == http.StatusTooManyRequests && r.code() == "RATE_LIMITED" && r.Header.Get("Retry-After") != "" && r.Data == nil:
					refused.Add(1)
				default:
					t.Errorf("%d %s", r.Status, r.Body)
				}
			}
		})
	}
	all.Wait()
	if granted.Load() != 100 || refused.Load() != 100 {
		t.Errorf("%d were granted and %d refused; want 100 of each", granted.Load(), refused.Load())
	}
	if n := d.calls.Load(); n != 100 {
		t.Errorf("%d fields ran", n)
	}
}

func TestAForwardedAddressCountsOnlyWhereAProxySaysSo(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct{ remote, forwarded, want string }{
		"nobody in between":                    {"192.0.2.1:5", "", "192.0.2.1"},
		"a stranger who claims to be another":  {"192.0.2.1:5", "198.51.100.7", "192.0.2.1"},
		"a proxy of ours":                      {"10.1.2.3:5", "198.51.100.7", "198.51.100.7"},
		"two of ours":                          {"10.1.2.3:5", "198.51.100.7, 10.9.9.9", "198.51.100.7"},
		"what a stranger wrote before it":      {"10.1.2.3:5", "1.1.1.1, 198.51.100.7", "198.51.100.7"},
		"a proxy that says nothing":            {"10.1.2.3:5", "", "10.1.2.3"},
		"a proxy that says nonsense":           {"10.1.2.3:5", "unknown", "10.1.2.3"},
		"an IPv4 address in IPv6 clothes":      {"[::ffff:10.1.2.3]:5", "::ffff:198.51.100.7", "198.51.100.7"},
		"a household's network":                {"[2001:db8:1:2:3:4:5:6]:5", "", "2001:db8:1:2::/64"},
		"a household's network behind a proxy": {"[fd00::1]:5", "2001:db8:1:2::9", "2001:db8:1:2::/64"},
		"no address at all":                    {"@", "198.51.100.7", ""},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := edge.AddressOf(r, trusted); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

func TestAThousandMadeUpAddressesAreOne(t *testing.T) {
	d := open(t, func(p *edge.Parts) {
		limited(1000, 20, 1000)(p)
		p.Proxies = nil
	})
	granted := 0
	for i := range 200 {
		r := d.do(http.MethodPost, "/", `{"query":"{ post { id } }"}`, map[string]string{
			"Content-Type": "application/json", "X-Forwarded-For": fmt.Sprintf("198.51.%d.%d", i/250, i%250), "X-Device-Id": fmt.Sprint("device-", i)})
		if len(r.Errors) == 0 {
			granted++
		}
	}
	if granted != 20 {
		t.Errorf("%d were granted; the address has 20", granted)
	}
}

func TestADeviceHasALimitWhoeverUsesIt(t *testing.T) {
	d := open(t, limited(1000, 1000, 5))
	ask := func(device string) reply {
		return d.do(http.MethodPost, "/", `{"query":"{ post { id } }"}`, map[string]string{"Content-Type": "application/json", "X-Device-Id": device})
	}
	for range 5 {
		if r := ask("a"); len(r.Errors) > 0 {
			t.Fatal(string(r.Body))
		}
	}
	if r := ask("a"); r.code() != "RATE_LIMITED" {
		t.Errorf("the sixth: %s", r.Body)
	}
	if r := ask("b"); len(r.Errors) > 0 {
		t.Errorf("another device: %s", r.Body)
	}
}

func TestWhatCannotRunCostsToo(t *testing.T) {
	d := open(t, limited(1000, 35, 1000))
	for i, query := range []string{"{ nothing }", "{", "{" + nested(11) + "}"} {
		if r := d.post(query, ""); r.code() == "RATE_LIMITED" || len(r.Errors) == 0 {
			t.Fatalf("%d: %s", i, r.Body)
		}
	}
	if r := d.post("{ nothing }", ""); r.code() != "RATE_LIMITED" {
		t.Errorf("a fourth: %s", r.Body)
	}
	if r := d.post(cheap, ""); len(r.Errors) > 0 {
		t.Errorf("what can run and is cheap: %s", r.Body)
	}
}

func TestAnAnswerTellsItsPriceAndWhatItCameTo(t *testing.T) {
	d := open(t, limited(1000, 1000, 1000))
	d.fields["posts"] = func(context.Context, map[string]any) (any, error) {
		return map[string]any{"nodes": []map[string]any{{"id": `{"a":"\\\"{"}`}, {"id": "{"}}, "pageInfo": map[string]bool{"hasNextPage": false}}, nil
	}
	for i, query := range []string{"{ posts(first: 40) { nodes { id } pageInfo { hasNextPage } } }", "{ posts(first: 40) { nodes { id } pageInfo { hasNextPage } } }"} {
		r := d.post(query, "")
		cost, _ := r.Extensions["cost"].(map[string]any)
		if cost["estimated"] != 120.0 || cost["actual"] != 4.0 {
			t.Errorf("%d: %s", i, r.Body)
		}
		// The second question is charged less by what the first one did not come to: 1000 - 4 - 120.
		if want := []float64{880, 876}[i]; cost["left"] != want {
			t.Errorf("%d: %v are left; want %v", i, cost["left"], want)
		}
	}
}
