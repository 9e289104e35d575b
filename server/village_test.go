package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"membergate/internal/account"
	"membergate/internal/community"
	"membergate/internal/desk"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/product"
	"membergate/internal/programme"
	"membergate/internal/redemption"
	"membergate/internal/reward"
	"membergate/internal/tier"
)

// The village is what the sample does not have: families, a community, rewards. It is the same in every run, so that
// two engines can be compared.

// People of the sample, and what they are at its end.
const (
	owner    = "15061" // PLATINUM; of 17 orders and refunds; owns the village's family
	adult    = "17850" // GOLD
	teen     = "13496" // SILVER, PROTECTED
	child    = "12503" // REGISTERED; owes coins
	stranger = "14156" // PLATINUM; owns another family
	single   = "12748" // GOLD; 40 orders and refunds; in no family
	blocked  = "18102" // PLATINUM; the owner blocked this one
	villager = "9001"  // not of the sample; gave back a known order, and was given the highest tier
)

var authors = []member.ID{owner, adult, teen, child, stranger, single, "14646", "15749", "16029", "17450", "17511", "17841"}

const (
	villageFamily = family.ID("f_village")
	otherFamily   = family.ID("f_other")
	invitation    = "the token of the village's invitation"
	posts         = 60 // public ones; more than the largest page
	rewards       = 60
	hourReward    = "r-hour"                             // with slots
	oldHour       = hourReward + ":20110111T010000Z:S01" // one that is over
	cleaning      = "r-clean"                            // of a partner
)

// foundation is when the village begins; everything in it has happened by the sample's end.
var foundation = time.Date(2011, 1, 10, 1, 0, 0, 0, time.UTC)

// idOf numbers the village's writings: those with higher numbers are newer.
func idOf(n int) string { return community.IDOf(written(n), [10]byte{9: byte(n)}) }

func written(n int) time.Time { return foundation.Add(time.Duration(n) * time.Minute) }

// The writings that tests name.
var (
	busyPost     = community.PostID(idOf(posts - 1)) // with comments, reactions, a topic, a product and a picture
	pendingPost  = community.PostID(idOf(100))       // of the stranger, not published yet
	familyPost   = community.PostID(idOf(101))       // for the owner's family
	platinumPost = community.PostID(idOf(102))       // for PLATINUM and above
	blockedPost  = community.PostID(idOf(103))       // of the one whom the owner blocked
	pendingReply = community.CommentID(idOf(199))    // of the stranger, on the busy post
	soupTopic    = community.TopicID("t-soup")
)

// putVillage puts it into the stores of the settings.
func putVillage(pairs []string) error {
	s, err := readSettings(env(pairs...))
	if err != nil {
		return err
	}
	ctx := context.Background()
	st, err := openStores(ctx, s, true, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = st.fill(func() (err error) {
		for _, put := range []func(context.Context, *stores) error{putVillager, putPeople, putShop, putFamilies, putPosts, putComments, putMarks} {
			err = errors.Join(err, put(ctx, st))
		}
		return errors.Join(err, putRequests(ctx, s, st))
	})
	rules, err2 := programme.Keep("retail-5")
	if err2 != nil {
		return err2
	}
	_, counted := st.counter(rules).Sweep(ctx, time.Now(), func(int) {})
	return errors.Join(err, counted, st.close())
}

func putPeople(ctx context.Context, st *stores) error {
	found, err := st.accounts.ByIDs(ctx, authors, account.Whole)
	if err != nil {
		return err
	}
	for _, id := range authors {
		h, ok := found[id]
		if !ok {
			return fmt.Errorf("the sample has no member %s", id)
		}
		p := h.Profile
		p.Avatar, p.Birthday, p.Locale = "/media/avatar/"+string(id)+".svg", "1985-05-05", "en"
		if id == owner {
			atHome(&p)
		}
		if err := st.accounts.SaveProfile(ctx, p); err != nil {
			return err
		}
	}
	c := st.community
	return errors.Join(
		c.SetTie(ctx, owner, community.Follow, adult, true, 0),
		c.SetTie(ctx, owner, community.FollowTopic, string(soupTopic), true, 0),
		c.SetTie(ctx, owner, community.Block, blocked, true, 0),
		c.SetCircle(ctx, "WELFARE_FLASH", owner, true, 500),
		c.SetCircle(ctx, "WELFARE_FLASH", adult, true, 500),
	)
}

// atHome lets somebody tell of home, of likes, and agree to their use.
func atHome(p *member.Profile) {
	p.TimeZone, p.Consents = "Asia/Tokyo", maps.Clone(p.Consents)
	for n, purpose := range []string{"HOUSEHOLD", "CHILDREN", "HEALTH", "PERSONALISATION"} {
		p.Consents[purpose] = member.Consent{Granted: true, At: written(n), PolicyVersion: "2026-01", Source: "app"}
	}
	p.Household = member.Household{Size: 4, LifeStage: "WITH_CHILDREN", Children: []string{"2005-04", "2009-12"}, Diet: []string{"LOW_SUGAR"}}
	p.Preferences = []string{"COFFEE_TEA", "SEAFOOD"}
}

// putRequests are two requests after a sale of the owner's: one that waits, and one that came to an end too late. The owner
// has a card, too.
func putRequests(ctx context.Context, s Settings, st *stores) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	at := written(40)
	open := desk.Request{ID: "0001", Input: "x", Member: owner, Order: "536365", Kind: "QUALITY", Sealed: keys.Seal(desk.TextPurpose, "The lid is cracked."),
		Priority: 3, At: at, RespondBy: at.Add(90 * time.Second), State: desk.Open}
	over := open
	over.ID, over.At, over.ResolveBy, over.State, over.TakenBy, over.TakenAt, over.ClosedBy, over.ClosedAt = "0002", written(41), written(45), desk.Closed, "clerk",
		written(42), "clerk", written(50)
	over.Outcome, over.Note = "REPLACED", keys.Seal(desk.TextPurpose, "A new one is on its way.")
	card := desk.Card{Member: owner, Short: "VILLAGER", Issued: 1, Phones: []desk.Phone{{Device: "kitchen-phone", Issue: 1, At: written(30)}}}
	return errors.Join(st.requests.Create(ctx, open), st.requests.Create(ctx, over), st.cards.Create(ctx, card))
}

