package resolvers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/clock"
	"membergate/internal/cursor"
	"membergate/internal/family"
	"membergate/internal/fault"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// foreseeWallet wants what the selections of a wallet will need: the newest entry, and the page of entries, of which
// the newest may be a part.
func (r *Root) foreseeWallet(ctx context.Context, h *account.Holder, wallets []*ast.Field) {
	o, op := loaders.From(ctx), graphql.GetOperationContext(ctx)
	id := h.Account.Wallet
	covered := false
	for _, w := range wallets {
		for _, f := range below(op, w.SelectionSet, []string{"entries"}) {
			filter, plain := argument(op, f, "filter"), argument(op, f, "after")
			first, ok := whole(argument(op, f, "first"))
			if filter != nil || plain != nil || !ok || first < 1 || first > cursor.MaxPage {
				continue // the resolver asks, or refuses, by itself
			}
			o.Ledgers.Want(loaders.LedgerKey{Wallet: id, Limit: first + 1 + spare})
			covered = true
		}
	}
	if !covered {
		o.Heads.Want(id)
	}
}

// head is the newest entry of a wallet, taken from a page that holds it if the operation has read one.
func (r *Root) head(ctx context.Context, id wallet.ID) (wallet.Entry, error) {
	o := loaders.From(ctx)
	for _, k := range o.Ledgers.Ready() {
		if k.Wallet != id || !k.Newest() {
			continue
		}
		page, _, err := o.Ledgers.Load(ctx, k)
		if err != nil {
			return wallet.Entry{}, err
		}
		if len(page) > 0 {
			return page[0], nil
		}
		return wallet.Entry{Wallet: id}, nil
	}
	e, _, err := o.Heads.Load(ctx, id)
	return e, err
}

// Wallet is the member's wallet at the operation's moment: what has died by then is gone from it.
func (m memberFields) Wallet(ctx context.Context, obj *graph.Member) (*graph.Wallet, error) {
	id := obj.Holder.Account.Wallet
	head, err := m.head(ctx, id)
	if err != nil {
		return nil, err
	}
	return m.showWallet(ctx, id, head), nil
}

// Wallets are the member's wallets of every currency, the programme's own first.
func (m memberFields) Wallets(ctx context.Context, obj *graph.Member) ([]*graph.Wallet, error) {
	var out []*graph.Wallet
	for i, c := range m.programme(ctx).Currencies {
		id := obj.Holder.Account.Wallet
		if i > 0 {
			id = id.In(c.Code)
		}
		head, err := m.head(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, m.showWallet(ctx, id, head))
	}
	return out, nil
}

// foreseeWallets wants what the member's wallets of all currencies need.
func (r *Root) foreseeWallets(ctx context.Context, h *account.Holder) {
	o := loaders.From(ctx)
	for i, c := range r.programme(ctx).Currencies {
		if id := h.Account.Wallet; i > 0 {
			o.Heads.Want(id.In(c.Code))
		} else {
			o.Heads.Want(id)
		}
	}
}

// mine tells whether a wallet is one of a holder's.
func (r *Root) mine(ctx context.Context, h *account.Holder, id wallet.ID) bool {
	if id == h.Account.Wallet {
		return true
	}
	_, known := r.programme(ctx).Currency(id.Currency())
	return known && id == h.Account.Wallet.In(id.Currency()) && id.Currency() != r.programme(ctx).Coin().Code
}

// showWallet is a wallet whose newest entry is known.
func (r *Root) showWallet(ctx context.Context, id wallet.ID, head wallet.Entry) *graph.Wallet {
	now, p := loaders.From(ctx).Now, r.programme(ctx)
	c, abroad := p.Currency(id.Currency())
	if !abroad {
		c = p.Coin()
	}
	s := head.State.At(now)
	out := &graph.Wallet{
		ID: globalID(kindWallet, string(id)), Currency: r.currency(ctx, p, c), Ledger: id, State: s, Lots: []*graph.CoinLot{},
		Balance: &graph.WalletBalance{
			Available: int(s.Available()), Pending: int(s.Promised()), Held: int(s.Held()), Owed: int(s.Owed), Version: int(head.Seq), AsOf: now,
			LifetimeEarned: s.LifetimeEarned, LifetimeSpent: s.LifetimeSpent, LifetimeExpired: s.LifetimeExpired,
		},
	}
	for _, l := range s.Lots {
		lot := &graph.CoinLot{Available: int(l.Free), Held: int(l.Held)}
		if !l.Expires.IsZero() {
			lot.ExpiresAt = &l.Expires
		}
		out.Lots = append(out.Lots, lot)
	}
	return out
}

// mostDays bounds a look ahead: no coins live longer than that in any programme shipped.
const mostDays = 1000

// Expiring lists the coins that die within some days, by local clock time.
func (f walletFields) Expiring(ctx context.Context, obj *graph.Wallet, within *int) ([]*graph.ExpiringCoins, error) {
	days := 90
	if within != nil {
		days = *within
	}
	if days < 1 || days > mostDays {
		return nil, fault.Bad("within", "within is %d; allowed are 1 to %d days", days, mostDays)
	}
	now := loaders.From(ctx).Now
	out := []*graph.ExpiringCoins{}
	for _, l := range obj.State.Expiring(now, clock.AddDays(now, days, f.programme(ctx).Zone())) {
		out = append(out, &graph.ExpiringCoins{ExpiresAt: l.Expires, Coins: int(l.Free)})
	}
	return out, nil
}

