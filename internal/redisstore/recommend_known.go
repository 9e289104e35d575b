package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// The names of what is known of a member.
const (
	tasteName = "taste"
	traceName = "trace"
	toldName  = "told"
)

// Times are stored in milliseconds since 1970.
type (
	nearValue struct {
		Of     string  `json:"of"` // kind:id
		Likely float64 `json:"n"`
	}
	sayingValue struct {
		Action string      `json:"a"`
		Of     string      `json:"of"`
		At     int64       `json:"at"`
		Near   []nearValue `json:"near,omitempty"`
	}
	tasteValue struct {
		Version int64         `json:"v"`
		Sayings []sayingValue `json:"s"`
	}
	viewValue struct {
		Of   string      `json:"of"`
		Act  string      `json:"act"`
		At   int64       `json:"at"`
		Near []nearValue `json:"near,omitempty"`
	}
	outValue struct {
		Act   string `json:"act"`
		Until int64  `json:"until"`
	}
	traceValue struct {
		State  string              `json:"state"` // changes with every change
		Views  []viewValue         `json:"views,omitempty"`
		Shown  map[string][2]int64 `json:"shown,omitempty"` // times and the last one
		Out    map[string]outValue `json:"out,omitempty"`
		Opened int64               `json:"opened"`
		Events int64               `json:"events"`
	}
)

func refText(r recommend.Ref) string { return string(r.Kind) + ":" + r.ID }

func readRef(text string) recommend.Ref {
	kind, id, _ := strings.Cut(text, ":")
	return recommend.Ref{Kind: recommend.Kind(kind), ID: id}
}

func writeNear(all []recommend.Near) (out []nearValue) {
	for _, n := range all {
		out = append(out, nearValue{refText(n.Ref), n.Strength})
	}
	return out
}

func readNear(all []nearValue) (out []recommend.Near) {
	for _, n := range all {
		out = append(out, recommend.Near{Ref: readRef(n.Of), Strength: n.Likely})
	}
	return out
}

func readTaste(m member.ID, raw []byte) (recommend.Taste, error) {
	var v tasteValue
	if err := json.Unmarshal(raw, &v); err != nil {
		return recommend.Taste{}, err
	}
	out := recommend.Taste{Member: m, Version: v.Version}
	for _, s := range v.Sayings {
		out.Sayings = append(out.Sayings, recommend.Saying{Action: recommend.Action(s.Action), Of: readRef(s.Of), At: time.UnixMilli(s.At).UTC(), Near: readNear(s.Near)})
	}
	return out, nil
}

// noteNewer keeps the newer one of two copies: KEYS the copy; ARGV the copy, its version, its life in milliseconds.
const noteNewer = `local old = redis.call('GET', KEYS[1])
if old and cjson.decode(old).v > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1`

// Know implements recommend.Lists.
func (l *Lists) Know(ctx context.Context, t recommend.Taste) error {
	v := tasteValue{Version: t.Version, Sayings: []sayingValue{}}
	for _, s := range t.Sayings {
		v.Sayings = append(v.Sayings, sayingValue{string(s.Action), refText(s.Of), s.At.UnixMilli(), writeNear(s.Near)})
	}
	raw, err := json.Marshal(v)
	if err != nil { // unreachable: text and finite numbers
		return err
	}
	return translate(l.s.redis.Eval(ctx, noteNewer, []string{l.ofMember(t.Member, tasteName)}, raw, t.Version, tasteLife.Milliseconds()).Err())
}

