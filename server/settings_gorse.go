package main

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"membergate/internal/gorse"
)

// GorseSettings say where a Gorse server is whose answers fill lists of recommendations; the zero value is none.
type GorseSettings struct {
	URL     string // GORSE_URL
	Key     Secret // GORSE_API_KEY: of its API; empty for none
	Alike   string // GORSE_ITEM_TO_ITEM: name of the recommender of its settings that says what is like a product
	Popular string // GORSE_NON_PERSONALIZED: name of the one that says what many buy
}

func (r *reader) gorse() GorseSettings {
	g := GorseSettings{URL: r.text("GORSE_URL", ""), Key: Secret(r.text("GORSE_API_KEY", "")), Alike: r.text("GORSE_ITEM_TO_ITEM", ""), Popular: r.text("GORSE_NON_PERSONALIZED", "")}
	if at, err := url.Parse(g.URL); g.URL != "" && (err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https") {
		r.refuse("GORSE_URL is %q; allowed is the address of a Gorse server, such as http://gorse:8088.", g.URL)
	}
	if g.URL != "" && (g.Alike == "" || g.Popular == "") {
		r.refuse("GORSE_URL is set, and GORSE_ITEM_TO_ITEM or GORSE_NON_PERSONALIZED is not; allowed are all three, because Gorse has recommenders by name.")
	}
	return g
}

// gorseMost is how long one answer of Gorse may take at most.
const gorseMost = 10 * time.Second

// client asks the Gorse server.
func (g GorseSettings) client() (*gorse.Client, error) {
	if g.URL == "" {
		return nil, errors.New("GORSE_URL is not set; allowed is the address of a Gorse server, such as http://gorse:8088")
	}
	return &gorse.Client{Address: g.URL, Key: g.Key.Reveal(), HTTP: &http.Client{Timeout: gorseMost}, Alike: g.Alike, Popular: g.Popular}, nil
}