// Entries lists the ledger, newest first.
func (f walletFields) Entries(ctx context.Context, obj *graph.Wallet, filter *graph.LedgerFilter, first *int, after *string) (*graph.LedgerEntryConnection, error) {
	key := loaders.LedgerKey{Wallet: obj.Ledger}
	l := cursor.List{Name: "wallet.entries", Owner: string(obj.Ledger)}
	if filter != nil {
		l.Filter = narrow(&key, filter)
	}
	span, err := f.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	if span.After != nil {
		key.Before = span.After.Key
	}
	read, err := f.shown(ctx, key, span.Limit+1)
	if err != nil {
		return nil, err
	}
	return f.entryPage(ctx, l, span, read), nil
}

// entryPage is a page of entries that were read after the span's place, one more than the page holds.
func (r *Root) entryPage(ctx context.Context, l cursor.List, span cursor.Span, read []wallet.Entry) *graph.LedgerEntryConnection {
	page := slice(r.Cursors, l, span, read, func(e wallet.Entry) cursor.Place { return cursor.Place{Key: e.Seq} })
	out := &graph.LedgerEntryConnection{Edges: []*graph.LedgerEntryEdge{}, Nodes: []*graph.LedgerEntry{}, PageInfo: pageInfo(page)}
	for i := range page.Nodes {
		node := r.entry(ctx, &page.Nodes[i])
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.LedgerEntryEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out
}

// Proof walks the ledger's chain.
func (f walletFields) Proof(ctx context.Context, obj *graph.Wallet) (*graph.LedgerProof, error) {
	p, err := f.Wallets.Prove(ctx, obj.Ledger)
	if err != nil {
		return nil, err
	}
	return &graph.LedgerProof{HeadSeq: int(p.HeadSeq), HeadHash: text(p.HeadHash), Verified: p.Verified}, nil
}

// spare is how many more entries are read than a page shows: so many of the newest may be hidden ones before the page
// must be asked for again. The unfiltered page has the newest entry in it, which is the wallet.
const spare = 8

// shown reads n entries that members see: without those that only set coins aside or let them go, unless their kinds
// are asked for.
func (r *Root) shown(ctx context.Context, key loaders.LedgerKey, n int) ([]wallet.Entry, error) {
	o := loaders.From(ctx)
	if key.Kinds != "" {
		key.Limit = n
		read, _, err := o.Ledgers.Load(ctx, key)
		return read, err
	}
	key.Limit = n + spare
	read, _, err := o.Ledgers.Load(ctx, key)
	if err != nil {
		return nil, err
	}
	out := make([]wallet.Entry, 0, len(read))
	for _, e := range read {
		if !wallet.Hidden(e.Kind, e.Amount) {
			out = append(out, e)
		}
	}
	if len(out) >= n || len(read) < key.Limit {
		return out[:min(n, len(out))], nil
	}
	key.Limit, key.Shown = n, true
	out, _, err = o.Ledgers.Load(ctx, key)
	return out, err
}

func (r *Root) entry(ctx context.Context, e *wallet.Entry) *graph.LedgerEntry {
	out := &graph.LedgerEntry{
		ID: globalID(kindEntry, string(e.Wallet)+"/"+strconv.FormatInt(e.Seq, 10)), Seq: int(e.Seq), Kind: graph.LedgerKind(e.Kind),
		Amount: int(e.Amount), BalanceAfter: int(e.BalanceAfter()), Title: r.title(ctx, e),
		OccurredAt: e.OccurredAt, RecordedAt: e.RecordedAt, Explanation: r.explanation(ctx, e), Entry: e,
	}
	if reward, coins, is := family.GiftOf(*e); is {
		out.FamilyGift = &graph.FamilyGift{Given: reward, Coins: int(coins)}
	}
	return out
}

// Reverses is the entry that this one takes back.
func (f entryFields) Reverses(ctx context.Context, obj *graph.LedgerEntry) (*graph.LedgerEntry, error) {
	if obj.Entry.Reverses == 0 {
		return nil, nil
	}
	e, ok, err := loaders.From(ctx).Entries.Load(ctx, loaders.EntryKey{Wallet: obj.Entry.Wallet, Seq: obj.Entry.Reverses})
	if err != nil || !ok {
		return nil, err
	}
	return f.entry(ctx, &e), nil
}

// kinds joins ledger kinds in a fixed order, so that the same filter makes the same page and cursor.
func kinds(ks []graph.LedgerKind) string {
	names := make([]string, len(ks))
	for i, k := range ks {
		names[i] = string(k)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

// narrow puts a filter into a ledger key, and names it for cursors.
func narrow(k *loaders.LedgerKey, f *graph.LedgerFilter) []string {
	k.Kinds = kinds(f.Kinds)
	names := []string{k.Kinds, "", ""}
	if f.From != nil {
		k.From, names[1] = *f.From, f.From.UTC().Format(time.RFC3339Nano)
	}
	if f.To != nil {
		k.To, names[2] = *f.To, f.To.UTC().Format(time.RFC3339Nano)
	}
	return names
}
