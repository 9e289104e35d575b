package export

import (
	"encoding/json"
	"slices"
	"time"

	"membergate/internal/member"
	"membergate/internal/personal"
)

// Format names the shape of archives.
const Format = "membergate-archive/1"

// Archive is everything that is kept of a member.
type Archive struct {
	Format string           `json:"format"`
	Member member.ID        `json:"memberId"`
	MadeAt time.Time        `json:"madeAt"`
	About  []About          `json:"about"`
	Data   map[string][]any `json:"data"` // by About.What
}

// About says of a kind of data why it is kept, and how long.
type About struct {
	What    string `json:"what"`
	Purpose string `json:"purpose"`
	Ground  string `json:"ground"`
	Keeps   string `json:"keeps"`
}

// Sorter puts stored documents into an archive: of each the fields that the data map lets members have.
type Sorter struct {
	Archive
	engine personal.Engine
	open   func(place, text string) (string, bool)
	rows   map[personal.Field]personal.Row
}

// NewSorter makes one for an engine. open reads a sealed text of a place, and tells whether it was one.
func NewSorter(who member.ID, e personal.Engine, open func(place, text string) (string, bool), at time.Time) *Sorter {
	return &Sorter{Archive{Format, who, at.UTC().Truncate(time.Millisecond), []About{}, map[string][]any{}}, e, open, map[personal.Field]personal.Row{}}
}

// Add sorts a document in.
func (s *Sorter) Add(place string, tree map[string]any) error {
	for what, part := range s.split(place, "", tree) {
		if _, known := s.Data[what]; !known {
			i := slices.IndexFunc(personal.Map, func(r personal.Row) bool { return r.What == what })
			r := personal.Map[i]
			s.About = append(s.About, About{what, r.Purpose, string(r.Ground), r.Keeps})
		}
		s.Data[what] = append(s.Data[what], part)
	}
	return nil
}

// Keep puts in what is kept of the member beside the documents, by what the data map calls it; nothing of what the map does
// not let members have.
func (s *Sorter) Keep(what string, all []any) {
	i := slices.IndexFunc(personal.Map, func(r personal.Row) bool { return r.What == what && r.Exported })
	if i < 0 || len(all) == 0 {
		return
	}
	r := personal.Map[i]
	s.About = append(s.About, About{what, r.Purpose, string(r.Ground), r.Keeps})
	s.Data[what] = all
}

// split parts a value by the rows of the map that speak of what is in it.
func (s *Sorter) split(place, at string, v any) map[string]any {
	out := map[string]any{}
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for name, below := range v {
			path := name
			if at != "" {
				path = at + "." + name
			}
			for what, part := range s.split(place, path, below) {
				of, ok := out[what].(map[string]any)
				if !ok {
					of = map[string]any{}
					out[what] = of
				}
				of[name] = part
			}
		}
	case []any:
		for _, each := range v {
			for what, part := range s.split(place, at, each) {
				of, _ := out[what].([]any)
				out[what] = append(of, part)
			}
		}
	default:
		if r := s.row(personal.Field{Place: place, Path: at}); r.Exported {
			out[r.What] = s.opened(place, v)
		}
	}
	return out
}

func (s *Sorter) row(f personal.Field) personal.Row {
	r, known := s.rows[f]
	if !known {
		r, _ = personal.Find(s.engine, f)
		s.rows[f] = r
	}
	return r
}

// opened reads what is sealed; what was JSON inside becomes a part of the archive.
func (s *Sorter) opened(place string, v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	plain, sealed := s.open(place, text)
	if !sealed {
		return v
	}
	var inside any
	if err := json.Unmarshal([]byte(plain), &inside); err == nil {
		return inside
	}
	return plain
}

// Sorted gives the archive as JSON.
func (s *Sorter) Sorted() ([]byte, error) {
	slices.SortFunc(s.About, func(a, b About) int {
		if a.What < b.What {
			return -1
		}
		return 1
	})
	return json.MarshalIndent(s.Archive, "", " ")
}
