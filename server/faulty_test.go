package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// ownRedis is a Redis of a test's own, which keeps every write before it answers and may be killed and started again.
type ownRedis struct {
	t    *testing.T
	port string
	dir  string
	more []string // options besides
	cmd  *exec.Cmd
}

func startRedis(t *testing.T, more ...string) *ownRedis {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &ownRedis{t: t, port: port(t, free.Addr().String()), dir: t.TempDir(), more: more}
	_ = free.Close()
	r.start()
	t.Cleanup(r.kill)
	return r
}

func (r *ownRedis) url() string { return "redis://127.0.0.1:" + r.port + "/0" }

func (r *ownRedis) start() {
	r.t.Helper()
	r.cmd = exec.Command("redis-server", append([]string{"--port", r.port, "--bind", "127.0.0.1", "--dir", r.dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "always", "--loglevel", "warning"}, r.more...)...)
	if err := r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	awaiting(r.t, "redis-server", func() bool {
		c, err := net.Dial("tcp", "127.0.0.1:"+r.port)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

func (r *ownRedis) kill() {
	_ = r.cmd.Process.Signal(syscall.SIGKILL)
	_ = r.cmd.Wait()
}

// awaiting asks until the answer is yes.
func awaiting(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !yes(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within two minutes", what)
		}
	}
}

// wire stands between a program and a server, and can be cut.
type wire struct {
	to    string
	in    net.Listener
	mu    sync.Mutex
	isCut bool
	open  map[net.Conn]bool
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	in, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{to: to, in: in, open: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = in.Close(); w.cut(true) })
	go func() {
		for {
			c, err := in.Accept()
			if err != nil {
				return
			}
			go w.join(c)
		}
	}()
	return w
}

// keep notes a connection, unless the wire is cut.
func (w *wire) keep(c net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[c] = true
	return !w.isCut
}

func (w *wire) drop(c net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, c)
	_ = c.Close()
}

func (w *wire) join(c net.Conn) {
	defer w.drop(c)
	if !w.keep(c) {
		return
	}
	s, err := net.Dial("tcp", w.to)
	if err != nil {
		return
	}
	defer w.drop(s)
	if !w.keep(s) {
		return
	}
	done := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{c, s}, {s, c}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			done <- struct{}{}
		}()
	}
	<-done
}

// cut cuts all connections and lets no new ones through, until it is mended.
func (w *wire) cut(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = on
	for c := range w.open {
		if on {
			_ = c.Close()
		}
	}
}

// victim is this test's binary run as the program.
type victim struct {
	cmd *exec.Cmd
	log lockedBuffer
}

// runProgram starts the program with settings as pairs; nothing of the test's own environment reaches it.
func runProgram(t *testing.T, args string, pairs ...string) *victim {
	t.Helper()
	r := &victim{cmd: exec.CommandContext(context.Background(), os.Args[0], strings.Fields(args)...)}
	// Without a DATA_DIR among the pairs its keys would stay beside the tests; of two the last one holds.
	r.cmd.Env = []string{"RUN_AS_PROGRAM=1", "HOME=" + os.Getenv("HOME"), "PATH=" + os.Getenv("PATH"), "DATA_DIR=" + t.TempDir()}
	for i := 0; i < len(pairs); i += 2 {
		r.cmd.Env = append(r.cmd.Env, pairs[i]+"="+pairs[i+1])
	}
	r.cmd.Stderr, r.cmd.Stdout = &r.log, &r.log
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.signal(syscall.SIGKILL) })
	return r
}

// consumes tells whether a worker has begun: before, a signal ends it as it ends any program.
func (r *victim) consumes() bool {
	return strings.Contains(r.log.String(), "the worker consumes events")
}

// signal sends a signal and waits for the end; the error is the program's.
func (r *victim) signal(s syscall.Signal) error {
	if r.cmd.ProcessState != nil {
		return nil
	}
	_ = r.cmd.Process.Signal(s)
	if err := r.cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, r.log.String())
	}
	return nil
}
