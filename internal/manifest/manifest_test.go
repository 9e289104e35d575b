package manifest_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"membergate/internal/manifest"
)

const (
	home  = "query Home { me { id } }"
	feed  = "query Feed { feed { id } }"
	other = "query Home { me { id name } }"
)

func apollo(t *testing.T, documents map[string]string) string {
	t.Helper()
	type operation map[string]string
	m := map[string]any{"format": "apollo-persisted-query-manifest", "version": 1}
	var all []operation
	for id, text := range documents {
		all = append(all, operation{"id": id, "name": "x", "type": "query", "body": text})
	}
	m["operations"] = all
	return written(t, m)
}

func written(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func folder(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text), ModTime: time.Unix(1e9, 0)}
	}
	return out
}

func all(manifest.Document) error { return nil }

func TestManifestsOfAllToolsAreRead(t *testing.T) {
	md5 := "0cc175b9c0f1b6a831c399e269772661"
	for tool, c := range map[string]struct{ text, id string }{
		"Apollo, for iOS, Android and the web":         {apollo(t, map[string]string{manifest.Hash(home): home}), manifest.Hash(home)},
		"relay-compiler with MD5":                      {written(t, map[string]string{md5: home}), md5},
		"relay-compiler with SHA-256":                  {written(t, map[string]string{manifest.Hash(home): home}), manifest.Hash(home)},
		"the client preset of GraphQL Code Generator":  {written(t, map[string]string{"sha256:" + manifest.Hash(home): home}), manifest.Hash(home)},
		"one that counts":                              {apollo(t, map[string]string{"17": home}), "17"},
		"one that is empty":                            {apollo(t, nil), ""},
		"one that is empty, of documents by their ids": {"{}", ""},
	} {
		got, err := manifest.Read([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", tool, err)
			continue
		}
		if c.id == "" {
			if len(got) > 0 {
				t.Errorf("%s: %+v", tool, got)
			}
			continue
		}
		if want := (manifest.Document{ID: c.id, Name: "Home", Text: home}); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v; want %+v", tool, got, want)
		}
	}
}

func TestAWrongManifestIsRefusedInOneSentence(t *testing.T) {
	for text, says := range map[string]string{
		`[]`: "it is not a JSON object",
		`{`:  "it is not a JSON object",
		`{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}`: "version 2",
		`{"format":"x","version":1}`: `format is "x"`,
		`{"a":1}`:                    `no "format" and is no object of documents`,
		written(t, map[string]string{"sha256:" + manifest.Hash(feed): home}):                                                           "is not the SHA-256 of its document",
		written(t, map[string]string{"": home}):                                                                                        "is not the SHA-256 of its document",
		written(t, map[string]string{"a": "query {"}):                                                                                  `the document "a" cannot be read`,
		written(t, map[string]string{"a": "fragment A on B { c }"}):                                                                    `has 0 operations`,
		written(t, map[string]string{"a": "query A { a } query B { b }"}):                                                              `has 2 operations`,
		`{"format":"apollo-persisted-query-manifest","version":1,"operations":[` + `{"id":"a","body":"{a}"},{"id":"a","body":"{b}"}]}`: "is there twice",
	} {
		if _, err := manifest.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v; want a sentence with %q", text, err, says)
		}
	}
}

