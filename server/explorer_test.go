package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/png"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "write the pictures in docs anew")

// What the readme shows: big enough to read, small enough for a page.
const (
	shotWidth, shotHeight = 1440, 900
	shotFile              = "../docs/explorer.png"
)

// browserWithin bounds the whole visit: a busy machine starts a browser in seconds.
const browserWithin = 90 * time.Second

// chromium is the browser of the tests.
func chromium(t *testing.T) string {
	t.Helper()
	path := os.Getenv("CHROMIUM")
	if path == "" {
		path = "/usr/bin/chromium"
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("there is no browser at %s; scripts/browser.sh installs one, and CHROMIUM may name another", path)
	}
	return path
}

// visit is what a browser saw of a page.
type visit struct {
	mu       sync.Mutex
	hosts    []string // of everything that was asked for
	problems []string // errors that the page wrote to its console, and answers that were refused
}

func (v *visit) listen(ev any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch ev := ev.(type) {
	case *network.EventRequestWillBeSent:
		host := ev.Request.URL
		if u, err := url.Parse(strings.TrimPrefix(host, "blob:")); err == nil {
			host = u.Host
		}
		if !strings.HasPrefix(ev.Request.URL, "data:") && !slices.Contains(v.hosts, host) {
			v.hosts = append(v.hosts, host)
		}
	case *network.EventResponseReceived:
		if ev.Response.Status >= 400 {
			v.problems = append(v.problems, fmt.Sprintf("%s answers %d", ev.Response.URL, ev.Response.Status))
		}
	}
}

// A stranger opens the explorer and sees the Home screen of a demo member, without a click and without the internet.
func TestTheExplorerShowsAResult(t *testing.T) {
	browser := chromium(t)
	p := launch(t, "DATA_DIR", t.TempDir())
	p.awaitReady(time.Minute)
	member, _ := asDemo(t, p.url, "SILVER")

	ctx, cancel := context.WithTimeout(t.Context(), browserWithin)
	defer cancel()
	ctx, end := chromedp.NewContext(ctx, chromedp.WithAllocatorOptions(chromedp.ExecPath(browser), chromedp.NoSandbox,
		chromedp.WindowSize(shotWidth, shotHeight), chromedp.Env("HOME="+t.TempDir())))
	defer end()
	seen := &visit{}
	if err := chromedp.Listen(ctx, seen.listen); err != nil {
		t.Fatal(err)
	}
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.IsException() {
				seen.mu.Lock()
				seen.problems = append(seen.problems, m.Text)
				seen.mu.Unlock()
			}
		}
	}()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(shotWidth, shotHeight), chromedp.Navigate(p.url+"/?run=home&as=0")); err != nil {
		t.Fatal(err)
	}
	result, err := chromedp.Run(ctx, chromedp.Poll[string](`document.body.dataset.result`, chromedp.WithPollingTimeout(browserWithin)))
	if err != nil || result != "ok" {
		t.Errorf("the page ends with %q, %v", result, err)
	}
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('.result-window').innerText.replaceAll('\u00a0', ' ')`))
	if err != nil || !strings.Contains(text, `"displayName": "`+member.Name+`"`) {
		t.Errorf("the result does not name %s: %v, %q", member.Name, err, text)
	}
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if len(seen.problems) > 0 {
		t.Errorf("the page complains: %q", seen.problems)
	}
	if host := strings.TrimPrefix(p.url, "http://"); !slices.Equal(seen.hosts, []string{host}) {
		t.Errorf("the page asks %q; allowed is %s", seen.hosts, host)
	}
	looksLikeAPage(t, shot)
	if *update {
		if err := os.MkdirAll("../docs", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(shotFile, shot, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// looksLikeAPage fails for a picture of another size, and for one that is all of one colour or nearly so.
func looksLikeAPage(t *testing.T, shot []byte) {
	t.Helper()
	image, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	if size := image.Bounds().Size(); size.X != shotWidth || size.Y != shotHeight {
		t.Errorf("the picture has %v; wanted are %d × %d", size, shotWidth, shotHeight)
	}
	colours := map[[4]uint32]bool{}
	for x := 0; x < shotWidth; x += 3 {
		for y := 0; y < shotHeight; y += 3 {
			r, g, b, a := image.At(x, y).RGBA()
			colours[[4]uint32{r, g, b, a}] = true
		}
	}
	if len(colours) < 200 {
		t.Errorf("the picture has %d colours: nothing is drawn", len(colours))
	}
}

func TestTheReadmesPictureIsThere(t *testing.T) {
	shot, err := os.ReadFile(shotFile)
	if err != nil {
		t.Fatalf("%v; go test ./server -run TestTheExplorer -update draws it", err)
	}
	looksLikeAPage(t, shot)
}
