package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/order"
	"membergate/internal/personal"
)

// PersonalStores are what personal data lies in, of one engine.
type PersonalStores struct {
	Personal personal.Store
	Orders   order.Store
	Notices  notice.Store
	Marks    community.Marks

	Community community.Store
}

// Personal tests the promises of personal.Store.
func Personal(t *testing.T, s PersonalStores) {
	group[PersonalStores]{
		{"every field of a deletion comes back", fieldsOfDeletion},
		{"of many who end a deletion at once one does", versionsOfDeletion},
		{"a deletion is found by its id, and asked for anew under it", deletionByID},
		{"all deletions of a member are dropped, and no other's", deletionsDropped},
		{"what must not come back is known by its hash", hashesBarred},
		{"wallets without a member are listed", orphansListed},
		{"what a member made is listed", madeListed},
		{"a member's deletions are listed newest first", deletionsOfMember},
		{"what is open is due once it may begin, and counted", deletionsDue},
		{"orders lose their products and nothing else", linesForgotten},
		{"what a member has marked is listed", markedListed},
		{"an inbox is emptied, and no other", noticesForgotten},
	}.run(t, s)
}

func deletion(seed uint64, who member.ID, at time.Time) personal.Deletion {
	d := filled[personal.Deletion](dice(seed))
	d.ID, d.Member, d.State, d.Version = name("deletion"), who, personal.Requested, 1
	d.RequestedAt, d.From, d.DueAt = at, at.Add(time.Hour), at.Add(48*time.Hour)
	return d
}

// askedAt is long before every other test's deletions.
var askedAt = time.Date(1999, 3, 4, 5, 6, 7, 89e6, time.UTC)

func fieldsOfDeletion(t *testing.T, ctx context.Context, s PersonalStores) {
	for seed := range uint64(4) {
		who := member.ID(name("member"))
		want := deletion(seed, who, askedAt)
		must(t, s.Personal.Add(ctx, want))
		again := want
		again.State = personal.Done
		must(t, s.Personal.Add(ctx, again)) // its id is there
		got, err := s.Personal.Of(ctx, who, 9)
		must(t, err)
		same(t, "the deletions", got, []personal.Deletion{want})
		want.State = personal.Done
		must(t, s.Personal.Save(ctx, want))
		want.Version = 2
		got, err = s.Personal.Of(ctx, who, 9)
		must(t, err)
		same(t, "the deletions", got, []personal.Deletion{want})
	}
}

func versionsOfDeletion(t *testing.T, ctx context.Context, s PersonalStores) {
	d := deletion(1, member.ID(name("member")), askedAt)
	must(t, s.Personal.Add(ctx, d))
	d.State = personal.Done
	onlyWinner(t, together(16, func(int) error { return s.Personal.Save(ctx, d) }), personal.ErrStale)
	d.ID = name("deletion")
	if err := s.Personal.Save(ctx, d); !errors.Is(err, personal.ErrStale) {
		t.Errorf("one that is not there is saved: %v", err)
	}
}

func deletionsOfMember(t *testing.T, ctx context.Context, s PersonalStores) {
	who := member.ID(name("member"))
	var want []string
	for n := range 5 {
		d := deletion(uint64(n), who, askedAt.Add(time.Duration(n)*time.Minute))
		d.State = personal.Done
		must(t, s.Personal.Add(ctx, d))
		want = append([]string{d.ID}, want...)
	}
	must(t, s.Personal.Add(ctx, deletion(1, who+"0", askedAt))) // of somebody whose id begins alike
	got, err := s.Personal.Of(ctx, who, 4)
	must(t, err)
	var ids []string
	for _, d := range got {
		ids = append(ids, d.ID)
	}
	same(t, "the newest", ids, want[:4])
}

