package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/benefit"
	"membergate/internal/checkout"
	"membergate/internal/coupon"
	"membergate/internal/eligibility"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/tier"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// spenders are members whose coins never die, so that tests can spend them by the real clock. Each test has its own.
var spenders = map[member.ID]wallet.Coins{
	"payer": 10_000, "refused": 10_000, "hurried": 1_000, "empty": 1, "buyer": 10_000, "turned": 10_000, "adjusted": 100, "shopper": 10_000,
	"collector": 10_000, "visitor": 10_000, "various": 1_000_000, "lapsed": 10_000, "giver": 10_000, "taker": 1, "explained": 10_000, "traveller": 1_000,
	"talker": 1, "renamed": 1, "quiet": 1, "corrected": 1,
	"reader": 1, "chooser": 1, "phoned": 1, "rephoned": 1, "reminded": 1,
	"caller": 1, "bronze": 1, "hasty": 1,
	"adopted": 1, "remarked": 1, "offensive": 1, "accused": 1, "charged": 1, "discussed": 1, "witness": 1, "witness2": 1, "witness3": 1, "witness4": 1, "nagger": 1,
	"writer": 1, "answerer": 1, "onlooker": 1, "scribbler": 1, "prolific": 1,
	"steadfast": 1_000_000, "reckoner": 10_000, "clipper": 10_000, "saver": 10_000, "thrifty": 10_000,
	"photographer": 1, "trickster": 1, "illustrator": 1, "copyist": 1, "hoarder": 1,
}

