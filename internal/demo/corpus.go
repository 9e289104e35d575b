package demo

import (
	"bytes"
	"embed"
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"membergate/internal/community"
	"membergate/internal/family"
	"membergate/internal/programme"
	"membergate/internal/reward"
)

//go:embed texts/*.yaml
var files embed.FS

// corpus is everything that the demo's texts say.
type corpus struct {
	people   peopleText
	products []good
	baskets  []basket
	rewards  []prize
	topics   map[string]topic
	alts     map[string]string
	actions  map[string]string                 // by what was written
	moods    map[string]map[community.Kind]int // by the kind of what is read, then how often
	writings []writing
}

type peopleText struct {
	TryOut   []string       `yaml:"tryOut"`
	Editors  []string       `yaml:"editors"`
	Names    []string       `yaml:"names"`
	Families []household    `yaml:"families"`
	Cities   map[string]int `yaml:"cities"`
	Channels map[string]int `yaml:"channels"`
}

type household struct {
	Name   string        `yaml:"name"`
	People yaml.MapSlice `yaml:"people"` // name → role, the owner first
}

// role is somebody's part in a household.
type role struct {
	name string
	role family.Role
}

func (h household) roles() []role {
	var out []role
	for _, p := range h.People {
		out = append(out, role{fmt.Sprint(p.Key), family.Role(fmt.Sprint(p.Value))})
	}
	return out
}

// good is one product: sku, title, price in yuan, category, picture.
type good struct {
	sku, title, category, picture string
	milli                         int64
}

type basket struct {
	Weight int      `yaml:"weight"`
	SKUs   []string `yaml:"skus"`
}

type prize struct {
	ID       string        `yaml:"id"`
	ZH       string        `yaml:"zh"`
	TW       string        `yaml:"tw"`
	EN       string        `yaml:"en"`
	Cost     int64         `yaml:"cost"`
	Picture  string        `yaml:"picture"`
	Category string        `yaml:"category"`
	Stock    *int64        `yaml:"stock"`
	Limit    int64         `yaml:"limit"`
	MinRank  int           `yaml:"minRank"`
	Percent  map[int]int64 `yaml:"percent"` // by rank

	Kind    reward.Kind    `yaml:"kind"`
	Partner programme.Text `yaml:"partner"`
	Codes   int            `yaml:"codes"` // how many the partner gave
}

type topic struct {
	ZH string `yaml:"zh"`
	TW string `yaml:"tw"`
	EN string `yaml:"en"`
}

// writing is a post with what others answered. A comment that begins with > answers the one above it, >> goes one
// deeper; @ means that the post's author speaks.
type writing struct {
	kind     string
	See      string   `yaml:"see"` // the picture's motif, empty for none
	Topics   []string `yaml:"topics"`
	Products []string `yaml:"products"`
	Text     string   `yaml:"text"`
	Comments []string `yaml:"comments"`
}

// texts are read once: they never change.
var texts = sync.OnceValues(readTexts)

func readTexts() (c *corpus, err error) {
	c = &corpus{}
	var shop struct {
		Products [][]any  `yaml:"products"`
		Baskets  []basket `yaml:"baskets"`
	}
	var rewards struct {
		Rewards []prize `yaml:"rewards"`
	}
	var topics struct {
		Topics  map[string]topic                  `yaml:"topics"`
		Alts    map[string]string                 `yaml:"alts"`
		Actions map[string]string                 `yaml:"actions"`
		Moods   map[string]map[community.Kind]int `yaml:"moods"`
	}
	for file, into := range map[string]any{"people": &c.people, "products": &shop, "rewards": &rewards, "topics": &topics} {
		if err := read(file, into); err != nil {
			return nil, err
		}
	}
	c.baskets, c.rewards = shop.Baskets, rewards.Rewards
	c.topics, c.alts, c.actions, c.moods = topics.Topics, topics.Alts, topics.Actions, topics.Moods
	for _, row := range shop.Products {
		if len(row) != 5 {
			return nil, fmt.Errorf("demo: products.yaml: %v has %d values; needed are 5", row, len(row))
		}
		price, ok := row[2].(float64)
		if !ok {
			return nil, fmt.Errorf("demo: products.yaml: %v has no price", row)
		}
		c.products = append(c.products, good{
			sku: fmt.Sprint(row[0]), title: fmt.Sprint(row[1]), milli: int64(math.Round(price * 1000)), category: fmt.Sprint(row[3]), picture: fmt.Sprint(row[4]),
		})
	}
	for _, file := range []string{"recipes", "reviews", "knowledge", "questions", "events", "life"} {
		var w struct {
			Kind  string    `yaml:"kind"`
			Posts []writing `yaml:"posts"`
		}
		if err := read(file, &w); err != nil {
			return nil, err
		}
		for _, p := range w.Posts {
			p.kind, p.Text = w.Kind, strings.TrimSpace(p.Text)
			c.writings = append(c.writings, p)
		}
	}
	return c, nil
}

func read(file string, into any) error {
	raw, err := files.ReadFile("texts/" + file + ".yaml")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(into); err != nil {
		return fmt.Errorf("demo: texts/%s.yaml: %w", file, err)
	}
	return nil
}
