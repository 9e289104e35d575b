package main

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// alone is the environment of a program that knows nothing of this machine's but where things are.
func alone(pairs []string) []string {
	out := []string{"ADMIN_ADDR=127.0.0.1:0", "PORT=0"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		out = append(out, name+"="+os.Getenv(name))
	}
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pairs[i]+"="+pairs[i+1])
	}
	return out
}

// prepare makes a process of the program that has not begun.
func prepare(pairs []string, args ...string) (*exec.Cmd, error) {
	path, err := binary()
	if err != nil {
		return nil, err
	}
	c := exec.Command(path, args...)
	c.Env = alone(pairs)
	return c, nil
}

// perform runs the program to its end. The code is -1 where it could not run or was killed.
func perform(pairs []string, args ...string) (out, log string, code int) {
	c, err := prepare(pairs, args...)
	if err != nil {
		return "", err.Error(), -1
	}
	var o, l bytes.Buffer
	c.Stdout, c.Stderr = &o, &l
	err = c.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return "", err.Error(), -1
	}
	return o.String(), l.String(), c.ProcessState.ExitCode()
}

// process is a program that serves.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	url   string // where it serves
	out   *lockedBuffer
	log   *lockedBuffer
	began time.Time
	ended chan struct{} // closed when it has
}

// launch starts the program and waits until it says where it serves; it is killed when the test ends.
func launch(t *testing.T, pairs ...string) *process {
	t.Helper()
	c, err := prepare(pairs, "serve")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: c, out: &lockedBuffer{}, log: &lockedBuffer{}, ended: make(chan struct{})}
	said := make(chan string, 1)
	c.Stdout, c.Stderr = &firstLine{to: p.out, told: said}, p.log
	p.began = time.Now()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-p.ended
	})
	select {
	case line := <-said:
		p.url = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "Membergate serves "), "/graphql")
	case <-p.ended:
		t.Fatalf("the program does not serve:\n%s", p.log)
	case <-time.After(30 * time.Second):
		t.Fatalf("the program says nothing within 30 s:\n%s", p.log)
	}
	return p
}

// awaitReady asks /readyz until it says yes, and gives the time since the start.
func (p *process) awaitReady(within time.Duration) time.Duration {
	p.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ; time.Since(p.began) < within; <-tick.C {
		a, err := oneShot.Get(p.url + "/readyz")
		if err != nil {
			continue
		}
		a.Body.Close()
		if a.StatusCode == http.StatusOK {
			return time.Since(p.began)
		}
	}
	p.t.Fatalf("the program is not ready within %v:\n%s", within, p.log)
	return 0
}

// stop ends it with a signal and gives its exit code.
func (p *process) stop(signal syscall.Signal) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(15 * time.Second):
		p.t.Fatalf("the program does not end on %v:\n%s", signal, p.log)
	}
	return p.cmd.ProcessState.ExitCode()
}

// firstLine passes everything on, and tells the first line.
type firstLine struct {
	to   *lockedBuffer
	told chan<- string
	done bool
}

func (f *firstLine) Write(b []byte) (int, error) {
	n, err := f.to.Write(b)
	if line, _, whole := strings.Cut(f.to.String(), "\n"); whole && !f.done {
		f.done = true
		f.told <- line
	}
	return n, err
}

// onlyError is what a command says at its end: its one sentence, without what it logged before.
func onlyError(t *testing.T, log string) string {
	t.Helper()
	var found []string
	for line := range strings.Lines(log) {
		if rest, ok := strings.CutPrefix(line, "Error: "); ok {
			found = append(found, strings.TrimSpace(rest))
		}
	}
	if len(found) != 1 {
		t.Fatalf("the command says %d errors, want one:\n%s", len(found), log)
	}
	return found[0]
}
