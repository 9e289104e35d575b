package mongostore

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// convoys are the calls of which many come at once where orders are applied.
type convoys struct {
	holders *convoy[[]member.ID, map[member.ID]account.Holder]
	creates *convoy[account.Holder, struct{}]
	saves   *convoy[account.Account, struct{}]
	records *convoy[[]string, map[string]order.Record]
	puts    *convoy[[]order.Record, struct{}]
	applies *convoy[[]string, struct{}]
	heads   *convoy[[]wallet.ID, []wallet.Entry]
	appends *convoy[wallet.Entry, struct{}]
	ends    *ends
}

// Together gives the same store for work that changes many members at once: calls of that work that come at the same
// time travel in one command. Each keeps the promises that it has alone.
func (s *Store) Together() *Store {
	t := *s
	alone := *s
	alone.convoys = nil
	m, o, l, known := alone.Members(), alone.Orders(), alone.Ledger(), &ends{seqs: map[wallet.ID]int64{}}
	t.convoys = &convoys{
		holders: newConvoy(m.carryHolders),
		creates: newConvoy(m.carryCreates),
		saves:   newConvoy(m.carrySaves),
		records: newConvoy(o.carryRecords),
		puts:    newConvoy(o.carryPuts),
		applies: newConvoy(o.carryApplies),
		heads: newConvoy(func(ctx context.Context, calls [][]wallet.ID) ([][]wallet.Entry, []error) {
			return l.carryHeads(ctx, known, calls)
		}),
		appends: newConvoy(l.carryAppends),
		ends:    known,
	}
	return &t
}

func newConvoy[In, Out any](carry func(context.Context, []In) ([]Out, []error)) *convoy[In, Out] {
	return &convoy[In, Out]{most: convoyMost, carry: carry}
}

// carryHolders reads the holders of all calls. Each call gets values of its own.
func (m *Members) carryHolders(ctx context.Context, calls [][]member.ID) ([]map[member.ID]account.Holder, []error) {
	found := map[member.ID]memberDoc{}
	err := find(ctx, m.s, members, in("_id", union(calls)), options.Find(), func(d memberDoc) { found[member.ID(d.ID)] = d })
	out := make([]map[member.ID]account.Holder, len(calls))
	for i, ids := range calls {
		out[i] = make(map[member.ID]account.Holder, len(ids))
		for _, id := range ids {
			if d, ok := found[id]; ok {
				out[i][id] = d.holder()
			}
		}
	}
	return out, all(len(calls), err)
}

// carryRecords reads the records of all calls.
func (o *Orders) carryRecords(ctx context.Context, calls [][]string) ([]map[string]order.Record, []error) {
	found := map[string]orderDoc{}
	err := find(ctx, o.s, orders, in("_id", union(calls)), options.Find(), func(d orderDoc) { found[d.ID] = d })
	out := make([]map[string]order.Record, len(calls))
	for i, ids := range calls {
		out[i] = make(map[string]order.Record, len(ids))
		for _, id := range ids {
			if d, ok := found[id]; ok {
				out[i][id] = d.record()
			}
		}
	}
	return out, all(len(calls), err)
}

// carryPuts writes the records of all calls down.
func (o *Orders) carryPuts(ctx context.Context, calls [][]order.Record) ([]struct{}, []error) {
	records := slices.Concat(calls...)
	slices.SortStableFunc(records, func(a, b order.Record) int { // so that two who put the same ones never wait for each other
		return strings.Compare(a.ID, b.ID)
	})
	return make([]struct{}, len(calls)), all(len(calls), o.Put(ctx, records))
}

// carryApplies marks the records of all calls.
func (o *Orders) carryApplies(ctx context.Context, calls [][]string) ([]struct{}, []error) {
	return make([]struct{}, len(calls)), all(len(calls), o.Apply(ctx, union(calls)))
}

// carryCreates adds all holders.
func (m *Members) carryCreates(ctx context.Context, holders []account.Holder) ([]struct{}, []error) {
	errs := insertEach(ctx, m.s, members, each(holders, newMember))
	for i, err := range errs {
		errs[i] = notCreated(err, holders[i])
	}
	return make([]struct{}, len(holders)), errs
}

// carrySaves saves all accounts. A server only tells how many it has replaced; if that is not all of them, each
// document says which save wrote it.
func (m *Members) carrySaves(ctx context.Context, accounts []account.Account) ([]struct{}, []error) {
	stamps := make([]string, len(accounts))
	saves := make([]mongo.WriteModel, len(accounts))
	for i, a := range accounts {
		old := a.Version
		a.Version++
		d := toAccount(a)
		d.Stamp = rand.Text()
		stamps[i] = d.Stamp
		saves[i] = mongo.NewUpdateOneModel().
			SetFilter(bson.D{{Key: "_id", Value: a.Member}, {Key: "account.version", Value: old}}).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "account", Value: d}}}})
	}
	none := make([]struct{}, len(accounts))
	var done *mongo.BulkWriteResult
	err := m.s.run(ctx, func(ctx context.Context) (err error) {
		done, err = m.s.in(members).BulkWrite(ctx, saves, options.BulkWrite().SetOrdered(false))
		return err
	})
	if err != nil || done.MatchedCount == int64(len(accounts)) {
		return none, all(len(accounts), err)
	}
	written := map[member.ID]string{}
	ids := each(accounts, func(a account.Account) member.ID { return a.Member })
	err = find(ctx, m.s, members, in("_id", ids), options.Find().SetProjection(bson.D{{Key: "account.stamp", Value: 1}}),
		func(d memberDoc) { written[member.ID(d.ID)] = d.Account.Stamp })
	errs := all(len(accounts), err)
	for i, a := range accounts {
		if err == nil && written[a.Member] != stamps[i] {
			errs[i] = account.ErrStale
		}
	}
	return none, errs
}

// union gives what is in any of some lists, once.
func union[T comparable](lists [][]T) []T {
	if len(lists) == 1 {
		return lists[0]
	}
	var out []T
	seen := map[T]bool{}
	for _, list := range lists {
		for _, v := range list {
			if !seen[v] {
				seen[v] = true
				out = append(out, v)
			}
		}
	}
	return out
}
