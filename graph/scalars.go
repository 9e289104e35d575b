package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalDateTime writes a moment in UTC with a final Z; stores keep milliseconds, so no more is shown.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, `"`+t.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)+`"`)
	})
}

// UnmarshalDateTime reads a moment with an offset, such as 2026-07-06T04:30:00Z.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if ok {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%v is no DateTime; allowed are times such as 2026-07-06T04:30:00Z", v)
}

// MarshalLong writes a whole number up to 2^53 as a JSON number.
func MarshalLong(n int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.FormatInt(n, 10)) })
}

// maxLong is the largest whole number that JSON readers keep exact.
const maxLong = 1 << 53

// UnmarshalLong reads a whole number from -2^53 to 2^53.
func UnmarshalLong(v any) (int64, error) {
	var n int64
	var err error
	switch v := v.(type) {
	case int64:
		n = v
	case int:
		n = int64(v)
	case json.Number:
		n, err = v.Int64()
	default:
		err = fmt.Errorf("%T", v)
	}
	if err != nil || n > maxLong || n < -maxLong {
		return 0, fmt.Errorf("%v is no Long; allowed are whole numbers from -2^53 to 2^53", v)
	}
	return n, nil
}