func TestAReleaseNamesWhatItWasReleasedWith(t *testing.T) {
	s, err := manifest.Load(folder(map[string]string{
		"android/4.2.json": apollo(t, map[string]string{"1": home, manifest.Hash(feed): feed}),
		"ios/1.json":       apollo(t, map[string]string{"1": other}),
		"off.json":         `{}`,
		"README.md":        "",
	}), all)
	if err != nil {
		t.Fatal(err)
	}
	android, ios, nobody := manifest.Release{Platform: "android", Version: "4.2"}, manifest.Release{Platform: "ios", Version: "1"}, manifest.Release{Platform: "web"}
	for name, c := range map[string]struct {
		app  manifest.Release
		id   string
		want string
	}{
		"its own":                           {android, "1", home},
		"its own, which others have too":    {ios, "1", other},
		"an id that is not the same in all": {nobody, "1", ""},
		"another release's hash":            {ios, manifest.Hash(feed), feed},
		"a hash, nobody knows who asks":     {nobody, manifest.Hash(feed), feed},
		"with its prefix":                   {nobody, "sha256:" + manifest.Hash(feed), feed},
		"the hash of what has another id":   {nobody, manifest.Hash(home), home},
		"what nobody has":                   {android, manifest.Hash("query X { x }"), ""},
		"nothing":                           {android, "", ""},
	} {
		d, err := s.Named(c.app, c.id)
		if d.Text != c.want || (c.want == "") != errors.Is(err, manifest.ErrUnknown) {
			t.Errorf("%s: %+v, %v; want %q", name, d, err, c.want)
		}
	}
	for text, known := range map[string]bool{home: true, feed: true, other: true, home + " ": false, "": false} {
		if _, err := s.Holding(nobody, text); (err == nil) != known {
			t.Errorf("holding %q: %v", text, err)
		}
	}
	if !s.Knows(android) || s.Knows(nobody) || len(s.Releases()) != 2 || len(s.Documents(android)) != 2 {
		t.Errorf("it has %v", s.Releases())
	}
}

func TestAnIdThatOnlyLooksLikeAHashLetsNoOtherTextIn(t *testing.T) {
	s, err := manifest.Load(folder(map[string]string{"a/1.json": apollo(t, map[string]string{manifest.Hash(feed): home})}), all)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := s.Holding(manifest.Release{}, feed); !errors.Is(err, manifest.ErrUnknown) {
		t.Errorf("a text that nobody released is let in as %+v (%v)", d, err)
	}
}

func TestWhatIsSwitchedOffIsOffInEveryRelease(t *testing.T) {
	app := manifest.Release{Platform: "a", Version: "1"}
	for off, homeToo := range map[string]bool{
		`{"documents":{"sha256:` + manifest.Hash(home) + `":"why"}}`: true,
		`{"documents":{"h":"why"}}`:                                  true,
		`{"operations":{"Home":"why"}}`:                              true,
		`{"releases":{"a/1":"why"}}`:                                 true,
		`{"operations":{"Feed":"why"},"releases":{"a/2":"why"}}`:     false,
	} {
		s, err := manifest.Load(folder(map[string]string{"a/1.json": apollo(t, map[string]string{"h": home, "f": feed}), "off.json": off}), all)
		if err != nil {
			t.Fatal(err)
		}
		for _, find := range []func() (manifest.Document, error){
			func() (manifest.Document, error) { return s.Named(app, "h") },
			func() (manifest.Document, error) { return s.Holding(app, home) },
		} {
			if _, err := find(); errors.Is(err, manifest.ErrOff) != homeToo || (err == nil) == homeToo {
				t.Errorf("%s: %v", off, err)
			}
		}
	}
	if _, err := manifest.Load(folder(map[string]string{"a/1.json": "{}", "off.json": "[]"}), all); err == nil || !strings.Contains(err.Error(), "off.json") {
		t.Errorf("a kill switch that cannot be read: %v", err)
	}
}

