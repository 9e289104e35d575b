package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/wallet"
)

func removedInbox(t *testing.T, ctx context.Context, s Board) {
	who, of := member.ID(name("member")), wallet.NewID()
	in := notice.Inbox{Member: who, Wallet: of, Due: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	must(t, s.Notices.Save(ctx, in))
	must(t, s.Notices.Remove(ctx, in)) // at version 0 it was not there
	in.Version = 1
	if all, err := s.Notices.Inboxes(ctx, []member.ID{who}); err != nil || len(all) != 1 {
		t.Fatalf("it was changed, and %v, %v are left", all, err)
	}
	for range 2 {
		must(t, s.Notices.Remove(ctx, in))
	}
	must(t, s.Notices.Mark(ctx, []notice.Touched{{Wallet: of}})) // of a wallet that nobody knows any more
	all, err := s.Notices.Inboxes(ctx, []member.ID{who})
	must(t, err)
	due, err := s.Notices.Due(ctx, in.Due, 100)
	must(t, err)
	if len(all) > 0 || slices.Contains(due, who) {
		t.Errorf("left are %v, due is %v", all, due)
	}
}

// nobodys is a store of accounts in which nobody is.
type nobodys struct{ account.Store }

func (nobodys) ByIDs(context.Context, []member.ID, account.Detail) (map[member.ID]account.Holder, error) {
	return nil, nil
}

func inboxOfNobody(t *testing.T, ctx context.Context, s Board) {
	who := member.ID(name("member"))
	must(t, s.Notices.Mark(ctx, []notice.Touched{{Member: who}}))
	told := newNewsroom(t, s).desk(s.Notices)
	told.Accounts = nobodys{s.Accounts}
	_, err := told.Look(ctx, []member.ID{who})
	must(t, err)
	all, err := s.Notices.Inboxes(ctx, []member.ID{who})
	must(t, err)
	if len(all) > 0 {
		t.Errorf("left is %v", all)
	}
}
