package recommend

import (
	"strconv"
	"strings"
	"time"

	"membergate/internal/cursor"
	"membergate/internal/member"
)

// answer is what the names of an answer and of its things say: they are signed for the member, so that nobody makes up
// events, and nothing need be kept of what was shown.
type answer struct {
	Surface Surface
	Context Ref
	Version string
	Served  time.Time // when the first page was asked for, to the millisecond
	Given   bool      // the app told of the moment
}

// pick is what the name of one thing in an answer says.
type pick struct {
	answer
	Position int
	Item     Ref
	Cause    Cause
	Because  []Ref
}

const (
	between     = "\x1f" // no version, code or id has it: lists that do are refused
	mostBecause = 3      // evidence that a name holds
)

func listNames(m member.ID) cursor.List {
	return cursor.List{Name: "recommendation.list", Owner: string(m)}
}

func itemNames(m member.ID) cursor.List {
	return cursor.List{Name: "recommendation.item", Owner: string(m)}
}

func (a answer) words() []string {
	return []string{string(a.Surface), string(a.Context.Kind), a.Context.ID, a.Version, strconv.FormatInt(a.Served.UnixMilli(), 36), strconv.FormatBool(a.Given)}
}

func readAnswer(words []string) (answer, bool) {
	if len(words) < 6 {
		return answer{}, false
	}
	served, err := strconv.ParseInt(words[4], 36, 64)
	return answer{Surface(words[0]), Ref{Kind(words[1]), words[2]}, words[3], time.UnixMilli(served).UTC(), words[5] == "true"}, err == nil
}

// listID names the list that an answer is of.
func (s *Service) listID(m member.ID, a answer) string {
	return s.Cursors.Write(listNames(m), cursor.Place{ID: strings.Join(a.words(), between)})
}

// itemID names one thing of the list.
func (s *Service) itemID(m member.ID, a answer, position int, i Item) string {
	words := append(a.words(), string(i.Kind), i.ID, string(i.Cause))
	for _, r := range i.Because[:min(mostBecause, len(i.Because))] {
		words = append(words, string(r.Kind), r.ID)
	}
	return s.Cursors.Write(itemNames(m), cursor.Place{Key: int64(position), ID: strings.Join(words, between)})
}

// answerOf reads the name of a list of the member's.
func (s *Service) answerOf(m member.ID, id string) (answer, bool) {
	place, err := s.Cursors.Read(listNames(m), "recommendationId", id)
	if err != nil {
		return answer{}, false
	}
	return readAnswer(strings.Split(place.ID, between))
}

// pickOf reads the name of a thing in a list of the member's.
func (s *Service) pickOf(m member.ID, id string) (pick, bool) {
	place, err := s.Cursors.Read(itemNames(m), "itemId", id)
	if err != nil {
		return pick{}, false
	}
	words := strings.Split(place.ID, between)
	a, ok := readAnswer(words)
	if !ok || len(words) < 9 || len(words)%2 != 1 {
		return pick{}, false
	}
	p := pick{answer: a, Position: int(place.Key), Item: Ref{Kind(words[6]), words[7]}, Cause: Cause(words[8])}
	for n := 9; n < len(words); n += 2 {
		p.Because = append(p.Because, Ref{Kind(words[n]), words[n+1]})
	}
	return p, true
}