func putVillager(ctx context.Context, st *stores) error {
	rules, err := programme.Keep("retail-5")
	if err != nil {
		return err
	}
	bought := order.Event{Kind: order.Paid, ID: "v-1", Member: villager, At: written(10), Fen: 90_000, Channel: "STORE",
		Lines: []order.Line{{SKU: "85123A", Quantity: 3, Fen: 90_000}}}
	back := order.Event{Kind: order.Refunded, ID: "v-2", Member: villager, At: written(20), Fen: 30_000, OrderID: "v-1"}
	who := member.Profile{ID: villager, DisplayName: "Villager", JoinedAt: foundation}
	if err := st.orderService(rules).Apply(ctx, who, []order.Event{bought, back}, written(20)); err != nil {
		return err
	}
	found, err := st.accounts.ByIDs(ctx, []member.ID{villager}, account.Whole)
	if err != nil {
		return err
	}
	a := found[villager].Account
	a.Standing = a.Standing.Give(rules, tier.Grant{Tier: "BLACK_GOLD", Route: programme.Invited, From: written(30), Until: written(30).AddDate(1, 0, 0),
		Reason: "By invitation."})
	a.Standing = a.Standing.Foreseen(rules)
	return st.accounts.Save(ctx, a)
}

func putShop(ctx context.Context, st *stores) error {
	var all []reward.Reward
	for n := range rewards {
		r := reward.Reward{ID: fmt.Sprintf("r-%02d", n), Rank: n / 2, Cost: int64(100 * (n + 1)), ImagePath: fmt.Sprintf("/media/reward/r-%02d.svg", n),
			Titles: programme.Text{"zh-CN": fmt.Sprintf("礼品 %d", n), "en": fmt.Sprintf("Gift %d", n)}}
		if n%3 == 0 {
			left := int64(n)
			r.Stock, r.MinTier, r.TierPercent = &left, "GOLD", map[string]int64{"PLATINUM": 90}
		}
		all = append(all, r)
	}
	apple := product.Product{SKU: "VILLAGE-APPLE", Title: "Village apple", PriceMilli: 3_500, ImagePath: "/media/product/VILLAGE-APPLE.svg", InStock: true}
	sold, err := st.products.ByIDs(ctx, []string{"85123A"}) // what the sample sells most of, so it is recommended
	if err != nil {
		return err
	}
	heart := sold["85123A"]
	heart.ImagePath = "/media/product/85123A.svg"
	all = append(all, reward.Reward{ID: hourReward, Rank: rewards, Kind: reward.AtSlot, Cost: 500, MinTier: "GOLD", LimitPerMember: 9, Category: "TIME",
		Titles: programme.Text{"zh-CN": "门店专属时段", "en": "The store to yourself"}},
		reward.Reward{ID: cleaning, Rank: rewards, Kind: reward.Voucher, Cost: 1000, Partner: programme.Text{"zh-CN": "安心家政", "en": "Housekeepers"},
			Stock: new(int64), Titles: programme.Text{"zh-CN": "家政", "en": "Housekeeping"}})
	var hours []reward.Slot
	for n := range 60 { // more than the largest page, all after the real present of any test
		start := time.Date(2100, 1, 1+n, 1, 0, 0, 0, time.UTC)
		hours = append(hours, reward.Slot{ID: reward.SlotID(hourReward, "S01", start), Reward: hourReward, Store: "S01",
			Place: programme.Text{"zh-CN": "一号店", "en": "Store one"}, Start: start, End: start.Add(time.Hour), Seats: 3})
	}
	begun := hours[0]
	begun.ID, begun.Start, begun.End = oldHour, foundation.AddDate(0, 0, 1), foundation.AddDate(0, 0, 1).Add(time.Hour)
	if err := st.rewards.PutSlots(ctx, append(hours, begun)); err != nil {
		return err
	}
	return errors.Join(st.rewards.PutAll(ctx, all), st.products.PutAll(ctx, []product.Product{apple, heart}))
}

