package edge

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The types of an answer.
const (
	plainJSON    = "application/json"
	responseJSON = "application/graphql-response+json"
)

// answer is what goes back to a client.
type answer struct {
	status     int
	mediaType  string
	data       json.RawMessage
	errors     gqlerror.List
	extensions map[string]any
	request    bool // the operation did not run, so there is no data, not even null
}

// write sends the answer. The data is JSON already and is not looked at again: it can be large.
func (a answer) write(w http.ResponseWriter) {
	if a.status == http.StatusNotModified {
		w.WriteHeader(a.status)
		return
	}
	b := a.body()
	b.WriteByte('\n')
	h := w.Header()
	h.Set("Content-Type", a.mediaType+"; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(a.status)
	_, _ = w.Write(b.Bytes()) // an error means that nobody listens any more
}

// body is the answer as JSON.
func (a answer) body() *bytes.Buffer {
	b := &bytes.Buffer{}
	b.WriteByte('{')
	if len(a.errors) > 0 {
		b.WriteString(`"errors":`)
		b.Write(encode(a.errors))
	}
	if !a.request && a.status == http.StatusOK {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`"data":`)
		if len(a.data) == 0 {
			b.WriteString("null")
		}
		b.Write(a.data)
	}
	if len(a.extensions) > 0 {
		b.WriteString(`,"extensions":`)
		b.Write(encode(a.extensions))
	}
	b.WriteByte('}')
	return b
}

// entire is one answer of many as JSON.
func entire(r *graphql.Response) json.RawMessage {
	return answer{status: http.StatusOK, data: r.Data, errors: r.Errors, extensions: r.Extensions}.body().Bytes()
}

// failure is an answer of errors only, as JSON.
func failure(errs gqlerror.List) json.RawMessage {
	return answer{request: true, errors: errs}.body().Bytes()
}

// encode writes JSON without escaping <, > and &: the answer is never part of a page.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // errors and extensions are plain values
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// negotiate chooses the answer's type from Accept: the one with the higher q; where both are welcome alike, the newer
// one if it is named. Without the header, and for */*, it is application/json, which every client understands.
func negotiate(accept []string) (mediaType string, ok bool) {
	wanted := strings.Join(accept, ",")
	if strings.TrimSpace(wanted) == "" {
		return plainJSON, true
	}
	best := map[string]float64{}
	rank := map[string]int{} // how exactly a type was named; the most exact wins over wildcards
	for part := range strings.SplitSeq(wanted, ",") {
		name, options, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if given, err := strconv.ParseFloat(options["q"], 64); err == nil {
			q = given
		}
		for _, own := range []string{plainJSON, responseJSON} {
			exactness := map[string]int{own: 3, "application/*": 2, "*/*": 1}[name]
			if exactness > rank[own] || (exactness > 0 && exactness == rank[own] && q > best[own]) {
				best[own], rank[own] = q, exactness
			}
		}
	}
	switch {
	case best[plainJSON] == 0 && best[responseJSON] == 0:
		return "", false
	case best[responseJSON] > best[plainJSON]:
		return responseJSON, true
	case best[responseJSON] == best[plainJSON] && rank[responseJSON] == 3:
		return responseJSON, true
	}
	return plainJSON, true
}