func deletionsDue(t *testing.T, ctx context.Context, s PersonalStores) {
	at := time.Date(1998, 1, 1, 0, 0, 0, 0, time.UTC) // before all others
	who := member.ID(name("member"))
	first, second, ended := deletion(1, who, at), deletion(2, who, at.Add(time.Minute)), deletion(3, who, at)
	first.DueAt = at.Add(90 * time.Minute)
	for _, d := range []personal.Deletion{second, first, ended} {
		must(t, s.Personal.Add(ctx, d))
	}
	ended.State = personal.Cancelled
	must(t, s.Personal.Save(ctx, ended))
	mine := func(now time.Time, n int) []string {
		out := []string{}
		due, err := s.Personal.Due(ctx, now, n)
		must(t, err)
		for _, d := range due {
			if d.Member == who {
				out = append(out, d.ID)
			}
		}
		return out
	}
	same(t, "what may not begin yet", mine(first.From.Add(-time.Millisecond), 9), []string{})
	same(t, "what may begin", mine(first.From, 9), []string{first.ID})
	same(t, "what waited longest", mine(at.Add(24*time.Hour), 1), []string{first.ID})
	same(t, "all that may begin", mine(at.Add(24*time.Hour), 9), []string{first.ID, second.ID})
	open, late, err := s.Personal.Count(ctx, at.Add(2*time.Hour))
	must(t, err)
	if open < 2 || late != 1 {
		t.Errorf("%d are open and %d late, want 2 or more and 1", open, late)
	}
	for _, d := range []personal.Deletion{first, second} {
		d.State = personal.Done
		must(t, s.Personal.Save(ctx, d))
	}
	same(t, "what is done", mine(at.Add(24*time.Hour), 9), []string{})
}

func linesForgotten(t *testing.T, ctx context.Context, s PersonalStores) {
	who, other := member.ID(name("member")), member.ID(name("member"))
	var all []order.Record
	for n, m := range []member.ID{who, who, other} {
		id := name("order")
		all = append(all, order.Record{ID: "order:" + id, Event: order.Event{Kind: order.Paid, ID: id, Member: m, At: askedAt.Add(time.Duration(n) * time.Hour), Fen: 700,
			Lines: []order.Line{{SKU: "A", Quantity: 1, Fen: 700}}}})
	}
	must(t, s.Orders.Put(ctx, all))
	ids := []string{all[0].ID, all[1].ID, all[2].ID}
	must(t, s.Orders.Apply(ctx, ids))
	for range 2 {
		must(t, s.Personal.Forget(ctx, personal.Purchases, who))
	}
	found, err := s.Orders.ByIDs(ctx, ids)
	must(t, err)
	for n, id := range ids {
		want := all[n]
		want.Applied = true
		if n < 2 {
			want.Event.Lines = nil
		}
		same(t, "the order", found[id], want)
	}
}

func markedListed(t *testing.T, ctx context.Context, s PersonalStores) {
	who := member.ID(name("member"))
	post, comment := community.Subject{Kind: community.OnPost, ID: name("post")}, community.Subject{Kind: community.OnComment, ID: name("comment")}
	for _, on := range []community.Subject{post, comment} {
		for _, m := range []member.ID{who, "0" + who} {
			_, _, err := s.Marks.SetMark(ctx, m, on, community.Like, true, askedAt)
			must(t, err)
		}
	}
	got, err := s.Personal.Marked(ctx, who)
	must(t, err)
	want := []string{"comment:" + comment.ID, "post:" + post.ID}
	slices.Sort(want)
	same(t, "what is marked", got, want)
}

func noticesForgotten(t *testing.T, ctx context.Context, s PersonalStores) {
	who, other := member.ID(name("member")), member.ID(name("member"))
	for _, m := range []member.ID{who, other} {
		for n := range int64(3) {
			one := filled[notice.Notice](dice(uint64(n)))
			one.ID, one.Member, one.Number, one.Hidden, one.ReadAt = name("notice"), m, n+1, false, time.Time{}
			must(t, s.Notices.Put(ctx, []notice.Notice{one}))
		}
	}
	for range 2 {
		must(t, s.Personal.Forget(ctx, personal.Notices, who))
	}
	for m, want := range map[member.ID]int{who: 0, other: 3} {
		all, err := s.Notices.Page(ctx, m, notice.Query{Limit: 9})
		must(t, err)
		if len(all) != want {
			t.Errorf("%d notices are left, want %d", len(all), want)
		}
	}
}

