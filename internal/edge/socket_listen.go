package edge

import (
	"encoding/json"
	"time"

	"github.com/coder/websocket"
)

// listen takes messages until the socket is closed.
func (s *socket) listen() {
	for {
		kind, text, err := s.conn.Read(s.ctx)
		if err != nil {
			return // closed by either side, or too long a message, which the library has answered with 1009
		}
		why, ok := badFrame, false
		if kind == websocket.MessageText {
			why, ok = s.take(text)
		}
		if !ok {
			s.close(why)
			return
		}
	}
}

// take does what a message asks for; when it is not ok the socket is to be closed.
func (s *socket) take(text []byte) (why ending, ok bool) {
	if now := time.Now(); now.Sub(s.minute) > time.Minute {
		s.minute, s.messages = now, 0
	}
	if s.messages++; s.messages > maxMessages {
		return tooTalkative, false
	}
	var f frame
	if json.Unmarshal(text, &f) != nil {
		return badFrame, false
	}
	switch f.Type {
	case "connection_init":
		return s.greet(f.Payload)
	case s.dialect.begin:
		return s.begin(f)
	case s.dialect.finish:
		if f.ID == "" {
			return badFrame, false
		}
		s.stop(f.ID)
		return ending{}, true
	case "connection_terminate":
		if s.dialect.older {
			return ending{websocket.StatusNormalClosure, ""}, false
		}
	case "ping":
		if !s.dialect.older {
			return ending{}, s.send(frame{Type: "pong", Payload: f.Payload})
		}
	case "pong":
		if !s.dialect.older {
			return ending{}, true
		}
	}
	return badFrame, false
}

// acknowledged tells whether the client has said who it is.
func (s *socket) acknowledged() bool {
	select {
	case <-s.letIn:
		return true
	default:
		return false
	}
}
