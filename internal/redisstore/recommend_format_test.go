package redisstore

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"membergate/internal/cursor"
	"membergate/internal/member"
	"membergate/internal/recommend"
	"membergate/internal/viewer"
)

// unsigned signs nothing: here nobody cheats.
type unsigned struct{}

func (unsigned) Sign(string, []byte) []byte                  { return []byte("signed") }
func (unsigned) Verify(_ string, _, tag []byte) bool         { return string(tag) == "signed" }
func (unsigned) Save(context.Context, recommend.Taste) error { return nil }
func (unsigned) Erase(context.Context, member.ID) error      { return nil }
func (unsigned) Of(_ context.Context, m member.ID) (recommend.Taste, error) {
	return recommend.Taste{Member: m, Sayings: []recommend.Saying{}}, nil
}

// The page that tells other programs how lists look gives examples; they are written as they stand there, and served.
func TestListsThatOtherProgramsWriteAreServed(t *testing.T) {
	s := openEmbedded(t, "")
	defer func() { must(t, s.Close()) }()
	page, err := os.ReadFile("../../docs/recommendations.md")
	must(t, err)
	_, rest, _ := strings.Cut(string(page), "```redis\n")
	block, _, _ := strings.Cut(rest, "```")
	written := 0
	for line := range strings.Lines(block) {
		words := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(words) != 3 || words[0] != "SET" {
			t.Fatalf("the page has the line %q", line)
		}
		must(t, s.redis.Set(t.Context(), "t:"+words[1], words[2], time.Hour).Err())
		written++
	}
	if written != 2 {
		t.Fatalf("the page has %d examples", written)
	}
	service := &recommend.Service{Lists: s.Lists(), Tastes: unsigned{}, Cursors: cursor.NewBook(unsigned{})}
	for m, want := range map[member.ID]string{
		"17850": "22423 Similar to what you bought [{product 85123A}], 84879 Popular right now [], 47566 Popular right now []",
		"99999": "84879 Popular right now [], 47566 Popular right now []",
	} {
		got, err := service.Recommend(t.Context(), recommend.Asked{Surface: recommend.Home, Member: m, Personal: true, Now: time.Now()}, cursor.Args{}, viewer.English, nil)
		must(t, err)
		var said []string
		for _, r := range got.Nodes {
			said = append(said, fmt.Sprint(r.Item.ID, " ", r.Reasons[0].Text, " ", r.Reasons[0].Because))
		}
		if text := strings.Join(said, ", "); text != want {
			t.Errorf("%s is shown %q, want %q", m, text, want)
		}
	}
}
