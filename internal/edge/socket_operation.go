package edge

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// running is an operation on a connection that carries many; its cancel ends it.
type running struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// maxOperationID is the longest id of an operation; clients use a UUID or a number.
const maxOperationID = 128

// begin starts an operation.
func (s *socket) begin(f frame) (why ending, ok bool) {
	if !s.acknowledged() {
		return unauthorised, false
	}
	var m message
	if f.ID == "" || len(f.ID) > maxOperationID || json.Unmarshal(f.Payload, &m) != nil {
		return badFrame, false
	}
	ctx, cancel := context.WithCancel(s.ctx)
	op := &running{ctx, cancel}
	s.mu.Lock()
	_, twice := s.running[f.ID]
	full := len(s.running) >= maxRunning
	if !twice && !full {
		s.running[f.ID] = op
	}
	s.mu.Unlock()
	switch {
	case twice:
		cancel()
		return taken(f.ID), false
	case full:
		cancel()
		return ending{}, s.refuse(f.ID, gqlerror.List{refusal(NotAllowed, "The connection has %d operations; at most %d are allowed. End one first.", maxRunning, maxRunning)})
	}
	s.gateway.open.operations.Add(1)
	s.work.Go(func() {
		defer s.gateway.open.operations.Add(-1)
		defer s.forget(f.ID, op)
		s.run(op, f.ID, m)
	})
	return ending{}, true
}

// stop ends an operation that the client wants no more of. Its id is free at once, and nothing is said.
func (s *socket) stop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if op := s.running[id]; op != nil {
		op.cancel()
		delete(s.running, id)
	}
}

// forget frees the id of an operation that has ended, unless another one has it by now.
func (s *socket) forget(id string, op *running) {
	op.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] == op {
		delete(s.running, id)
	}
}

// run answers an operation until there is nothing more to say. Its id is free before the client hears that.
func (s *socket) run(op *running, id string, m message) {
	ctx, refuse := op.ctx, func(errs gqlerror.List) {
		s.forget(id, op)
		s.refuse(id, errs)
	}
	params, refused := m.params()
	if refused != nil {
		refuse(gqlerror.List{refused})
		return
	}
	params.Headers = s.request.Header
	b, errs := s.gateway.begin(ctx, s.request, s.who, params)
	if errs != nil {
		refuse(errs)
		return
	}
	if errs := b.only("A mutation needs POST: over a socket nobody could tell whether a lost answer was one.", ast.Query, ast.Subscription); errs != nil {
		refuse(errs)
		return
	}
	defer b.end(http.StatusOK)
	for first := true; ; first = false {
		response := b.next()
		if ctx.Err() != nil {
			return // the client has ended it, or is gone
		}
		if response == nil {
			break
		}
		if first && b.lasting() && empty(response) {
			refuse(response.Errors)
			return
		}
		if !s.send(frame{ID: id, Type: s.dialect.event, Payload: entire(response)}) {
			return
		}
		if !b.lasting() {
			break
		}
	}
	s.forget(id, op)
	s.send(frame{ID: id, Type: "complete"})
}

// refuse says why an operation does not run; nothing follows for its id.
func (s *socket) refuse(id string, errs gqlerror.List) bool {
	if s.dialect.older {
		return s.send(frame{ID: id, Type: "error", Payload: encode(errs[0])}) // one, as its protocol has it
	}
	return s.send(frame{ID: id, Type: "error", Payload: encode(errs)})
}

// empty tells whether an answer is errors only.
func empty(r *graphql.Response) bool {
	return len(r.Errors) > 0 && (len(r.Data) == 0 || string(r.Data) == "null")
}
