package cursor_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"membergate/internal/cursor"
	"membergate/internal/fault"
)

type key string

func (k key) Sign(purpose string, data []byte) []byte {
	h := hmac.New(sha256.New, []byte(k))
	h.Write([]byte(purpose))
	h.Write(data)
	return h.Sum(nil)[:16]
}

func (k key) Verify(purpose string, data, tag []byte) bool {
	return hmac.Equal(k.Sign(purpose, data), tag)
}

var (
	book = cursor.NewBook(key("one"))
	news = cursor.List{Name: "feed.NEW"}
)

func TestAPlaceComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := cursor.List{
			Name: rapid.String().Draw(t, "name"), Filter: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "filter"),
			Owner: rapid.String().Draw(t, "owner"),
		}
		want := cursor.Place{Key: rapid.Int64().Draw(t, "key"), ID: rapid.StringN(0, 64, 64).Draw(t, "id")}
		got, err := book.Read(list, "after", book.Write(list, want))
		if err != nil || got != want {
			t.Fatalf("read %v, %v; wrote %v", got, err, want)
		}
	})
}

func TestForeignCursorsAreRefused(t *testing.T) {
	place := cursor.Place{Key: 7, ID: "a"}
	board := cursor.List{Name: "feed.BOARD", Filter: []string{"TALK"}}
	mine := cursor.List{Name: "feed.FOLLOWING", Owner: "17850"}
	good := book.Write(news, place)
	last := byte('A')
	if good[len(good)-1] == last {
		last = 'B'
	}
	for name, c := range map[string]struct {
		list cursor.List
		text string
		says string
	}{
		"of another kind":             {board, good, "another list"},
		"of another filter":           {board, book.Write(cursor.List{Name: "feed.BOARD", Filter: []string{"NEWS"}}, place), "another list"},
		"filters run together":        {cursor.List{Name: "x", Filter: []string{"ab", "c"}}, book.Write(cursor.List{Name: "x", Filter: []string{"a", "bc"}}, place), "another list"},
		"of another member's list":    {mine, book.Write(cursor.List{Name: "feed.FOLLOWING", Owner: "13047"}, place), "not a cursor"},
		"signed with another key":     {news, cursor.NewBook(key("two")).Write(news, place), "not a cursor"},
		"changed at its end":          {news, good[:len(good)-1] + string(last), "not a cursor"},
		"cut short":                   {news, good[:len(good)-4], "not a cursor"},
		"with something added":        {news, good + "AAAA", "not a cursor"},
		"padded":                      {news, good + "=", "not a cursor"},
		"empty":                       {news, "", "not a cursor"},
		"no base64":                   {news, "现在", "not a cursor"},
		"an id":                       {news, "UG9zdDoxMjM", "not a cursor"},
		"far too long":                {news, strings.Repeat("A", 10_000), "not a cursor"},
		"with a length beyond itself": {news, "_w8", "not a cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := book.Read(c.list, "after", c.text)
			if !fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "after ") {
				t.Errorf("answers %v; want one sentence on after that says %q", err, c.says)
			}
		})
	}
}

func TestACursorDoesNotSayWhoseItIs(t *testing.T) {
	list := cursor.List{Name: "feed.FAMILY", Owner: "member-17850"}
	text := book.Write(list, cursor.Place{Key: 1, ID: "x"})
	other := list
	other.Owner = "member-13047"
	// All but the tag, which takes 16 bytes or 22 characters, is alike for both members.
	if a, b := text[:len(text)-22], book.Write(other, cursor.Place{Key: 1, ID: "x"}); a != b[:len(b)-22] {
		t.Errorf("the readable parts differ: %s and %s", a, b)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(book.Write(news, cursor.Place{Key: -3, ID: "0190"}))
	f.Add(book.Write(cursor.List{Name: "x"}, cursor.Place{}))
	f.Add("")
	f.Add("AQ")
	f.Add("__________8B")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := book.Read(news, "after", text)
		if err == nil && book.Write(news, p) != text {
			t.Fatalf("%q reads as %v, which is written differently", text, p)
		}
		if err != nil && !fault.Is(err, fault.BadInput) {
			t.Fatalf("%q answers %v", text, err)
		}
	})
}