func putSpenders(ctx context.Context, s Settings, st *stores, rules book) error {
	for id, coins := range spenders {
		h := account.Open(rules, member.Profile{ID: id, DisplayName: string(id), JoinedAt: foundation})
		if id == "explained" { // whose birthday is in this month
			h.Profile.Birthday = time.Now().In(rules.At(written(0)).Zone()).Format("2006-01") + "-01"
		}
		if id == "caller" || id == "writer" || id == "hasty" || id == "turned" || id == "giver" || id == "collector" || id == "visitor" || id == "various" || id == "explained" { // those to whom every reward is open
			h.Account.Standing = h.Account.Standing.Give(rules, tier.Grant{Tier: "GOLD", Route: programme.Invited, From: written(2), Until: written(2).AddDate(100, 0, 0)})
		}
		if err := st.accounts.Create(ctx, h); err != nil {
			return err
		}
		if _, err := st.wallets(rules).Post(ctx, h.Account.Wallet, []wallet.Posting{{
			Op: "gift", Kind: wallet.Adjust, Coins: coins, Title: "coins.adjusted", Reason: "to be spent by tests", At: written(1), Actor: "staff",
		}}); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if id == "caller" || id == "bronze" || id == "hasty" { // who have bought something
			e := order.Event{Kind: order.Paid, ID: "o-" + string(id), Member: id, At: written(3), Fen: 100, Channel: "STORE", Lines: []order.Line{{SKU: "85123A", Quantity: 1, Fen: 100}}}
			if err := st.orderService(rules).Apply(ctx, h.Profile, []order.Event{e}, written(3)); err != nil {
				return err
			}
		}
		if id == "lapsed" { // whose second entry is a hold that nobody settled in time
			if _, err := st.wallets(rules).Post(ctx, h.Account.Wallet, []wallet.Posting{{
				Op: "old hold", Kind: wallet.SetAside, Coins: 10, Purpose: checkout.Purpose, Ref: "o-1", At: written(2), Until: written(17), Actor: "member",
			}}); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(putCollection(ctx, s, st, rules), putUses(ctx, st, rules), putCoupons(ctx, st, rules), putFriends(ctx, s, st, rules), putKin(ctx, st, rules)); err != nil {
		return err
	}
	_, _, err := st.reviewer().Review(ctx, rules.At(time.Now()), time.Now())
	return err
}

// partnersCodes are how many codes the village's partner gave.
const partnersCodes = 12

// putCollection loads the partner's codes, and redeems one reward of each kind for the collector.
func putCollection(ctx context.Context, s Settings, st *stores, rules book) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	var codes []string
	for n := range partnersCodes {
		codes = append(codes, fmt.Sprintf("PARTNER-%04d", n))
	}
	if _, err := voucher.Load(ctx, st.vouchers, keys, cleaning, codes, written(1)); err != nil {
		return err
	}
	found, err := st.rewards.ByIDs(ctx, []string{cleaning})
	if err != nil {
		return err
	}
	w := found[cleaning]
	*w.Stock = partnersCodes
	who, err := st.accounts.ByIDs(ctx, []member.ID{"collector"}, account.Public)
	if err == nil {
		err = st.rewards.PutAll(ctx, []reward.Reward{w})
	}
	if err != nil {
		return err
	}
	service := &redemption.Service{Store: st.redemptions, Rewards: st.rewards, Vouchers: st.vouchers, Keys: keys, Wallets: st.wallets(rules), Book: rules}
	id, at := who["collector"].Account.Wallet, written(40)
	slots, err := st.rewards.Slots(ctx, hourReward, oldHour, 1)
	if err != nil {
		return err
	}
	for n, a := range []redemption.Ask{
		{Reward: "r-01", Expected: 200}, {Reward: "r-02", Expected: 300}, {Reward: cleaning, Expected: 1000},
		{Reward: hourReward, Expected: 500, Slot: slots[0].ID},
	} {
		a.Key, a.Quantity, a.Tier, a.At = fmt.Sprint("collect-", n), 1, "GOLD", at.Add(time.Duration(n)*time.Minute)
		r, _, err := service.Redeem(ctx, id, a)
		if err == nil && n == 0 {
			_, err = service.Use(ctx, r.Code, "till", a.At.Add(time.Minute))
		}
		if err != nil {
			return fmt.Errorf("redeem %s: %w", a.Reward, err)
		}
	}
	return nil
}

// putUses lets the collector use benefits, and take one back.
func putUses(ctx context.Context, st *stores, rules book) error {
	service := st.benefitService(rules)
	found, err := st.accounts.ByIDs(ctx, []member.ID{"collector"}, account.Whole)
	if err != nil {
		return err
	}
	h, at := found["collector"], time.Date(2026, 7, 6, 4, 0, 0, 0, time.UTC)
	f := eligibility.Gather(rules.At(at), h.Profile, h.Account.Standing.Advance(rules, at), at)
	var last benefit.Use
	for n, code := range []string{"STORE_SECRET", "GOLD_DELIVERY", "GOLD_DELIVERY"} {
		c := benefit.Command{Key: fmt.Sprint(n), Facts: f, Benefit: code, Order: fmt.Sprint("o-", n), Channel: "STORE", Store: "S1", By: benefit.ByMember, At: at.Add(time.Duration(n) * time.Minute)}
		if n > 0 {
			c.Channel = "MINI_PROGRAM"
		}
		if last, _, err = service.Use(ctx, c); err != nil {
			return fmt.Errorf("use %s: %w", code, err)
		}
	}
	_, err = service.Cancel(ctx, benefit.Undo{Member: h.Profile.ID, Use: last.ID, By: "clerk", At: at.Add(10 * time.Minute)})
	return err
}

// putCoupons gives the owner coupons, of which the one for larger orders is a gift of staff.
func putCoupons(ctx context.Context, st *stores, rules book) error {
	at := time.Date(2011, 1, 16, 4, 0, 0, 0, time.UTC)
	_, err := st.couponService(rules).Issue(ctx, []coupon.Issue{
		{Op: "late", Template: "LATE_20", Member: owner, Source: coupon.ByCompensation, Ref: "parcel", At: at},
		{Op: "free", Template: "DELIVERY_FREE", Member: owner, Source: coupon.ByCampaign, Ref: "campaign", At: at},
		{Op: "half", Template: "COMEBACK_HALF", Member: owner, Source: coupon.ByQuota, Ref: "COMEBACK_PACK", At: at},
		{Op: "gift", Template: "MEMBER_DAY_10", Member: owner, Source: coupon.ByClaim, Ref: "claim", At: at, By: "9100", Reason: "Sorry."},
	})
	return err
}

// spender gives one of them.
func spender(t testing.TB, e *engine, id string) walletApp {
	t.Helper()
	return walletApp{t, e.gateway.url, id, appDocument(t, "wallet") + appDocument(t, "transfer")}
}
