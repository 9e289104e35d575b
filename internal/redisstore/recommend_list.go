package redisstore

import (
	"encoding/json"
	"fmt"
	"strings"

	"membergate/internal/recommend"
)

// listValue is a list as it is stored. Scores, and what they are made of, may be missing.
type listValue struct {
	Version string      `json:"v"`
	Items   [][]string  `json:"i"`           // kind, id, cause, kind and id of evidence …
	Scores  []float64   `json:"s,omitempty"` // of each thing
	Causes  []string    `json:"c,omitempty"` // that Shares count
	Of      [][2]string `json:"e,omitempty"` // evidence that Shares count: kind and id
	Shares  [][]float64 `json:"w,omitempty"` // of each thing: place of the cause, worth, place of the evidence (-1 = none) …
}

func readList(raw []byte) (recommend.List, error) {
	var v listValue
	if err := json.Unmarshal(raw, &v); err != nil {
		return recommend.List{}, err
	}
	if n := len(v.Items); v.Scores != nil && len(v.Scores) != n || v.Shares != nil && len(v.Shares) != n {
		return recommend.List{}, fmt.Errorf("there are %d items, %d scores and %d shares; allowed are as many of each, or none", n, len(v.Scores), len(v.Shares))
	}
	list := recommend.List{Version: v.Version, Items: make([]recommend.Item, len(v.Items))}
	if strings.Contains(v.Version, "\x1f") {
		return recommend.List{}, fmt.Errorf("the version %q has a control character", v.Version)
	}
	for i, words := range v.Items {
		if len(words) < 3 || len(words)%2 == 0 {
			return recommend.List{}, fmt.Errorf("item %d has %d words; allowed are 3, 5, 7 …", i, len(words))
		}
		if strings.Contains(strings.Join(words, ""), "\x1f") {
			return recommend.List{}, fmt.Errorf("item %d has a control character", i)
		}
		item := recommend.Item{Ref: recommend.Ref{Kind: recommend.Kind(words[0]), ID: words[1]}, Cause: recommend.Cause(words[2])}
		for e := 3; e < len(words); e += 2 {
			item.Because = append(item.Because, recommend.Ref{Kind: recommend.Kind(words[e]), ID: words[e+1]})
		}
		if v.Scores != nil {
			item.Score = v.Scores[i]
		}
		if v.Shares != nil {
			var err error
			if item.Shares, err = v.shares(v.Shares[i]); err != nil {
				return recommend.List{}, fmt.Errorf("item %d: %w", i, err)
			}
		}
		list.Items[i] = item
	}
	return list, nil
}

func (v *listValue) shares(numbers []float64) (out []recommend.Share, err error) {
	if len(numbers)%3 != 0 {
		return nil, fmt.Errorf("%d numbers say its shares; allowed are 3, 6, 9 …", len(numbers))
	}
	for n := 0; n < len(numbers); n += 3 {
		cause, of := int(numbers[n]), int(numbers[n+2])
		if cause < 0 || cause >= len(v.Causes) || of < -1 || of >= len(v.Of) {
			return nil, fmt.Errorf("share %d names a cause or evidence that the list does not have", n/3)
		}
		s := recommend.Share{Cause: recommend.Cause(v.Causes[cause]), Worth: numbers[n+1]}
		if of >= 0 {
			s.Of = recommend.Ref{Kind: recommend.Kind(v.Of[of][0]), ID: v.Of[of][1]}
		}
		out = append(out, s)
	}
	return out, nil
}

func writeList(list recommend.List) ([]byte, error) {
	v := listValue{Version: list.Version, Items: make([][]string, len(list.Items))}
	scores, shares := make([]float64, len(list.Items)), make([][]float64, len(list.Items))
	causes, of := map[recommend.Cause]int{}, map[recommend.Ref]int{}
	for i, item := range list.Items {
		words := []string{string(item.Kind), item.ID, string(item.Cause)}
		for _, e := range item.Because {
			words = append(words, string(e.Kind), e.ID)
		}
		v.Items[i], scores[i], shares[i] = words, item.Score, []float64{}
		if item.Score != 0 {
			v.Scores = scores
		}
		for _, s := range item.Shares {
			v.Shares = shares
			c, known := causes[s.Cause]
			if !known {
				c = len(v.Causes)
				causes[s.Cause], v.Causes = c, append(v.Causes, string(s.Cause))
			}
			e := -1
			if s.Of.ID != "" {
				if e, known = of[s.Of]; !known {
					e = len(v.Of)
					of[s.Of], v.Of = e, append(v.Of, [2]string{string(s.Of.Kind), s.Of.ID})
				}
			}
			shares[i] = append(shares[i], float64(c), s.Worth, float64(e))
		}
	}
	return json.Marshal(v)
}