// trace reads what a command has found; nothing is an empty trace.
func (l *Lists) trace(of member.ID, found *redis.StringCmd) (recommend.Trace, error) {
	raw, err := found.Bytes()
	if errors.Is(err, redis.Nil) {
		return recommend.Trace{}, nil
	}
	if err != nil {
		return recommend.Trace{}, translate(err)
	}
	var v traceValue
	if err := json.Unmarshal(raw, &v); err != nil {
		return recommend.Trace{}, fmt.Errorf("redisstore: %s: %w", l.ofMember(of, traceName), err)
	}
	out := recommend.Trace{Opened: time.UnixMilli(v.Opened).UTC(), Events: v.Events}
	for _, each := range v.Views {
		out.Views = append(out.Views, recommend.View{Of: readRef(each.Of), Act: recommend.Act(each.Act), At: time.UnixMilli(each.At).UTC(), Strong: readNear(each.Near)})
	}
	if len(v.Shown) > 0 {
		out.Shown = make(map[recommend.Ref]recommend.Shown, len(v.Shown))
	}
	for ref, s := range v.Shown {
		out.Shown[readRef(ref)] = recommend.Shown{Times: int(s[0]), Last: time.UnixMilli(s[1]).UTC()}
	}
	if len(v.Out) > 0 {
		out.Out = make(map[recommend.Ref]recommend.Out, len(v.Out))
	}
	for ref, o := range v.Out {
		out.Out[readRef(ref)] = recommend.Out{Until: time.UnixMilli(o.Until).UTC(), Act: recommend.Act(o.Act)}
	}
	return out, nil
}

// Trace implements recommend.Lists: one pipeline.
func (l *Lists) Trace(ctx context.Context, m member.ID, marks []string) (t recommend.Trace, told map[string]bool, was string, err error) {
	pipe := l.s.redis.Pipeline()
	found := pipe.Get(ctx, l.ofMember(m, traceName))
	scores := make([]*redis.FloatCmd, len(marks))
	for i, mark := range marks {
		scores[i] = pipe.ZScore(ctx, l.ofMember(m, toldName), mark)
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return t, nil, "", translate(err)
	}
	if t, err = l.trace(m, found); err != nil {
		return t, nil, "", err
	}
	var state struct {
		State string `json:"state"`
	}
	if raw, err := found.Bytes(); err == nil {
		if err := json.Unmarshal(raw, &state); err != nil { // unreachable: it was read above
			return t, nil, "", err
		}
	}
	told = map[string]bool{}
	for i, mark := range marks {
		if scores[i].Err() == nil {
			told[mark] = true
		}
	}
	return t, told, state.State, nil
}

// retrace replaces a trace: KEYS the trace, the marks; ARGV the state it must have, the trace, its life in milliseconds,
// the time, the time before which marks go, marks …
const retrace = `local old, state = redis.call('GET', KEYS[1]), ''
if old then state = cjson.decode(old).state end
if state ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[5])
for n = 6, #ARGV do redis.call('ZADD', KEYS[2], ARGV[4], ARGV[n]) end
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1`

// Retrace implements recommend.Lists.
func (l *Lists) Retrace(ctx context.Context, m member.ID, was string, t recommend.Trace, marks []string, at time.Time, life time.Duration) (bool, error) {
	next, _ := strconv.ParseInt(was, 10, 64) // of no state, 0
	v := traceValue{State: strconv.FormatInt(next+1, 10), Opened: t.Opened.UnixMilli(), Events: t.Events,
		Shown: make(map[string][2]int64, len(t.Shown)), Out: make(map[string]outValue, len(t.Out))}
	for _, each := range t.Views {
		v.Views = append(v.Views, viewValue{refText(each.Of), string(each.Act), each.At.UnixMilli(), writeNear(each.Strong)})
	}
	for ref, s := range t.Shown {
		v.Shown[refText(ref)] = [2]int64{int64(s.Times), s.Last.UnixMilli()}
	}
	for ref, o := range t.Out {
		v.Out[refText(ref)] = outValue{string(o.Act), o.Until.UnixMilli()}
	}
	raw, err := json.Marshal(v)
	if err != nil { // unreachable: text and finite numbers
		return false, err
	}
	args := []any{was, raw, life.Milliseconds(), at.UnixMilli(), at.Add(-life).UnixMilli()}
	for _, mark := range marks {
		args = append(args, mark)
	}
	n, err := l.s.redis.Eval(ctx, retrace, []string{l.ofMember(m, traceName), l.ofMember(m, toldName)}, args...).Int()
	return n == 1, translate(err)
}
