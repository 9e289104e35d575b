// Package gorse fills lists of recommendations from a Gorse server, which ranks but never says why: reasons are found here,
// from what Gorse says is like the member's own purchases.
package gorse

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Client asks a Gorse server. Items are stock-keeping units, users are members.
type Client struct {
	Address string // such as http://gorse:8088
	Key     string // of the API; empty for none
	HTTP    *http.Client
	// Alike and Popular are the recommenders that Gorse's settings name: item-to-item/<Alike>, non-personalized/<Popular>.
	Alike, Popular string
}

const (
	mostAnswer = 1 << 20 // bytes: a list of a hundred items has some kilobytes
	patience   = 5 * time.Second
	evidence   = 5 // purchases of a member that may be the reason
)

// scored is an item with what Gorse's second version of its answers says of it.
type scored struct {
	ID    string  `json:"Id"`
	Score float64 `json:"Score"`
}

// Similar is what goes with a product, best first.
func (c *Client) Similar(ctx context.Context, sku string, n int) (recommend.List, error) {
	found, err := c.alike(ctx, sku, n)
	return beside(sku, found), err
}

// beside is a list of what goes with a product.
func beside(sku string, found []scored) (out recommend.List) {
	of := product(sku)
	for _, s := range found {
		out.Items = append(out.Items, recommend.Item{Ref: product(s.ID), Cause: recommend.BoughtTogether, Because: []recommend.Ref{of}, Score: s.Score})
	}
	return out
}

// Shelf is what many buy, best first.
func (c *Client) Shelf(ctx context.Context, n int) (recommend.List, error) {
	found, err := c.ask(ctx, n, "api", "non-personalized", c.Popular)
	out := recommend.List{}
	for _, s := range found {
		out.Items = append(out.Items, recommend.Item{Ref: product(s.ID), Cause: recommend.Popular})
	}
	return out, err
}

// Member is a member's own list, best first; bought are the member's purchases, the last one first. What Gorse says is
// like one of the last of them has that one as its reason; of the rest nothing is known but that Gorse put it there.
func (c *Client) Member(ctx context.Context, m member.ID, bought []string, n int) (recommend.List, error) {
	return c.member(ctx, m, bought, n, c.alike)
}

func (c *Client) member(ctx context.Context, m member.ID, bought []string, n int, alike func(context.Context, string, int) ([]scored, error)) (recommend.List, error) {
	found, err := c.ask(ctx, n, "api", "recommend", string(m))
	if err != nil || len(found) == 0 {
		return recommend.List{}, err
	}
	shares := map[string][]recommend.Share{}
	for _, sku := range bought[:min(evidence, len(bought))] {
		near, err := alike(ctx, sku, n)
		if err != nil {
			return recommend.List{}, err
		}
		for _, s := range near {
			if s.Score > 0 {
				shares[s.ID] = append(shares[s.ID], recommend.Share{Cause: recommend.SimilarTo, Of: product(sku), Worth: s.Score})
			}
		}
	}
	out := recommend.List{}
	for place, s := range found {
		i := recommend.Item{Ref: product(s.ID), Cause: recommend.ForYou, Score: -math.Log(float64(place + 1))} // Gorse's scores are of many kinds: its order is what counts
		i.Shares = shares[s.ID]
		most := 0.0
		for _, share := range i.Shares {
			if share.Worth > most {
				i.Cause, i.Because, most = share.Cause, []recommend.Ref{share.Of}, share.Worth
			}
		}
		if len(i.Shares) == 0 {
			i.Shares = []recommend.Share{{Cause: recommend.ForYou, Worth: math.Ln2}}
		}
		out.Items = append(out.Items, i)
	}
	return out, nil
}

func (c *Client) alike(ctx context.Context, sku string, n int) ([]scored, error) {
	return c.ask(ctx, n, "api", "item-to-item", c.Alike, sku)
}

// ask reads a list of scored items from a path.
func (c *Client) ask(ctx context.Context, n int, path ...string) ([]scored, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for i, part := range path {
		path[i] = url.PathEscape(part)
	}
	where := "/" + strings.Join(path, "/")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.Address, "/")+where+"?n="+strconv.Itoa(n), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-API-Version", "2") // with scores
	if c.Key != "" {
		request.Header.Set("X-API-Key", c.Key)
	}
	answer, err := c.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("gorse does not answer %s: %w", where, err)
	}
	defer func() { _ = answer.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if err != nil {
		return nil, fmt.Errorf("gorse's answer to %s cannot be read: %w", where, err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("gorse answers %s with %s", where, answer.Status)
	}
	var out []scored
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("gorse's answer to %s is no list of scored items: %w", where, err)
	}
	return out, nil
}

func product(sku string) recommend.Ref { return recommend.Ref{Kind: recommend.OfProduct, ID: sku} }
