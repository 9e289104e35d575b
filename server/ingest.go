package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"membergate/internal/event"
)

const (
	// maxIngest bounds one POST /events: some ten thousand orders.
	maxIngest = 16 << 20
	// maxIngestLine bounds one event, as event.Decode does, with room for its other fields.
	maxIngestLine = 1<<20 + 4<<10
)

// ingested is an event as POST /events takes it.
type ingested struct {
	ID     string          `json:"id"`
	Type   string          `json:"type"`
	Member string          `json:"member"`
	At     string          `json:"at"`
	Data   json.RawMessage `json:"data"`
}

// ServeHTTP adds events to their streams: JSON lines, all of them or none. What a line's data says is looked at by the
// worker, as with events that come over the streams themselves.
func (in *inbound) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	messages, err := readLines(http.MaxBytesReader(w, r.Body, maxIngest))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		writeJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"error": fmt.Sprintf("The body is longer than %d bytes.", maxIngest)})
		return
	case err != nil:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	if err := in.streams.Publish(r.Context(), messages); err != nil {
		in.log.WarnContext(r.Context(), "events cannot be taken in", "cause", err.Error())
		w.Header().Set("Retry-After", "1")
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": "The events may have been taken in or not; send all of them again."})
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]int{"accepted": len(messages)})
}

func readLines(body io.Reader) ([]event.Message, error) {
	var out []event.Message
	scan := bufio.NewScanner(body)
	scan.Buffer(nil, maxIngestLine)
	for n := 1; scan.Scan(); n++ {
		text := bytes.TrimSpace(scan.Bytes())
		if len(text) == 0 {
			continue
		}
		var l ingested
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&l); err != nil || decoder.More() {
			return nil, fmt.Errorf("line %d is no event; allowed is one JSON object with the texts id, type, member and at and the object data", n)
		}
		if l.ID == "" || l.Member == "" || l.Type == "" {
			return nil, fmt.Errorf("line %d has no id, type or member", n)
		}
		out = append(out, event.Message{ID: l.ID, Type: l.Type, Member: l.Member, At: l.At, Data: string(l.Data)})
	}
	if err := scan.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("a line is longer than %d bytes", maxIngestLine)
	} else if err != nil {
		return nil, err
	}
	return out, nil
}
