package boltstore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/personal"
)

// Who must not come back:
//
//	erased   keyed hash of a member's id → when, 8 bytes
//	orphans  wallet id → ""  of those whose member is no more
var (
	erased  = newBucket("erased")
	orphans = newBucket("orphans")
)

// mine are the buckets whose values are a member's own, by where the value says whose it is. They go with the member, and
// so does whatever finds them by their key.
var mine = map[bucket]string{
	orders: "Event.Member", uses: "Member", coupons: "Member", requests: "Member", notices: "Member", slips: "Author", uploads: "Owner", wide: "To", sessions: "Member", logins: "Member",
}

// shared says what becomes of a member in values that others share: where the member stands, and what else is taken out
// of the same part of the value. An empty name takes the member out of the list.
var shared = map[bucket][]personal.Mention{
	families: {
		{At: "People", Name: "Member", Blank: []string{"TeenAt", "AdultAt"}}, {At: "People.Consent", Name: "By"}, {At: "Changes", Name: "By"}, {At: "Changes", Name: "Whom"},
		{At: "Approvals", Name: "Requester", Blank: []string{"Note"}}, {At: "Approvals", Name: "DecidedBy", Blank: []string{"Note"}},
		{At: "Invitations", Name: "InvitedBy"}, {At: "Invitations", Name: "By"},
	},
	redemptions:   {{At: "Request", Name: "By"}},
	transfers:     {{Name: "Sender", Blank: []string{"Message"}}, {Name: "Recipient", Blank: []string{"Message"}}},
	adjustments:   {{Name: "Member", Blank: []string{"Reason", "Note"}}},
	claims:        {{Name: "Member"}},
	posts:         {{Name: "Author", Blank: []string{"Body", "Media", "Ruling", "Review"}}},
	comments:      {{Name: "Author", Blank: []string{"Body", "Ruling", "Review"}}, {At: "Hearers"}},
	reports:       {{Name: "Reporter", Blank: []string{"Sealed"}}, {Name: "Author"}},
	moderationLog: {{Name: "Author", Blank: []string{"Words", "Text"}}},
	invitees:      {{Name: "Inviter"}},
	accounts:      {{At: "Invited", Name: "By"}},
	ties:          {{At: "Follows"}, {At: "Blocks"}, {At: "BlockedBy"}, {At: "Mutes"}},
	staffings:     {{At: "Held", Name: "Member", Out: true}},
	roleLog:       {{Name: "Member"}},
	boards:        {{At: "Entries", Name: "Member", Out: true}},
	stars:         {{Name: "Member"}},
	tierSeats:     {{At: "Taken", Name: "Member", Out: true}},
	logins:        {{Name: "Moved"}},
	readings:      {{Name: "Member", Blank: []string{"Reason", "Input"}}},
}

// apart are the buckets that know nobody but by a random name, or nobody at all; and those that deletions end themselves.
var apart = []bucket{deletions, deletionIDs, deletionDues, entries, ops, counted, alarms, shards, shardsAbroad, products, rewards, slots, topics, adjusted, promises, incidents, meta, erased, orphans, stockMoves, stockTaken, allVouchers, freeVouchers, vouchers}

// Made implements personal.Store.
func (p *Personal) Made(ctx context.Context, who member.ID) (out personal.Made, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		out = personal.Made{}
		for b, into := range map[bucket]*[]string{posts: &out.Posts, comments: &out.Comments} {
			for k, v := range t.from(b, nil, nil) {
				var row struct{ Author member.ID }
				if err := decode(b, k, v, &row); err != nil {
					return err
				}
				if row.Author == who {
					*into = append(*into, string(k))
				}
			}
		}
		prefix := path(string(who))
		for k := range t.from(ownUploads, prefix, prefix) {
			out.Uploads = append(out.Uploads, string(k[len(prefix)+8:]))
		}
		return nil
	})
	return out, err
}

// Erase implements personal.Store, in one transaction, and overwrites what was deleted.
func (p *Personal) Erase(ctx context.Context, who member.ID, ghost string) error {
	err := p.s.write(ctx, func(t *tx) error {
		if err := eraseFindings(t, who, member.ID(ghost)); err != nil {
			return err
		}
		ids := map[string]bool{}
		for _, b := range buckets {
			if slices.Contains(apart, b) {
				continue
			}
			if err := eraseFrom(t, b, string(who), ghost, ids); err != nil {
				return err
			}
		}
		return eraseIndexes(t, ids)
	})
	if err != nil {
		return err
	}
	return p.s.scrub(ctx)
}