func TestWhatTheSchemaRefusesIsToldAndNotAnswered(t *testing.T) {
	why := errors.New("no such field")
	s, err := manifest.Load(folder(map[string]string{"a/1.json": apollo(t, map[string]string{"h": home, "f": feed})}), func(d manifest.Document) error {
		if d.ID == "f" {
			return why
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Wrong) != 1 || s.Wrong[0].Document.Name != "Feed" || s.Wrong[0].Why != why || s.Wrong[0].Release.String() != "a/1" {
		t.Errorf("wrong is %+v", s.Wrong)
	}
	if _, err := s.Named(manifest.Release{}, "f"); !errors.Is(err, manifest.ErrUnknown) {
		t.Errorf("it is there: %v", err)
	}
}

func TestAFolderWithoutManifestsIsRefused(t *testing.T) {
	if _, err := manifest.Load(folder(map[string]string{"off.json": "{}"}), all); err == nil || !strings.Contains(err.Error(), "PLATFORM/VERSION.json") {
		t.Errorf("%v", err)
	}
	if _, err := manifest.Follow(filepath.Join(t.TempDir(), "nothing"), all, nil); err == nil {
		t.Error("a folder that is not there is followed")
	}
}

func TestAChangeOfTheFolderIsTakenUpAndAWrongOneChangesNothing(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("a/1.json", apollo(t, map[string]string{"h": home}))
	var told []error
	f, err := manifest.Follow(dir, all, func(err error) { told = append(told, err) })
	if err != nil {
		t.Fatal(err)
	}
	app := manifest.Release{Platform: "a", Version: "2"}
	f.Look()
	if len(told) > 0 {
		t.Fatalf("nothing has changed, and was told: %v", told)
	}
	put("a/2.json", apollo(t, map[string]string{"f": feed}))
	f.Look()
	if _, err := f.Shelf().Named(app, "f"); err != nil || len(told) != 1 || told[0] != nil {
		t.Fatalf("a new release: %v; told %v", err, told)
	}
	put("a/2.json", `{"f":`)
	f.Look()
	f.Look()
	if _, err := f.Shelf().Named(app, "f"); err != nil || len(told) != 2 || told[1] == nil || !strings.Contains(told[1].Error(), "a/2.json") {
		t.Fatalf("a broken file: %v; told %v", err, told)
	}
	put("a/2.json", apollo(t, map[string]string{"f": feed, "h": other}))
	put("off.json", `{"operations":{"Feed":"it is slow"}}`)
	f.Look()
	if _, err := f.Shelf().Named(app, "f"); !errors.Is(err, manifest.ErrOff) || len(told) != 3 || told[2] != nil {
		t.Fatalf("switched off: %v; told %v", err, told)
	}
	if err := os.Remove(filepath.Join(dir, "off.json")); err != nil {
		t.Fatal(err)
	}
	f.Look()
	if d, err := f.Shelf().Named(app, "f"); err != nil || d.Text != feed {
		t.Errorf("switched on again: %+v, %v", d, err)
	}
}

func TestAManifestIsGatheredFromOperations(t *testing.T) {
	documents, err := manifest.Gather(folder(map[string]string{
		"a.graphql": "query Home { me { ...Name friends { ...Name } } }\nmutation Pay { pay }",
		"b.graphql": "fragment Name on Person { name ...More }\nfragment More on Person { id }\nfragment Unused on Person { id }",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(documents) != 2 || documents[0].Name != "Home" || documents[1].Name != "Pay" {
		t.Fatalf("%+v", documents)
	}
	if text := documents[0].Text; strings.Count(text, "fragment Name ") != 1 || !strings.Contains(text, "fragment More ") || strings.Contains(text, "Unused") {
		t.Errorf("Home is\n%s", text)
	}
	text, err := manifest.Write(documents)
	if err != nil {
		t.Fatal(err)
	}
	read, err := manifest.Read(text)
	if err != nil || len(read) != 2 {
		t.Fatalf("what was written is not read: %v\n%s", err, text)
	}
	for _, d := range read {
		if d.ID != manifest.Hash(d.Text) {
			t.Errorf("the id of %s is not its hash", d.Name)
		}
	}
	for text, says := range map[string]string{
		"query A { a } query A { b }": `the operation "A"`,
		"{ a }":                       `the operation ""`,
		"query A { ...Gone }":         `no fragment "Gone"`,
		"query A {":                   "x.graphql",
		"fragment F on A { b }\nfragment F on A { c }\n{ a }": `"F" is there twice`,
	} {
		if _, err := manifest.Gather(folder(map[string]string{"x.graphql": text})); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v; want %q", text, err, says)
		}
	}
}