func putFamilies(ctx context.Context, st *stores) error {
	most := int64(200)
	found, err := st.accounts.ByIDs(ctx, []member.ID{child}, account.Public)
	if err != nil {
		return err
	}
	never := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	wish := func(id string, state redemption.State) redemption.Redemption {
		return redemption.Redemption{ID: "of-" + id, Wallet: found[child].Account.Wallet, Reward: "r-01", Quantity: 1, Cost: 200, State: state, CreatedAt: written(3),
			Request: redemption.Request{ID: id, By: child, AnswerBy: never, Family: villageFamily}}
	}
	place := func(n string, who member.ID, role family.Role, l *family.Limit) family.Person {
		return family.Person{ID: "fm_" + n, Member: who, Role: role, State: family.Active, JoinedAt: foundation, Share: family.Share{Mode: family.ShareAll}, Limit: l}
	}
	little := place("child", child, family.Child, &family.Limit{PerPeriod: 100, Period: family.PerWeek})
	little.Consent = &family.Consent{By: owner, At: foundation}
	return errors.Join(
		st.families.Create(ctx, family.Family{ID: villageFamily, Name: "Village", CreatedAt: foundation, Version: 1,
			People: []family.Person{
				place("owner", owner, family.Owner, nil), place("adult", adult, family.Adult, nil),
				place("teen", teen, family.Teen, &family.Limit{PerPeriod: 500, Period: family.PerMonth, Used: 20, Counted: foundation, ApprovalAbove: &most}),
				little,
			},
			Invitations: []family.Invitation{{ID: "fi_village", Hash: family.HashToken(invitation), Role: family.Adult, State: family.Invited,
				InvitedBy: owner, CreatedAt: foundation, ExpiresAt: foundation.AddDate(30, 0, 0)}},
			Approvals: []family.Approval{
				{ID: "fa_declined", Requester: child, Redemption: "of-fa_declined", Coins: 200, State: family.Declined, CreatedAt: written(2), ExpiresAt: never, DecidedBy: owner, DecidedAt: written(3), Note: "Not today."},
				{ID: "fa_village", Requester: child, Redemption: "of-fa_village", Coins: 200, State: family.Undecided, CreatedAt: written(3), ExpiresAt: never},
			},
			Changes: []family.Change{
				{ID: "000000001", At: foundation, By: owner, What: family.Opened}, {ID: "000000002", At: written(1), By: adult, What: family.DidJoin, Whom: owner, Role: family.Adult},
			},
		}),
		st.families.Create(ctx, family.Family{ID: otherFamily, Name: "Others", CreatedAt: foundation, Version: 1,
			People: []family.Person{place("stranger", stranger, family.Owner, nil)}}),
		st.redemptions.Create(ctx, wish("fa_village", redemption.Awaiting)), st.redemptions.Create(ctx, wish("fa_declined", redemption.Declined)),
	)
}

