package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Off is the kill switch: the file off.json beside the platforms' folders. What it names does not run, from the next look
// at the folder on. The texts say why, for whoever reads the file and the log.
type Off struct {
	Documents  map[string]string `json:"documents"`  // by id
	Operations map[string]string `json:"operations"` // by the operation's name, in every release
	Releases   map[string]string `json:"releases"`   // by "platform/version"
}

// Wrong is a document that no release can be answered, because the schema or the limits refuse it.
type Wrong struct {
	Release  Release
	Document Document
	Why      error
}

// Shelf is all documents of all releases. It never changes and is safe for use by many goroutines.
type Shelf struct {
	Wrong []Wrong

	off      Off
	releases map[Release]map[string]Document
	all      map[string]Document // by id, of all releases
	unsure   map[string]bool     // ids that stand for different texts in different releases
}

// OffFile is the name of the kill switch's file.
const OffFile = "off.json"

// Load reads PLATFORM/VERSION.json for all platforms and versions of a folder, and the kill switch. Documents that fits
// refuses are not on the shelf but among the Wrong; the error names the file that cannot be read.
func Load(folder fs.FS, fits func(Document) error) (*Shelf, error) {
	names, err := fs.Glob(folder, "*/*.json")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("it has no PLATFORM/VERSION.json")
	}
	s := &Shelf{releases: map[Release]map[string]Document{}, all: map[string]Document{}, unsure: map[string]bool{}}
	for _, name := range names {
		file, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		documents, err := Read(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		s.add(Release{Platform: path.Dir(name), Version: strings.TrimSuffix(path.Base(name), ".json")}, documents, fits)
	}
	switch file, err := fs.ReadFile(folder, OffFile); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(file, &s.off); err != nil {
			return nil, fmt.Errorf("%s is not a JSON object with documents, operations and releases", OffFile)
		}
		s.off.Documents = withoutPrefix(s.off.Documents)
	}
	return s, nil
}

func withoutPrefix(reasons map[string]string) map[string]string {
	out := map[string]string{}
	for id, why := range reasons {
		out[plain(id)] = why
	}
	return out
}

func (s *Shelf) add(r Release, documents []Document, fits func(Document) error) {
	s.releases[r] = map[string]Document{}
	for _, d := range documents {
		if err := fits(d); err != nil {
			s.Wrong = append(s.Wrong, Wrong{r, d, err})
			continue
		}
		s.releases[r][d.ID] = d
		for _, id := range slices.Compact([]string{d.ID, Hash(d.Text)}) {
			if other, there := s.all[id]; there && other.Text != d.Text {
				s.unsure[id] = true
			}
			s.all[id] = d
		}
	}
}

// Named gives the document that a release means by an id; a release that is not known may name what any other has, where
// that is the same for all. Errors: ErrUnknown, ErrOff.
func (s *Shelf) Named(r Release, id string) (Document, error) {
	id = plain(id)
	d, ok := s.releases[r][id]
	if !ok {
		d, ok = s.all[id]
		ok = ok && !s.unsure[id]
	}
	if !ok {
		return Document{}, ErrUnknown
	}
	return d, s.on(r, d)
}

// Holding gives the document with a text. Errors: ErrUnknown, ErrOff.
func (s *Shelf) Holding(r Release, text string) (Document, error) {
	d, err := s.Named(r, Hash(text))
	if d.Text != text { // an id that looks like a hash, and is not one
		return Document{}, ErrUnknown
	}
	return d, err
}

func (s *Shelf) on(r Release, d Document) error {
	_, document := s.off.Documents[d.ID]
	_, text := s.off.Documents[Hash(d.Text)]
	_, name := s.off.Operations[d.Name]
	_, release := s.off.Releases[r.String()]
	if document || text || name || release {
		return ErrOff
	}
	return nil
}

// Knows tells whether there is a manifest of a release.
func (s *Shelf) Knows(r Release) bool { return s.releases[r] != nil }

// Releases lists the releases that there are manifests of, sorted, each with its documents by id.
func (s *Shelf) Releases() (out []Release) {
	out = slices.Collect(maps.Keys(s.releases))
	slices.SortFunc(out, func(a, b Release) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// Documents lists what a release may send, by name.
func (s *Shelf) Documents(r Release) []Document {
	return slices.SortedFunc(maps.Values(s.releases[r]), func(a, b Document) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
}

// Off tells what is switched off.
func (s *Shelf) Off() Off { return s.off }
