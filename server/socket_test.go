package main

import (
	"context"
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/golang-jwt/jwt/v5"
)

// connects opens a socket whose viewer is known, and listens to the viewer's wallet.
func connects(t *testing.T, at, access string) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, strings.Replace(at, "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	say := func(message map[string]any) {
		t.Helper()
		text, _ := json.Marshal(message)
		if err := conn.Write(ctx, websocket.MessageText, text); err != nil {
			t.Fatal(err)
		}
	}
	say(map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + access}})
	if _, text, err := conn.Read(ctx); err != nil || !strings.Contains(string(text), "connection_ack") {
		t.Fatalf("it is greeted by %s, %v", text, err)
	}
	say(map[string]any{"id": "1", "type": "subscribe", "payload": map[string]any{"query": "subscription { walletUpdated { id } }"}})
	return conn
}

// closes waits until a socket is closed.
func closes(t *testing.T, conn *websocket.Conn, within time.Duration) (websocket.StatusCode, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for {
		_, text, err := conn.Read(ctx)
		if err == nil && strings.Contains(string(text), `"next"`) {
			continue
		}
		var end websocket.CloseError
		if end.Code = websocket.CloseStatus(err); end.Code < 0 {
			return end.Code, string(text)
		}
		return end.Code, err.Error()
	}
}

func TestASocketEndsWithItsTokenAndWithItsSession(t *testing.T) {
	doors(t, func(t *testing.T, d *door) {
		other := d.beside(t, func(*Settings) {})
		if d.settings.MongoURI != "" {
			other = d.open(t)
		}
		access, _ := d.in(t, someLogin())
		stays, _ := d.in(t, someLogin())
		ends, goes := connects(t, other.url, access), connects(t, other.url, stays)
		if r := d.send(t, d.url, "SignOut", access, "everywhere", false); r.at(t, "signOut", "signedOut") != true {
			t.Fatalf("signed out: %s", r.text)
		}
		if code, why := closes(t, ends, 20*time.Second); code != 4403 {
			t.Errorf("a session's end through another process closes with %d: %s", code, why)
		}

		sub := verified(t, d.gateway, stays).Member
		until := time.Now().Truncate(time.Second).Add(5 * time.Second)
		short := claimed(t, testSecret, func(c jwt.MapClaims) { c["sub"], c["exp"] = sub, until.Unix() })
		conn := connects(t, d.url, short)
		if code, why := closes(t, conn, time.Until(until)+50*time.Second); code != 4403 {
			t.Errorf("a token's end closes with %d: %s", code, why)
		} else if early := time.Until(until); early > 0 {
			t.Errorf("it is closed %s before the token is over", early)
		}

		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		text, err := []byte(nil), goes.Write(ctx, websocket.MessageText, []byte(`{"type":"ping"}`))
		for err == nil && !strings.Contains(string(text), `"pong"`) {
			_, text, err = goes.Read(ctx)
		}
		if err != nil {
			t.Errorf("another's socket is gone: %v", err)
		}
	})
}

func TestAProcessThatStopsTellsItsSockets(t *testing.T) {
	p := launch(t, "DATA_DIR", t.TempDir())
	p.awaitReady(time.Minute)
	member, _ := asDemo(t, p.url, "SILVER")
	conn := connects(t, p.url, member.Token)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, why := closes(t, conn, 30*time.Second); code != websocket.StatusServiceRestart {
		t.Errorf("it closes with %d: %s", code, why)
	}
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		t.Error("the process does not end")
	}
}