func putPosts(ctx context.Context, st *stores) error {
	boards := []string{"KNOWLEDGE", "EXCHANGE", "EVENTS"}
	var all []community.Post
	for n := range posts {
		p := community.Post{ID: community.PostID(idOf(n)), CreatedAt: written(n), Board: boards[n%3], Author: authors[n%len(authors)],
			Body: fmt.Sprintf("第 %d 碗汤\nSoup number %d", n, n), Visibility: community.Public, State: community.Published}
		if n%2 == 1 {
			p.Topics, p.Products = []community.TopicID{soupTopic}, []string{"VILLAGE-APPLE", "85123A"}
			p.Media = []community.Picture{{Path: fmt.Sprintf("/media/post/%d.svg", n), Width: 800, Height: 600, Alt: "Soup"}, {Path: fmt.Sprintf("u/%032x-800x600.jpg", n), Width: 800, Height: 600}}
			p.EditedAt = written(n).Add(time.Second)
		}
		all = append(all, p)
	}
	special := func(id community.PostID, n int, who member.ID, change func(*community.Post)) {
		p := community.Post{ID: id, CreatedAt: written(n), Board: "EXCHANGE", Author: who, Body: "Not for everybody", Visibility: community.Public, State: community.Published}
		change(&p)
		all = append(all, p)
	}
	special(pendingPost, 100, stranger, func(p *community.Post) {
		p.State, p.Campaign = community.Pending, "SHOW_YOUR_FINDS"
		p.Ruling = community.Ruling{Reason: "UNAVAILABLE", By: community.ByRules, At: written(100)}
	})
	special(familyPost, 101, owner, func(p *community.Post) { p.Visibility, p.Family = community.OfFamily, string(villageFamily) })
	special(platinumPost, 102, owner, func(p *community.Post) { p.Visibility, p.MinRank = community.OfTier, 3 })
	special(blockedPost, 103, blocked, func(*community.Post) {})
	for i := range all {
		all[i] = all[i].Counted(community.Counts{})
	}
	return errors.Join(st.community.Put(ctx, all),
		st.community.PutTopics(ctx, []community.Topic{{ID: soupTopic, Key: "soup", Titles: programme.Text{"zh-CN": "汤", "en": "Soup"}},
			{ID: "t-show-your-finds", Key: "晒好物", Titles: programme.Text{"zh-CN": "晒好物", "zh-TW": "曬好物", "en": "Show your finds"}}}))
}

func putComments(ctx context.Context, st *stores) error {
	var all []community.Comment
	write := func(n int, body string, change func(*community.Comment)) community.Comment {
		c := community.Comment{ID: community.CommentID(idOf(n)), Post: busyPost, Author: authors[n%len(authors)], Body: body,
			State: community.Published, CreatedAt: written(n), Version: 1}
		if change != nil {
			change(&c)
		}
		all = append(all, c)
		return c
	}
	for n := 120; n < 180; n++ { // 60 comments, the first five with five replies each
		c := write(n, fmt.Sprintf("Comment %d", n), nil)
		for r := range 5 {
			if n < 125 {
				answer := 200 + 5*(n-120) + r
				write(answer, fmt.Sprintf("Answer %d", answer), func(a *community.Comment) { *a = a.AnswerTo(c) })
			}
		}
	}
	all[0].DeletedAt, all[0].Body = written(190), "" // its replies keep the place
	write(199, "Not looked at yet", func(c *community.Comment) {
		c.Author, c.State = stranger, community.Pending
		c.Ruling = community.Ruling{Reason: "CONTACT", Note: "Please leave the number out.", By: community.ByStaff, At: written(199)}
	})
	if err := st.community.PutComments(ctx, all); err != nil {
		return err
	}
	service := &community.Service{Store: st.community}
	for n := 120; n < 125; n++ {
		if err := service.Recount(ctx, community.Subject{Kind: community.OnComment, ID: idOf(n)}); err != nil {
			return err
		}
	}
	return service.Recount(ctx, community.Subject{Kind: community.OnPost, ID: string(busyPost)})
}

func putMarks(ctx context.Context, st *stores) error {
	service := &community.Service{Store: st.community}
	mark := func(who member.ID, kind community.SubjectKind, n int, k community.Kind) error {
		_, err := service.SetMark(ctx, who, community.Subject{Kind: kind, ID: idOf(n)}, k, true, written(300))
		return err
	}
	var err error
	for n := posts - 20; n < posts; n++ { // the newest are the hottest
		err = errors.Join(err, mark(owner, community.OnPost, n, community.Like), mark(authors[n%5], community.OnPost, n, community.Helpful))
	}
	return errors.Join(err,
		mark(owner, community.OnPost, posts-1, community.Love), mark(owner, community.OnPost, posts-1, community.Bookmark),
		mark(owner, community.OnComment, 121, community.Like), mark(adult, community.OnComment, 121, community.Funny))
}
