package edge

import (
	"encoding/json"

	"github.com/coder/websocket"
)

// dialect is a subprotocol of GraphQL over WebSocket: what its messages are called.
type dialect struct {
	begin  string // the client wants an operation
	finish string // the client wants no more of one
	event  string // an answer
	older  bool   // graphql-ws, which knows no ping and has no close codes of its own
}

// dialects by the names that clients offer. graphql-transport-ws is what clients speak today (its text is at
// github.com/enisdenjo/graphql-ws, PROTOCOL.md); graphql-ws is Apollo's older one (subscriptions-transport-ws), which
// Apollo Kotlin still speaks unless told otherwise.
var dialects = map[string]dialect{
	"graphql-transport-ws": {begin: "subscribe", finish: "complete", event: "next"},
	"graphql-ws":           {begin: "start", finish: "stop", event: "data", older: true},
}

// subprotocols in the order in which the gateway would choose.
var subprotocols = []string{"graphql-transport-ws", "graphql-ws"}

// frame is a message of either side.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// ending is why a connection is closed, and how a client is told.
type ending struct {
	code   websocket.StatusCode
	reason string
}

// Endings. Those from 4400 on are the subprotocol's own. After 4403, 4408, 1012 and 1013 its clients come back by
// themselves, with a new token if they have one.
var (
	badFrame     = ending{4400, "Invalid message received"}
	unauthorised = ending{4401, "Unauthorized"}
	forbidden    = ending{4403, "Forbidden"}
	tokenOver    = ending{4403, "The token is over"}
	signedOut    = ending{4403, "Signed out"}
	noSubprot    = ending{4406, "Subprotocol not acceptable"}
	initTimeout  = ending{4408, "Connection initialisation timeout"}
	initAgain    = ending{4429, "Too many initialisation requests"}
	restarting   = ending{websocket.StatusServiceRestart, "The gateway is restarting"}
	notNow       = ending{websocket.StatusTryAgainLater, "Too many connections, or a part is not available"}
	tooTalkative = ending{websocket.StatusPolicyViolation, "Too many messages in a minute"}
)

// taken is what a client is told that uses an id for two operations at once.
func taken(id string) ending { return ending{4409, "Subscriber for " + brief(id) + " already exists"} }
