package resolvers

import (
	"context"

	"membergate/graph"
	"membergate/internal/account"
	"membergate/internal/transfer"
	"membergate/internal/wallet"
	"membergate/loaders"
)

// CoinTransfer sends coins to another member.
func (m mutation) CoinTransfer(ctx context.Context, input graph.CoinTransferInput) (*graph.CoinTransferPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	now := loaders.From(ctx).Now
	to, err := m.recipient(ctx, input.RecipientID)
	if err != nil {
		return nil, err
	}
	from := transfer.Party{Member: h.Profile.ID, Wallet: h.Account.Wallet, Tier: m.standing(ctx, h).Held(m.programme(ctx), now).Code}
	gift := transfer.Gift{Key: input.IdempotencyKey, To: input.RecipientID, Coins: int64(input.Coins), At: now}
	if input.Message != nil {
		gift.Message = *input.Message
	}
	if input.ExpectedName != nil {
		gift.Expected = *input.ExpectedName
	}
	t, replayed, err := m.Transfers.Send(wallet.Within(ctx, m.Families.Bound(h.Profile.ID)), from, to, gift)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CoinTransferPayload{Replayed: replayed, UserErrors: []*graph.CoinTransferUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CoinTransferUserError{
			Field: refused.field, Message: refused.message, Code: graph.CoinTransferErrorCode(refused.code), ShortBy: refused.shortBy, Nearest: refused.nearest,
		})
	} else {
		out.Transfer = m.transfer(ctx, t)
	}
	out.Wallet, err = m.freshWallet(ctx, h.Account.Wallet)
	return out, err
}

// recipient finds who is behind the id of a public profile; nil for nobody whom the viewer may see. Who is hidden costs
// as much as who is unknown.
func (r *Root) recipient(ctx context.Context, id string) (*transfer.Party, error) {
	reader, err := r.reader(ctx)
	if err != nil {
		return nil, err
	}
	kind, handle, _ := readID(id)
	if kind != kindProfile {
		handle = ""
	}
	h, known, err := loaders.From(ctx).Stores.Accounts.ByHandle(ctx, handle)
	if err != nil || !known || reader.Apart(h.Profile.ID) {
		return nil, err
	}
	return party(h), nil
}

func party(h account.Holder) *transfer.Party {
	return &transfer.Party{Member: h.Profile.ID, Name: h.Profile.DisplayName, Wallet: h.Account.Wallet}
}

func (r *Root) transfer(ctx context.Context, t transfer.Transfer) *graph.CoinTransfer {
	currency := t.From.Currency()
	if currency == "" {
		currency = r.Book.At(t.At).Coin().Code
	}
	return &graph.CoinTransfer{
		ID: globalID(kindTransfer, t.ID), Coins: int(t.Coins), Currency: currency, State: string(t.State), Message: text(t.Message), SentAt: t.At, Transfer: t,
	}
}

// Sender is who sent the coins.
func (f transferFields) Sender(ctx context.Context, obj *graph.CoinTransfer) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Transfer.Sender)
}

// Recipient is who got the coins.
func (f transferFields) Recipient(ctx context.Context, obj *graph.CoinTransfer) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Transfer.Recipient)
}

// Transfer is what an entry that moved coins between two wallets is a part of.
func (f entryFields) Transfer(ctx context.Context, obj *graph.LedgerEntry) (*graph.CoinTransfer, error) {
	switch obj.Entry.Kind {
	case wallet.Send, wallet.Receive, wallet.ConvertOut, wallet.ConvertIn, wallet.Decline:
	default:
		return nil, nil
	}
	t, known, err := loaders.From(ctx).Transfers.Load(ctx, obj.Entry.Ref)
	if err != nil || !known {
		return nil, err
	}
	return f.transfer(ctx, t), nil
}

// transferNode shows a transfer to the two whom it is between.
func (r *Root) transferNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	t, known, err := o.Transfers.Load(ctx, key)
	if err != nil || !known || t.Sender != o.Me() && t.Recipient != o.Me() {
		return nil, err
	}
	return r.transfer(ctx, t), nil
}

// CoinConvert converts coins between the member's own wallets.
func (m mutation) CoinConvert(ctx context.Context, input graph.CoinConvertInput) (*graph.CoinConvertPayload, error) {
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	t, replayed, err := m.Transfers.Convert(ctx, h.Profile.ID, h.Account.Wallet, transfer.Exchange{
		Key: input.IdempotencyKey, From: input.From, To: input.To, Coins: int64(input.Coins), Expected: int64(input.ExpectedCoins), At: loaders.From(ctx).Now,
	})
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.CoinConvertPayload{Replayed: replayed, UserErrors: []*graph.CoinConvertUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.CoinConvertUserError{
			Field: refused.field, Message: refused.message, Code: graph.CoinConvertErrorCode(refused.code), ShortBy: refused.shortBy, Nearest: refused.nearest,
		})
		return out, nil
	}
	out.Arrived = ptr(int(t.Arrives))
	if out.From, err = m.freshWallet(ctx, t.From); err == nil {
		out.To, err = m.freshWallet(ctx, t.To)
	}
	return out, err
}
