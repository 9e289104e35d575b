package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README's query with curl is run as it stands, but for the program's place and the port, and must answer what the
// README says.
func TestTheReadmesQueryAnswersWhatTheReadmeSays(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here to run the README's query with")
	}
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Ask it\n")
	if !ok {
		t.Fatal("the README has no section \"Ask it\"")
	}
	blocks := regexp.MustCompile("(?s)```(sh|json)\n(.*?)```").FindAllStringSubmatch(section, 2)
	if len(blocks) != 2 || blocks[0][1] != "sh" || blocks[1][1] != "json" {
		t.Fatalf("the section begins with %v, want a command and its answer", blocks)
	}
	dir := t.TempDir()
	p := launch(t, "DATA_DIR", dir)
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := strings.NewReplacer("go run ./server", "'"+program+"'", "http://localhost:8080", p.url).Replace(blocks[0][2])
	sh := exec.Command("sh", "-euc", command)
	sh.Env = alone([]string{"DATA_DIR", dir})
	out, err := sh.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	var got, want map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("the answer is %s", out)
	}
	if err := json.Unmarshal([]byte(blocks[1][2]), &want); err != nil {
		t.Fatal(err)
	}
	delete(got, "extensions") // what it cost
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("answer (-README +got):\n%s", d)
	}
}
