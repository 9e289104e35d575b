package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apps "membergate/clients"
	"membergate/graph"
	"membergate/internal/manifest"
)

func TestEveryOperationOfTheAppsIsInTheManifestThatTheProgramBrings(t *testing.T) {
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	shelf, err := manifest.Load(apps.Manifests(), fits(schema, true))
	if err != nil {
		t.Fatal(err)
	}
	if len(shelf.Wrong) > 0 || len(shelf.Releases()) != 1 {
		t.Fatalf("it has %v, and cannot answer %+v", shelf.Releases(), shelf.Wrong)
	}
	documents, err := manifest.Gather(os.DirFS(operationsDir))
	if err != nil {
		t.Fatal(err)
	}
	waiting, there := words(t, "pending.txt"), shelf.Documents(shelf.Releases()[0])
	for _, d := range documents {
		if slices.Contains(waiting, d.Name) == slices.Contains(there, d) {
			t.Errorf("%s: pending %v, and in the manifest as it stands in its file %v; `make manifest` writes it", d.Name, slices.Contains(waiting, d.Name), slices.Contains(there, d))
		}
	}
	if len(there)+len(waiting) != len(documents) {
		t.Errorf("%d operations are in the manifest and %d are pending, of %d", len(there), len(waiting), len(documents))
	}
}

func TestProductionRunsNothingButWhatAppsWereReleasedWith(t *testing.T) {
	g := ready(t, embedded).gateway
	hidden := g.beside(t, func(s *Settings) { s.Production = true })
	home := appQueries(t)["Home"]
	shelf := g.parts.Released.Shelf()
	documents := shelf.Documents(shelf.Releases()[0])
	id := documents[slices.IndexFunc(documents, func(d manifest.Document) bool { return d.Name == "Home" })].ID
	req, err := http.NewRequest(http.MethodPost, hidden.url+"/graphql", strings.NewReader(`{"documentId":"sha256:`+id+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+tokenOf(t, owner))
	req.Header.Set("X-Debug-Now", sampleEnd)
	req.Header.Set("Accept-Language", "en")
	if r, want := send(t, req), good(t, g.url, question{query: home.text, who: owner, at: sampleEnd}); len(r.Errors) > 0 || !strings.Contains(string(want.Data), `"me":{`) || string(r.Data) != string(want.Data) {
		t.Errorf("the home screen by its id is %s; want %s", shortened(r.text), shortened(want.text))
	}
	for _, query := range []string{home.text + "\n#", "{ me { id } }", "{ __typename }", home.file} {
		ask(t, hidden.url, question{query: query, operation: "Home", who: owner}).refusedOnce(t, "OPERATION_NOT_ALLOWED", "No app was released with this document; nothing else runs here.")
	}
}

func TestAnOperationIsSwitchedOffWhileTheGatewayServes(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "android"), 0o755); err != nil {
		t.Fatal(err)
	}
	put("android/4.2.0.json", `{"me":"query Me { me }"}`)
	followed, err := manifest.Follow(dir, func(manifest.Document) error { return nil }, func(err error) {
		if err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	g := start(t, func(s *Settings, p *Parts) { s.Production, p.Released = true, followed })
	ask := func() string {
		_, _, body := g.call(http.MethodPost, g.public+"/graphql", `{"documentId":"me"}`, map[string]string{
			"Content-Type": "application/json", "GraphQL-Client-Name": "android", "GraphQL-Client-Version": "4.2.0",
		})
		return body
	}
	for off, want := range map[string]string{`{}`: `"me":""`, `{"operations":{"Me":"an incident"}}`: "This operation is switched off for now.", `{"releases":{"android/4.2.0":"an incident"}}`: "This operation is switched off for now."} {
		put(manifest.OffFile, off)
		followed.Look()
		if body := ask(); !strings.Contains(body, want) || strings.Contains(body, "incident") {
			t.Errorf("%s: %s; want %s", off, body, want)
		}
	}
	if _, _, metrics := g.call(http.MethodGet, g.admin+"/metrics", "", nil); !strings.Contains(metrics, `membergate_released_requests_total{operation="Me",platform="android",version="4.2.0"} 1`) {
		t.Error("the release's request is not counted once")
	}
}

func TestManifestsAreWrittenAndChecked(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"app/a.graphql": "query Mine { me { id } }", "app/b.graphql": "query Gone { nothing }",
		"manifests/android/1.json": `{"m":"query Mine { me { id } }","g":"query Gone { nothing }"}`, "manifests/off.json": `{"documents":{"m":"why"}}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, log, code := command(t, "manifest build "+dir+"/app"); code == 0 || out != "" || !strings.Contains(log, `the operation \"Gone\" cannot be answered`) && !strings.Contains(log, `the operation "Gone" cannot be answered`) {
		t.Errorf("what the schema does not know is written: %d %s %s", code, out, log)
	}
	out, log, code := command(t, "manifest build --leave-out "+dir+"/app")
	documents, err := manifest.Read([]byte(out))
	if code != 0 || err != nil || len(documents) != 1 || documents[0].Name != "Mine" || !strings.Contains(log, "left out") {
		t.Errorf("%d %v %s %s", code, err, out, log)
	}
	out, log, code = command(t, "manifest check "+dir+"/manifests")
	if code == 0 || !strings.Contains(out, "android/1  1         1             1") || !strings.Contains(out, "android/1: Gone: ") || !strings.Contains(log, "1 documents that apps were released with cannot be answered") {
		t.Errorf("%d\n%s%s", code, out, log)
	}
	if _, log, code := command(t, "manifest check "+dir+"/app"); code == 0 || !strings.Contains(log, "PLATFORM/VERSION.json") {
		t.Errorf("a folder without manifests: %d %s", code, log)
	}
}
