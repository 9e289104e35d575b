package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestStoppingFinishesWhatRuns(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	let, waiting := make(chan struct{}), make(chan struct{}, 1)
	closed, besideEnded := false, false
	r := start(t, func(_ *Settings, p *Parts) {
		p.Schema = small(let, waiting)
		p.Beside = []func(context.Context) error{func(ctx context.Context) error {
			<-ctx.Done()
			besideEnded = true
			return ctx.Err()
		}}
		p.Close = func() error {
			closed = besideEnded // the stores outlive what uses them
			return nil
		}
	})
	client := &http.Client{Transport: &http.Transport{}}
	answer := make(chan string, 1)
	go func() {
		a, err := client.Post(r.public+"/graphql", "application/json", strings.NewReader(`{"query":"{wait}"}`))
		if err != nil {
			answer <- err.Error()
			return
		}
		defer a.Body.Close()
		text, _ := io.ReadAll(a.Body)
		answer <- string(text)
	}()
	<-waiting
	r.end()
	for !r.ready.stopping.Load() {
		runtime.Gosched()
	}
	refusedBy := time.Now().Add(5 * time.Second)
	for { // the listener closes a moment after readiness has gone
		c, err := net.Dial("tcp", strings.TrimPrefix(r.public, "http://"))
		if err != nil {
			break
		}
		c.Close()
		if time.Now().After(refusedBy) {
			t.Fatal("new connections are still taken")
		}
	}
	close(let)
	if text := <-answer; !strings.Contains(text, `"data"`) {
		t.Errorf("the running request got %s", text)
	}
	err := <-r.ended
	r.ended <- err
	if err != nil || !besideEnded || !closed {
		t.Errorf("ended with %v, beside ended %v, closed after it %v", err, besideEnded, closed)
	}
	client.CloseIdleConnections()
	http.DefaultClient.CloseIdleConnections()
	goleak.VerifyNone(t, ignore)
}

func TestNotReadyWhileStopping(t *testing.T) {
	r := start(t, nil)
	r.ready.stopping.Store(true)
	if status, _, body := r.get("/readyz"); status != 503 || !strings.Contains(body, `"stopping":true`) {
		t.Errorf("/readyz: %d %s", status, body)
	}
}

func TestTheGatewayEndsWhenWhatRunsBesideFails(t *testing.T) {
	r := start(t, func(_ *Settings, p *Parts) {
		p.Beside = []func(context.Context) error{func(context.Context) error { return errors.New("the worker lost its stream") }}
	})
	err := <-r.ended
	r.ended <- err
	if err == nil || !strings.Contains(err.Error(), "the worker lost its stream") {
		t.Errorf("ended with %v", err)
	}
}

func TestABusyPortIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	n, err := strconv.Atoi(port(t, taken.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := newServer(Settings{Port: n, AdminAddr: "127.0.0.1:0"}, &Parts{}, discard()); err == nil || !strings.HasPrefix(err.Error(), "PORT is "+strconv.Itoa(n)) {
		t.Errorf("error = %v", err)
	}
	if _, err := newServer(Settings{AdminAddr: taken.Addr().String()}, &Parts{}, discard()); err == nil || !strings.HasPrefix(err.Error(), "ADMIN_ADDR is ") || strings.Contains(err.Error(), "\n") {
		t.Errorf("error = %v", err)
	}
}
