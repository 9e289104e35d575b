package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows how far long work is: as a bar on a terminal, elsewhere as a plain line now and then.
type bar struct {
	w     io.Writer
	what  string
	live  bool
	mu    sync.Mutex
	inner *progressbar.ProgressBar
	last  time.Time
	most  int
}

// plainEvery is how often a plain line is written.
const plainEvery = 5 * time.Second

func newBar(w io.Writer, what string) *bar {
	f, ok := w.(*os.File)
	return &bar{w: w, what: what, live: ok && term.IsTerminal(int(f.Fd())), last: time.Now()}
}

// tell may be called from many goroutines, and out of order. A total of 0 is not known.
func (b *bar) tell(done, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.most = max(b.most, done)
	switch {
	case b.live:
		if b.inner == nil {
			if total == 0 {
				total = -1 // turns instead of growing
			}
			b.inner = progressbar.NewOptions(total, progressbar.OptionSetWriter(b.w), progressbar.OptionSetDescription(b.what), progressbar.OptionShowCount())
		}
		_ = b.inner.Set(b.most)
	case total == 0:
		if time.Since(b.last) >= plainEvery {
			b.last = time.Now()
			fmt.Fprintf(b.w, "%s %d\n", b.what, b.most)
		}
	case b.most == total || time.Since(b.last) >= plainEvery:
		b.last = time.Now()
		fmt.Fprintf(b.w, "%s %d of %d\n", b.what, b.most, total)
	}
}

func (b *bar) end() {
	if b.inner != nil {
		fmt.Fprintln(b.w)
	}
}
