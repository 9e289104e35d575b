package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Every example of the page for app developers is run as it stands, but for the port, and must print what stands below it.
func TestTheExamplesForClientsPrintWhatThePageSays(t *testing.T) {
	node := clients(t)
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here to run the page's commands with")
	}
	text, err := os.ReadFile(filepath.Join("..", "docs", "clients.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 23 || blocks[0][1] != "" {
		t.Fatalf("%d blocks are on the page, the first is %q", len(blocks), blocks[0][0])
	}
	dir := t.TempDir()
	p := launch(t, "DATA_DIR", dir)
	p.awaitReady(time.Minute)
	program, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	sign := exec.Command("sh", "-euc", strings.ReplaceAll(blocks[0][2], "go run ./server", "'"+program+"'")+"echo \"$TOKEN\"")
	sign.Env = alone([]string{"DATA_DIR", dir})
	token, err := sign.Output()
	if err != nil {
		t.Fatalf("%s: %v", blocks[0][2], err)
	}
	here := strings.NewReplacer("http://localhost:8080", p.url, "ws://localhost:8080", strings.Replace(p.url, "http", "ws", 1))
	for blocks = blocks[1:]; len(blocks) > 0; blocks = blocks[2:] {
		if len(blocks) == 1 || blocks[1][1] != "text" {
			t.Fatalf("the page does not say what this prints:\n%s", blocks[0][2])
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		var c *exec.Cmd
		switch blocks[0][1] {
		case "sh":
			c = exec.CommandContext(ctx, "sh", "-euc", here.Replace(blocks[0][2]))
		case "js":
			c = exec.CommandContext(ctx, node, "--input-type=module")
			c.Stdin = strings.NewReader(here.Replace(blocks[0][2]))
		default:
			t.Fatalf("nobody runs examples in %q", blocks[0][1])
		}
		c.Dir = conformanceDir
		c.Env = alone([]string{"TOKEN", strings.TrimSpace(string(token))})
		var told bytes.Buffer
		c.Stderr = &told
		out, err := c.Output()
		cancel()
		if want := blocks[1][2]; err != nil || string(out) != want {
			t.Errorf("it prints %q, the page says %q (%v)\n%s\n%s", out, want, err, blocks[0][2], told.String())
		}
	}
}