func deletionByID(t *testing.T, ctx context.Context, s PersonalStores) {
	who := member.ID(name("member"))
	d := deletion(5, who, askedAt)
	if _, ok, err := s.Personal.ByID(ctx, d.ID); ok || err != nil {
		t.Errorf("one that is not there is found: %v", err)
	}
	must(t, s.Personal.Add(ctx, d))
	d.RequestedAt, d.From = d.RequestedAt.Add(time.Hour), d.From.Add(time.Hour)
	must(t, s.Personal.Save(ctx, d))
	d.Version = 2
	got, ok, err := s.Personal.ByID(ctx, d.ID)
	must(t, err)
	if !ok {
		t.Error("it is not found")
	}
	same(t, "the deletion", got, d)
	all, err := s.Personal.Of(ctx, who, 9)
	must(t, err)
	same(t, "all of the member", all, []personal.Deletion{d})
	must(t, s.Personal.Drop(ctx, who))
}

func deletionsDropped(t *testing.T, ctx context.Context, s PersonalStores) {
	who := member.ID(name("member"))
	at := time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC)
	gone, other := []personal.Deletion{deletion(1, who, at), deletion(2, who, at)}, deletion(3, who+"0", at)
	for _, d := range append(gone, other) {
		must(t, s.Personal.Add(ctx, d))
	}
	for range 2 {
		must(t, s.Personal.Drop(ctx, who))
	}
	all, err := s.Personal.Of(ctx, who, 9)
	must(t, err)
	same(t, "what is left", len(all), 0)
	due, err := s.Personal.Due(ctx, at.Add(2*time.Hour), 9)
	must(t, err)
	same(t, "what is due", due, []personal.Deletion{other})
	must(t, s.Personal.Drop(ctx, who+"0"))
}

func hashesBarred(t *testing.T, ctx context.Context, s PersonalStores) {
	mark := name("hash")
	hashes := []string{mark + "a", mark + "b", mark + "c"}
	for range 2 {
		must(t, s.Personal.Bar(ctx, hashes[:2], askedAt))
	}
	found, err := s.Personal.Barring(ctx, hashes)
	must(t, err)
	slices.Sort(found)
	same(t, "what is kept", found, hashes[:2])
	found, err = s.Personal.Barring(ctx, hashes[2:])
	must(t, err)
	same(t, "what is not", len(found), 0)
	for after, want := range map[string][]string{mark: hashes[:2], mark + "a": hashes[1:2]} {
		page, err := s.Personal.Bars(ctx, after, len(want))
		must(t, err)
		same(t, "the page after "+after, page, want)
	}
}

func orphansListed(t *testing.T, ctx context.Context, s PersonalStores) {
	mark := name("wallet")
	for _, w := range []string{mark + "b", mark + "a", mark + "b"} {
		must(t, s.Personal.Orphan(ctx, w))
	}
	page, err := s.Personal.Orphans(ctx, mark, 2)
	must(t, err)
	same(t, "the page", page, []string{mark + "a", mark + "b"})
	page, err = s.Personal.Orphans(ctx, mark+"a", 1)
	must(t, err)
	same(t, "the next one", page, []string{mark + "b"})
}

func madeListed(t *testing.T, ctx context.Context, s PersonalStores) {
	who := member.ID(name("member"))
	post := community.Post{ID: community.PostID(community.NewID(askedAt)), Author: who, Body: "mine", State: community.Published, Visibility: community.Public, CreatedAt: askedAt}
	other := community.Post{ID: community.PostID(community.NewID(askedAt)), Author: who + "0", Body: "theirs", State: community.Published, Visibility: community.Public, CreatedAt: askedAt}
	must(t, s.Community.Put(ctx, []community.Post{post, other}))
	comment := community.Comment{ID: community.CommentID(community.NewID(askedAt)), Post: other.ID, Author: who, Body: "mine", State: community.Published, CreatedAt: askedAt}
	must(t, s.Community.PutComments(ctx, []community.Comment{comment}))
	got, err := s.Personal.Made(ctx, who)
	must(t, err)
	same(t, "what is the member's", got, personal.Made{Posts: []string{string(post.ID)}, Comments: []string{string(comment.ID)}})
}
