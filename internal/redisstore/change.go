package redisstore

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"membergate/internal/change"
	"membergate/internal/wallet"
)

// What has changed of a member's things; {w} is the wallet's pseudonym, and keeps its keys in one slot of a cluster:
//
//	changes:{w}       stream of { kind, version }; at most changesKept entries, none older than changesAge
//	changes:{w}:told  hash of the last version told by kind, for families by kind and id, and "epoch": a random word, made with the hash
//
// Both live changesAge after the last change. They are not rebuilt: a position is an epoch and the id of an entry, so that
// after a loss all positions from before are too old, and devices read again.
const (
	// changesAge is how long a device may be away and still catch up: a week's holiday without the phone.
	changesAge = 7 * 24 * time.Hour
	// changesKept is how many changes are kept of one member: reading that many one by one is more work than reading all
	// again.
	changesKept = 200
)

// tellChange adds a change unless it was told: KEYS the stream and the hash; ARGV kind, version, most entries, oldest id,
// life in milliseconds, an epoch for a new hash, which of several things of the kind.
const tellChange = `local what = ARGV[1]
if ARGV[7] ~= '' then what = what .. '/' .. ARGV[7] end
local told = redis.call('HGET', KEYS[2], what)
if told and tonumber(told) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSETNX', KEYS[2], 'epoch', ARGV[6])
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[3], '*', 'kind', ARGV[1], 'version', ARGV[2])
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[4])
redis.call('HSET', KEYS[2], what, ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1`

// Changes is a change.Store.
type Changes struct {
	s     *Store
	redis redis.UniversalClient
	now   func() time.Time
}

// Changes gives the store of what has changed. An embedded store has it in a database of its own, which is not written
// down: there would be two keys a member to write at every snapshot, and devices can do without.
func (s *Store) Changes() *Changes {
	if s.embedded == nil {
		return &Changes{s, s.redis, time.Now}
	}
	o := s.options
	o.DB = 1
	client := redis.NewUniversalClient(&o)
	client.AddHook(counting{})
	s.also = append(s.also, client)
	return &Changes{s, client, time.Now}
}

func (c *Changes) keys(of wallet.ID) (stream, told string) {
	stream = c.s.key("changes", "{"+string(of)+"}")
	return stream, stream + ":told"
}

// oldest is the first id that is not too old.
func (c *Changes) oldest() uint64 { return uint64(c.now().Add(-changesAge).UnixMilli()) }

// Tell implements change.Store.
func (c *Changes) Tell(ctx context.Context, news []change.News) error {
	if len(news) == 0 {
		return nil
	}
	pipe := c.redis.Pipeline()
	oldest, epoch := strconv.FormatUint(c.oldest(), 10)+"-0", rand.Text()
	for _, n := range news {
		stream, told := c.keys(n.Of)
		pipe.Eval(ctx, tellChange, []string{stream, told}, string(n.Kind), n.Version, changesKept, oldest, changesAge.Milliseconds(), epoch, n.Which)
	}
	_, err := pipe.Exec(ctx)
	return translate(err)
}

// noEpoch is the epoch of a member of whom nothing was told.
const noEpoch = "-"

// Position implements change.Store. Of whom nothing was told, it is the moment before this one.
func (c *Changes) Position(ctx context.Context, of wallet.ID) (string, error) {
	stream, told := c.keys(of)
	pipe := c.redis.TxPipeline()
	epoch, last := pipe.HGet(ctx, told, "epoch"), pipe.XRevRangeN(ctx, stream, "+", "-", 1)
	if _, err := pipe.Exec(ctx); err != nil && err != redis.Nil { //nolint:errorlint // the client gives it itself
		return "", translate(err)
	}
	if len(last.Val()) == 0 || epoch.Val() == "" {
		return fmt.Sprintf("%s:%d-%d", noEpoch, c.now().UnixMilli()-1, uint64(math.MaxUint64)), nil
	}
	return epoch.Val() + ":" + last.Val()[0].ID, nil
}

// Since implements change.Store.
func (c *Changes) Since(ctx context.Context, of wallet.ID, position string, n int) (change.Page, error) {
	epoch, id, _ := strings.Cut(position, ":")
	ms, seq, err := split(id)
	if err != nil || ms < c.oldest() {
		return change.Page{}, change.ErrTooOld // a position that nobody gave is no better than an old one
	}
	stream, told := c.keys(of)
	pipe := c.redis.TxPipeline()
	now, length := pipe.HGet(ctx, told, "epoch"), pipe.XLen(ctx, stream)
	first, found := pipe.XRangeN(ctx, stream, "-", "+", 1), pipe.XRangeN(ctx, stream, "("+id, "+", int64(n))
	if _, err := pipe.Exec(ctx); err != nil && err != redis.Nil { //nolint:errorlint // the client gives it itself
		return change.Page{}, translate(err)
	}
	if epoch != noEpoch && epoch != now.Val() || trimmed(length.Val(), first.Val(), ms, seq) {
		return change.Page{}, change.ErrTooOld
	}
	out := change.Page{Position: position}
	for _, m := range found.Val() {
		kind, _ := m.Values["kind"].(string)
		text, _ := m.Values["version"].(string)
		version, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return change.Page{}, change.ErrTooOld
		}
		out.Changes = append(out.Changes, change.Change{Kind: change.Kind(kind), Version: version})
		out.Position = now.Val() + ":" + m.ID
	}
	return out, nil
}

// trimmed tells whether entries behind a position may be gone because there were too many; it is said of one entry too
// early, too. Those that were too old went with their positions.
func trimmed(length int64, first []redis.XMessage, ms, seq uint64) bool {
	if length < changesKept || len(first) == 0 {
		return false
	}
	firstMS, firstSeq, err := split(first[0].ID)
	return err != nil || ms < firstMS || ms == firstMS && seq < firstSeq
}
