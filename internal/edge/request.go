package edge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// message is a request's body, or the parameters of a GET.
type message struct {
	Query         json.RawMessage `json:"query"`
	DocumentID    json.RawMessage `json:"documentId"`
	OperationName json.RawMessage `json:"operationName"`
	Variables     json.RawMessage `json:"variables"`
	Extensions    json.RawMessage `json:"extensions"`
}

// read takes the operation out of a request. Its refusals never repeat the body, which may hold anything.
func read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, int, *gqlerror.Error) {
	var m message
	var status int
	var refused *gqlerror.Error
	switch r.Method {
	case http.MethodPost:
		m, status, refused = readBody(w, r)
	case http.MethodGet:
		m, status, refused = readAddress(r)
	default:
		w.Header().Set("Allow", "GET, POST")
		return nil, http.StatusMethodNotAllowed, refusal(NotAllowed, "The method %s is not allowed; allowed are GET and POST.", brief(r.Method))
	}
	if refused != nil {
		return nil, status, refused
	}
	params, refused := m.params()
	if refused != nil {
		return nil, http.StatusBadRequest, refused
	}
	params.Headers = r.Header
	return params, 0, nil
}

// readBody insists on application/json: the other types a browser sends to any site without asking first, which is how
// forged requests come.
func readBody(w http.ResponseWriter, r *http.Request) (message, int, *gqlerror.Error) {
	mediaType, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := options["charset"]
	if err != nil || mediaType != plainJSON || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return message{}, http.StatusUnsupportedMediaType, refusal(BadInput, "The Content-Type must be %s in UTF-8.", plainJSON)
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return message{}, http.StatusUnsupportedMediaType, refusal(BadInput, "A Content-Encoding is not allowed: send the body as it is.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBodyBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return message{}, http.StatusRequestEntityTooLarge, tooComplex("The body is longer than %d bytes; at most %d are allowed.", MaxBodyBytes, MaxBodyBytes)
	}
	if err != nil {
		return message{}, http.StatusBadRequest, refusal(BadInput, "The body could not be read to its end.")
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		return message{}, http.StatusBadRequest, refusal(NotAllowed, "A list of operations is not answered here: send one at a time.")
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return message{}, http.StatusBadRequest, refusal(BadInput, "The body is not a JSON object with query, operationName, variables and extensions.")
	}
	return m, 0, nil
}

func readAddress(r *http.Request) (message, int, *gqlerror.Error) {
	values := r.URL.Query()
	var m message
	for name, into := range map[string]*json.RawMessage{"query": &m.Query, "documentId": &m.DocumentID, "operationName": &m.OperationName} {
		if values.Has(name) {
			*into, _ = json.Marshal(values.Get(name))
		}
	}
	m.Variables, m.Extensions = json.RawMessage(values.Get("variables")), json.RawMessage(values.Get("extensions"))
	return m, 0, nil
}

// params checks the kinds of the members; null is as good as absent.
func (m message) params() (*graphql.RawParams, *gqlerror.Error) {
	p, id := &graphql.RawParams{}, ""
	members := []struct {
		name string
		from json.RawMessage
		into any
		kind string
	}{
		{"query", m.Query, &p.Query, "a string"},
		{"documentId", m.DocumentID, &id, "a string"},
		{"operationName", m.OperationName, &p.OperationName, "a string"},
		{"variables", m.Variables, &p.Variables, "an object"},
		{"extensions", m.Extensions, &p.Extensions, "an object"},
	}
	for _, member := range members {
		if len(member.from) == 0 {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(member.from))
		d.UseNumber() // so that whole numbers stay whole
		if d.Decode(member.into) != nil || len(bytes.TrimSpace(member.from[d.InputOffset():])) > 0 {
			return nil, refusal(BadInput, "%s is not %s.", member.name, member.kind)
		}
	}
	delete(p.Extensions, documentID)
	if id != "" {
		if p.Extensions == nil {
			p.Extensions = map[string]any{}
		}
		p.Extensions[documentID] = id // the library's parameters have no place of its own
	}
	n, refused := claimed(p)
	if refused == nil && n.id == "" && strings.TrimSpace(p.Query) == "" {
		refused = refusal(BadInput, "query is missing; it must hold a GraphQL document, or documentId must name one.")
	}
	return p, refused
}
