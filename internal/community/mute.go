package community

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"membergate/internal/fault"
	"membergate/internal/member"
)

const (
	// MaxWords is how many words a member mutes: each is looked for in every post that a page passes.
	MaxWords = 100
	// wordMin and wordMax are the characters of a muted word: one character alone would mute half of all posts, and what is
	// longer than a line is no word.
	wordMin, wordMax = 2, 30
)

// CodeWordLength refuses a word to be muted; Nearest is the most characters.
const CodeWordLength = "WORD_LENGTH"

// Word is a word as it is compared: in small letters, of one width, single spaces.
func Word(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(norm.NFKC.String(text)), unicode.IsSpace), " ")
}

// Mutes tells whether the reader wants nothing of a post in feeds: of its author, or with one of the reader's words. It
// hides nothing: who follows a link finds the post. The own posts stay. Of comments Comment.In says the same.
func (r Reader) Mutes(p Post) bool {
	return !r.Owns(p.Author) && (slices.Contains(r.Ties.Mutes, p.Author) || says(p.Body, r.Ties.Words))
}

// Wants tells whether feeds hold a post for the reader.
func (r Reader) Wants(p Post) bool { return r.CanSee(p) && !r.Mutes(p) }

// says tells whether a text has one of the words in it, as Word makes them.
func says(text string, words []string) bool {
	if len(words) == 0 {
		return false
	}
	text = Word(text)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

// MuteWord makes a word be muted or not, and gives it as it is compared. Said again, in whatever letters, it changes
// nothing.
func (s *Service) MuteWord(ctx context.Context, m member.ID, text string, on bool) (string, error) {
	word := Word(text)
	if n := utf8.RuneCountInString(word); n < wordMin || n > wordMax || !utf8.ValidString(word) || strings.ContainsFunc(word, unicode.IsControl) {
		return "", fault.Refuse(CodeWordLength, "word", "word has %d characters; allowed are %d to %d", n, wordMin, wordMax).Near(wordMax)
	}
	return word, s.tie(ctx, m, MutedWord, word, on)
}
