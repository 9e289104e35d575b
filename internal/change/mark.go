package change

import (
	"crypto/sha256"
	"strings"
)

// Mark is where a device stands that asks from time to time: what it knows of, and of each thing only what tells whether
// it is another one now.
type Mark struct {
	Position string              // in what was told of the member's things
	Notice   int64               // number of the newest notice
	Family   string              // id of the member's family; empty for none
	Watched  map[WatchedID]Looks // of what is watched besides
	order    []WatchedID         // as they were put in
}

// WatchedID tells apart what is watched; Looks is another one whenever a thing looks different, and the zero Looks is that
// of what is not there.
type (
	WatchedID [4]byte
	Looks     [6]byte
)

// Watch notes how a thing looks, empty for one that is not there. It tells how it looked before, and whether that was known.
func (m *Mark) Watch(id, looks string, before Mark) (changed, known bool) {
	key, now := WatchedID(short(id)[:4]), Looks{}
	if looks != "" {
		now = Looks(short(looks))
	}
	if m.Watched == nil {
		m.Watched = map[WatchedID]Looks{}
	}
	if _, twice := m.Watched[key]; !twice {
		m.order = append(m.order, key)
	}
	m.Watched[key] = now
	was, known := before.Watched[key]
	return known && was != now, known
}

func short(text string) []byte {
	h := sha256.Sum256([]byte(text))
	return h[:6]
}

// Text is a mark as a token carries it, but for the number of its notice.
func (m Mark) Text() string {
	var b strings.Builder
	b.WriteString(m.Position + "\n" + m.Family + "\n")
	for _, id := range m.order {
		looks := m.Watched[id]
		b.Write(id[:])
		b.Write(looks[:])
	}
	return b.String()
}

// ReadMark gives the mark of a text.
func ReadMark(text string, newest int64) (Mark, bool) {
	parts := strings.SplitN(text, "\n", 3)
	if len(parts) < 3 || len(parts[2])%(len(WatchedID{})+len(Looks{})) != 0 {
		return Mark{}, false
	}
	m := Mark{Position: parts[0], Family: parts[1], Notice: newest, Watched: map[WatchedID]Looks{}}
	for rest := parts[2]; rest != ""; rest = rest[10:] {
		m.Watched[WatchedID([]byte(rest[:4]))] = Looks([]byte(rest[4:10]))
	}
	return m, true
}
