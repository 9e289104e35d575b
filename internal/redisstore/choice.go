package redisstore

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// What members chose, for the programs that make lists of recommendations:
//
//	choices  stream of { id, type: "benefit.chosen", member, at, data: { benefit, option } }, the fields of inbound
//	         events; an entry goes when it is choicesKept old. Not to be rebuilt: the uses of benefits say the same
const (
	choicesKept = memberListLife
	chosenType  = "benefit.chosen"
)

// Choices is a recommend.Choices.
type Choices struct {
	s   *Store
	now func() time.Time
}

// Choices gives the stream of what members chose.
func (s *Store) Choices() *Choices { return &Choices{s, time.Now} }

type chosen struct {
	Benefit string `json:"benefit"`
	Option  string `json:"option"`
}

// Tell implements recommend.Choices. An embedded store writes it down before it answers.
func (c *Choices) Tell(ctx context.Context, of recommend.Choice) error {
	data, err := json.Marshal(chosen{of.Of, of.Option})
	if err != nil { // unreachable: both are text
		return err
	}
	pipe := c.s.redis.Pipeline()
	pipe.XAdd(ctx, &redis.XAddArgs{Stream: c.s.key("choices"), Values: []string{
		"id", of.ID, "type", chosenType, "member", string(of.Member), "at", of.At.UTC().Format(time.RFC3339Nano), "data", string(data),
	}})
	pipe.XTrimMinID(ctx, c.s.key("choices"), strconv.FormatInt(c.now().Add(-choicesKept).UnixMilli(), 10))
	if _, err := pipe.Exec(ctx); err != nil {
		return translate(err)
	}
	return c.s.Save(ctx)
}

// Told implements recommend.Choices.
func (c *Choices) Told(ctx context.Context, after string, n int) ([]recommend.Placed, error) {
	from := "-"
	if after != "" {
		from = "(" + after
	}
	found, err := c.s.redis.XRangeN(ctx, c.s.key("choices"), from, "+", int64(n)).Result()
	if err != nil {
		return nil, translate(err)
	}
	var out []recommend.Placed
	for _, m := range found {
		field := func(name string) string { text, _ := m.Values[name].(string); return text }
		var data chosen
		if err := json.Unmarshal([]byte(field("data")), &data); err != nil {
			return nil, fmt.Errorf("the choice at %s: %w", m.ID, err)
		}
		at, err := time.Parse(time.RFC3339Nano, field("at"))
		if err != nil {
			return nil, fmt.Errorf("the choice at %s: %w", m.ID, err)
		}
		out = append(out, recommend.Placed{Place: m.ID, Choice: recommend.Choice{
			ID: field("id"), Member: member.ID(field("member")), Of: data.Benefit, Option: data.Option, At: at,
		}})
	}
	return out, nil
}