// eraseFindings deletes what services found of a member's texts and pictures.
func eraseFindings(t *tx, who ...member.ID) error {
	theirs := map[string]bool{}
	for b, kind := range map[bucket]community.SubjectKind{posts: community.OnPost, comments: community.OnComment} {
		for k, v := range t.from(b, nil, nil) {
			var row struct{ Author member.ID }
			if err := decode(b, k, v, &row); err != nil {
				return err
			}
			if slices.Contains(who, row.Author) {
				theirs[subjectName(community.Subject{Kind: kind, ID: string(k)})] = true
			}
		}
	}
	for subject := range theirs {
		prefix := path(subject)
		for _, k := range keysFrom(t, findingsOn, prefix) {
			if err := errors.Join(t.drop(findingsOn, k), t.drop(findings, k[len(prefix)+8:])); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseFrom takes a member out of one bucket, and notes the ids of what went.
func eraseFrom(t *tx, b bucket, who, ghost string, ids map[string]bool) error {
	changed := map[string][]byte{} // nil = it goes
	for k, v := range t.from(b, nil, nil) {
		if names(k, who) || string(v) == who {
			changed[string(k)] = nil
			continue
		}
		if !bytes.Contains(v, []byte(who)) || !bytes.HasPrefix(v, []byte("{")) {
			continue
		}
		var tree map[string]any
		d := json.NewDecoder(bytes.NewReader(v))
		d.UseNumber()
		if err := d.Decode(&tree); err != nil {
			return err
		}
		if at, ok := mine[b]; ok && personal.Says(tree, at, who) {
			changed[string(k)], ids[string(k)] = nil, true
			continue
		}
		if !personal.Rename(tree, shared[b], who, ghost) {
			continue
		}
		raw, err := json.Marshal(tree)
		if err != nil {
			return err
		}
		changed[string(k)] = raw
	}
	for k, raw := range changed {
		var err error
		if raw == nil {
			err = t.drop(b, []byte(k))
		} else {
			err = t.set(b, []byte(k), raw)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// names tells whether a key is a member's: it is the id, begins with it, or ends with it behind a moment or another name.
func names(key []byte, who string) bool {
	k := string(key)
	rest, ends := strings.CutSuffix(k, who)
	return k == who || strings.HasPrefix(k, who+"\x00") || ends && (strings.HasSuffix(rest, "\x00") || len(rest) == 8) ||
		strings.HasPrefix(k, "author:"+who+"\x00") || strings.HasPrefix(k, string(community.Follow)+":"+who+"\x00")
}

// eraseIndexes takes away what finds things that have gone.
func eraseIndexes(t *tx, ids map[string]bool) error {
	for _, b := range []bucket{couponCodes, couponDue, couponDues, requestQueue, requestSlots, pushCalendar, dueUploads, sessionEnds, sessionKeeps} {
		var gone [][]byte
		for k, v := range t.from(b, nil, nil) {
			if ids[string(k)] || ids[string(v)] || len(k) > 8 && ids[string(k[8:])] || len(k) > 9 && ids[string(k[9:])] {
				gone = append(gone, bytes.Clone(k))
			}
		}
		for _, k := range gone {
			if err := t.drop(b, k); err != nil {
				return err
			}
		}
	}
	return nil
}

// Bar implements personal.Store.
func (p *Personal) Bar(ctx context.Context, hashes []string, at time.Time) error {
	return p.s.write(ctx, func(t *tx) error {
		for _, h := range hashes {
			if t.has(erased, []byte(h)) {
				continue
			}
			if err := t.set(erased, []byte(h), moment(at)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Barring implements personal.Store.
func (p *Personal) Barring(ctx context.Context, hashes []string) (out []string, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		out = slices.DeleteFunc(slices.Clone(hashes), func(h string) bool { return !t.has(erased, []byte(h)) })
		return nil
	})
	return out, err
}

// Orphan implements personal.Store.
func (p *Personal) Orphan(ctx context.Context, wallet string) error {
	return p.s.write(ctx, func(t *tx) error { return t.mark(orphans, []byte(wallet), true) })
}

// Orphans implements personal.Store.
func (p *Personal) Orphans(ctx context.Context, after string, n int) ([]string, error) {
	return p.keys(ctx, orphans, after, n)
}

// Bars implements personal.Store.
func (p *Personal) Bars(ctx context.Context, after string, n int) ([]string, error) {
	return p.keys(ctx, erased, after, n)
}

// keys lists keys of a bucket, after one.
func (p *Personal) keys(ctx context.Context, b bucket, after string, n int) (out []string, err error) {
	err = p.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(b, []byte(after)) {
			if len(out) >= n {
				return nil
			}
			out = append(out, string(k))
		}
		return nil
	})
	return out, err
}
