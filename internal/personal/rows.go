package personal

import "slices"

// open is how long most of it stays.
const open = "while the account is open"

// Map is the data map: what is stored of members, of others through members, and of nobody.
var Map = slices.Concat(ofMembers, ofMoney, ofFamilies, ofCommunity, ofDesks, ofNobody)

// ofMembers is what a member is, holds and has decided.
var ofMembers = []Row{
	{What: "profile", Class: OfPerson, Purpose: "to greet the member, and to show them to others", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "members: _id profile.name profile.avatar profile.handle profile.joined profile.channel profile.locale profile.zone profile.country",
		Bolt:  "profiles: key ID Handle DisplayName Avatar JoinedAt Channel Locale TimeZone Country; handles: key value"},
	{What: "birthday", Class: OfPerson, Purpose: "gifts of the birthday, and who is a child", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "members: profile.birthday", Bolt: "profiles: Birthday"},
	{What: "household", Class: Confidence, Purpose: "portions, diets and stages that the member told", Ground: Consent, Keeps: "until the consent to each ends", Fate: Goes, Exported: true, Deletes: Household,
		Mongo: "members: profile.sealed", Bolt: "profiles: Sealed"},
	{What: "consents", Class: OfPerson, Purpose: "to prove what the member agreed to", Ground: Duty, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "members: profile.consents.*; decisions: *", Bolt: "profiles: Consents.*; decisions: *"},
	{What: "corrections", Class: OfPerson, Purpose: "to prove who changed a profile", Ground: Safety, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "members: profile.corrections.*", Bolt: "profiles: Corrections.*"},
	{What: "closing", Class: OfPerson, Purpose: "to refuse who has closed the account", Ground: Contract, Keeps: "until everything is deleted", Fate: Goes,
		Mongo: "members: profile.closed", Bolt: "profiles: ClosedAt"},
	{What: "standing", Class: OfPerson, Purpose: "the tier held, and the way to the next one", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "members: account.standing.*", Bolt: "accounts: key Member Standing.*; granted: *; endOf: *; ends: *; dues: *; calendar: *"},
	{What: "pseudonym", Class: OfPerson, Purpose: "the one link between a member and the wallet", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "members: account.wallet; inboxes: wallet", Bolt: "accounts: Wallet; inboxes: Wallet; inboxWallets: *"},
	{What: "account", Class: OfPerson, Purpose: "orders that keep coupons, what is not carried out yet, who brought the member along", Ground: Contract, Keeps: open, Fate: Goes,
		Mongo: "members: account.outbox.* account.unfinished account.ends account.stamp account.baskets.* account.invited.* account.version profile.version profile.demo sv",
		Bolt:  "accounts: Outbox.* Version Baskets.* Invited.*; profiles: Version Demo; outboxes: *; demos: *"},
	{What: "invitations", Class: OfPerson, Purpose: "to reward who brings friends along", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "inviters: *; invitees: *", Bolt: "inviters: *; inviterCodes: *; invitees: *; invitedBy: *"},
	{What: "offers", Class: OfPerson, Purpose: "to keep the price that was shown", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "offers: *", Bolt: "offers: *"},
	{What: "tastes", Class: OfPerson, Purpose: "to leave out of recommendations what the member does not want", Ground: Consent, Keeps: "until the consent ends", Fate: Goes, Exported: true, Deletes: Recommendations,
		Mongo: "tastes: *", Bolt: "tastes: *"},
	{What: "lists", Class: OfPerson, Purpose: "personal recommendations", Ground: Consent, Keeps: "6 days, or until the consent ends", Fate: Goes, Deletes: Recommendations,
		Redis: "rec:member"},
	{What: "deletions", Class: OfPerson, Purpose: "to delete in time what members ask to be deleted", Ground: Duty, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "deletions: *", Bolt: "deletions: *; deletionIDs: *; deletionDues: *"},
	{What: "erased", Class: Pseudonym, Purpose: "to know who must not come back from a backup or a late event: a keyed hash", Ground: Duty, Keeps: "for good", Fate: Stays,
		Mongo: "erased: *", Bolt: "erased: *"},
}

// ofMoney is what members bought, earned and spent. The ledger knows them by a random name.
var ofMoney = []Row{
	{What: "orders", Class: OfPerson, Purpose: "coins and growth, refunds, requests after a sale", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "orders: *", Bolt: "orders: *; purchases: *"},
	{What: "purchases", Class: OfPerson, Purpose: "recommendations", Ground: Consent, Keeps: "until the member has them deleted", Fate: Goes, Exported: true, Deletes: Purchases,
		Mongo: "orders: lines.*", Bolt: "orders: Event.Lines.*"},
	{What: "ledger", Class: Pseudonym, Purpose: "to prove every coin", Ground: Duty, Keeps: "for good, under a random name", Fate: Stays, Exported: true,
		Mongo: "entries: *; counted: *; supply: *", Bolt: "entries: *; ops: *; counted: *; alarms: *; supply: *; supplyAbroad: *"},
	{What: "redemptions", Class: Pseudonym, Purpose: "rewards that were had for coins", Ground: Contract, Keeps: "for good, under a random name", Fate: Stays, Exported: true,
		Mongo: "redemptions: _id sv version w reward kind slot quantity cost hold state open created cancelUntil goodUntil usableUntil ended used usedBy request.id request.answerBy request.family draw.*; stock: *",
		Bolt:  "redemptions: key ID Wallet Reward Kind Slot Quantity Cost Hold State Unfinished CreatedAt CancelUntil GoodUntil UsableUntil EndedAt UsedAt UsedBy Version Request.ID Request.AnswerBy Request.Family Draw.*; walletRedeems: *; redeemTimes: *; openRedeems: *; stockMoves: *; stockTaken: *"},
	{What: "redeemed codes", Class: Trade, Purpose: "to be shown at a till", Ground: Contract, Keeps: "for good, under a random name", Fate: Stays,
		Mongo: "redemptions: code voucher sealed; vouchers: *", Bolt: "redemptions: Code Voucher Sealed; redeemCodes: *; vouchers: *; freeVouchers: *; allVouchers: *"},
	{What: "redeemers", Class: OfPerson, Purpose: "whom a family is asked for", Ground: Contract, Keeps: open, Fate: Renamed,
		Mongo: "redemptions: request.by", Bolt: "redemptions: Request.By"},
	{What: "transfers", Class: OfPerson, Purpose: "coins that members gave to one another", Ground: Contract, Keeps: open, Fate: Renamed, Exported: true,
		Mongo: "transfers: _id sv version from to sender recipient coins arrives hold state open at",
		Bolt:  "transfers: key ID From To Sender Recipient Coins Arrives Hold State Unfinished At Version; openTransfers: *"},
	{What: "transfer messages", Class: OfPerson, Purpose: "what was said with a gift of coins", Ground: Contract, Keeps: open, Fate: Blanked, Exported: true,
		Mongo: "transfers: message", Bolt: "transfers: Message"},
	{What: "adjustments", Class: OfPerson, Purpose: "corrections of coins that staff proposed, and who decided", Ground: Safety, Keeps: "for good, under a random name", Fate: Renamed, Exported: true,
		Mongo: "adjustments: _id sv version input member coins category at decideBy state decidedAt open",
		Bolt:  "adjustments: key ID Input Member Coins Category At DecideBy State DecidedAt Unfinished Version; adjustmentTimes: *; openAdjustments: *"},
	{What: "adjustment words", Class: OfPerson, Purpose: "why coins were corrected", Ground: Safety, Keeps: open, Fate: Blanked,
		Mongo: "adjustments: reason note by decidedBy", Bolt: "adjustments: Reason Note By DecidedBy"},
	{What: "coupons", Class: OfPerson, Purpose: "what comes off an order", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "coupons: *", Bolt: "coupons: *; memberCoupons: *; orderCoupons: *; couponCodes: *; couponDues: *; couponDue: *"},
	{What: "benefits used", Class: OfPerson, Purpose: "how often benefits may be used", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "usages: *; uses: *", Bolt: "usages: *; openUsages: *; uses: *; memberUses: *"},
	{What: "claims", Class: OfPerson, Purpose: "which member took a partner's code", Ground: Contract, Keeps: open, Fate: Renamed, Exported: true,
		Mongo: "claims: _id sv version tier route days coins reason issuedBy issuedAt expires withdrawn member claimedAt given open",
		Bolt:  "claims: key ID Tier Route Days Coins Reason IssuedBy IssuedAt Expires Withdrawn Member ClaimedAt Given Unfinished Version; openClaims: *"},
	{What: "choices", Class: OfPerson, Purpose: "what was chosen of benefits, for other services", Ground: Contract, Keeps: "90 days", Fate: Goes,
		Redis: "choices"},
	{What: "events", Class: OfPerson, Purpose: "what other services told, until it is applied", Ground: Contract, Keeps: "until it is applied", Fate: Fades,
		Redis: "events"},
	{What: "changes", Class: Pseudonym, Purpose: "to tell devices that something has changed", Ground: Contract, Keeps: "a day", Fate: Fades,
		Redis: "changes"},
}

// ofFamilies is what several members share: whoever goes gets a random name in it.
var ofFamilies = []Row{
	{What: "family", Class: OfPerson, Purpose: "to share benefits and coins among relatives", Ground: Contract, Keeps: open, Fate: Renamed, Exported: true,
		Mongo: "families: active people.member changes.by changes.whom approvals.requester approvals.decidedBy invitations.invitedBy invitations.by people.consent.by; family_turns: *",
		Bolt:  "families: People.Member Changes.By Changes.Whom Approvals.Requester Approvals.DecidedBy Invitations.InvitedBy Invitations.By People.Consent.By; family_of: *; memberships: *"},
	{What: "family ages", Class: Confidence, Purpose: "to protect children: when they turn into teens and adults", Ground: Duty, Keeps: open, Fate: Blanked, Exported: true,
		Mongo: "families: people.teen people.adult", Bolt: "families: People.TeenAt People.AdultAt"},
	{What: "family words", Class: OfPerson, Purpose: "what relatives wrote to each other", Ground: Contract, Keeps: open, Fate: Blanked,
		Mongo: "families: approvals.note", Bolt: "families: Approvals.Note"},
	{What: "family facts", Class: Pseudonym, Purpose: "roles, limits and shares", Ground: Contract, Keeps: "while the family is there", Fate: Stays,
		Mongo: "families: _id sv version name created due people.id people.role people.state people.joined people.left people.share.* people.shared people.limit.* people.consent.at changes.id changes.at changes.what changes.role approvals.id approvals.redemption approvals.coins approvals.state approvals.created approvals.expires approvals.decided approvals.open approvals.givers invitations.id invitations.hash invitations.role invitations.state invitations.created invitations.expires invitations.answered",
		Bolt:  "families: key ID Name CreatedAt Version People.ID People.Role People.State People.JoinedAt People.LeftAt People.Share.* People.SharedAt People.Limit People.Limit.* People.Consent People.Consent.At Changes.ID Changes.At Changes.What Changes.Role Approvals.ID Approvals.Redemption Approvals.Coins Approvals.State Approvals.CreatedAt Approvals.ExpiresAt Approvals.DecidedAt Approvals.Unfinished Approvals.Givers Invitations.ID Invitations.Hash Invitations.Role Invitations.State Invitations.CreatedAt Invitations.ExpiresAt Invitations.Answered People Changes Approvals Invitations; invited: *; familyCalendar: *"},
	{What: "seats", Class: OfPerson, Purpose: "who holds a tier with few seats", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "seats: *", Bolt: "seats: *"},
	{What: "applications", Class: Confidence, Purpose: "to review who applies for such a tier", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "dossiers: *", Bolt: "dossiers: *; reviews: *"},
}

// ofCommunity is what members wrote, liked and reported. Words and pictures go with their author.
var ofCommunity = []Row{
	{What: "posts", Class: OfPerson, Purpose: "to be read by those whom the author chose", Ground: Contract, Keeps: "until the author deletes them", Fate: Blanked, Exported: true,
		Mongo: "posts: body media.*; comments: body", Bolt: "posts: Body Media.* Media; comments: Body"},
	{What: "authors", Class: OfPerson, Purpose: "whose a post is", Ground: Contract, Keeps: open, Fate: Renamed, Exported: true,
		Mongo: "posts: author shelf; comments: author", Bolt: "posts: Author; comments: Author"},
	{What: "hearers", Class: OfPerson, Purpose: "who is to hear of an answer", Ground: Contract, Keeps: open, Fate: Renamed,
		Mongo: "comments: hear", Bolt: "comments: Hearers.* Hearers; heard: *"},
	{What: "rulings", Class: OfPerson, Purpose: "to explain why a text is not shown, and to hear appeals", Ground: Duty, Keeps: open, Fate: Blanked, Exported: true,
		Mongo: "posts: ruling.*; comments: ruling.*", Bolt: "posts: Ruling.*; comments: Ruling.*"},
	{What: "reviews", Class: OfPerson, Purpose: "what moderators have to do", Ground: Duty, Keeps: open, Fate: Blanked,
		Mongo: "posts: review.*; comments: review.*", Bolt: "posts: Review.*; comments: Review.*; waits: *; undone: *"},
	{What: "post facts", Class: Pseudonym, Purpose: "where texts stand, and how they do", Ground: Contract, Keeps: "for good, under a random name", Fate: Stays,
		Mongo: "posts: _id sv board topics products visibility minRank family state created edited deleted pinned locked counts.* weight hot tally live gone campaign adopted.* adopting version waits cause waitsSince undone; comments: _id sv post parent under path depth state created edited deleted counts.* replies best version tally gone open published waits cause waitsSince undone; circles: _id sv version",
		Bolt:  "posts: key ID Board Topics Products Visibility MinRank Family State CreatedAt EditedAt DeletedAt Pinned Locked Counts.* Weight HotKey Tally Campaign Adopted.* Version; comments: key ID Post Parent Path Depth State CreatedAt EditedAt DeletedAt Counts.* Replies BestKey Version Tally PublishedAt; feeds: *; threads: *; uncounted: *; adopting: *"},
	{What: "reactions", Class: OfPerson, Purpose: "what was liked and kept", Ground: Contract, Keeps: "until the member takes it back", Fate: Goes, Exported: true, Deletes: Reactions,
		Mongo: "marks: *", Bolt: "marks: *; unsettled: *; markers: *"},
	{What: "ties", Class: OfPerson, Purpose: "whom the member follows, hides and mutes", Ground: Contract, Keeps: "until the member takes it back", Fate: Goes, Exported: true,
		Mongo: "ties: *; circles: members", Bolt: "ties: *; blockers: *; circles: *"},
	{What: "drafts", Class: OfPerson, Purpose: "that nothing is sent twice", Ground: Contract, Keeps: open, Fate: Goes,
		Mongo: "slips: *", Bolt: "slips: *; slipsOf: *"},
	{What: "uploads", Class: OfPerson, Purpose: "pictures on their way into posts", Ground: Contract, Keeps: "as long as something shows them", Fate: Goes, Exported: true,
		Mongo: "uploads: *", Bolt: "uploads: *; ownUploads: *; dueUploads: *"},
	{What: "badges", Class: OfPerson, Purpose: "to show what the member did for all", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "badges: *", Bolt: "badges: *"},
	{What: "reports", Class: OfPerson, Purpose: "to protect members from each other", Ground: Duty, Keeps: "for good, under a random name", Fate: Renamed, Exported: true,
		Mongo: "reports: _id sv reporter on author reason weight round slot at state decided waits open",
		Bolt:  "reports: key ID Reporter On.* Author Reason Weight Round Slot At State Decided Unfinished Counted; reportsOf: *; openReports: *; reportSlots: *; uncountedReports: *"},
	{What: "report words", Class: Confidence, Purpose: "what was wrong, in the reporter's words", Ground: Duty, Keeps: open, Fate: Blanked, Exported: true,
		Mongo: "reports: sealed", Bolt: "reports: Sealed"},
	{What: "moderation", Class: OfPerson, Purpose: "to prove what moderators did", Ground: Duty, Keeps: "for good, under a random name", Fate: Renamed,
		Mongo: "moderation: _id sv on author number kind at staff from to reason words text trace",
		Bolt:  "moderationLog: *; moderationTimes: *"},
}

// ofDesks is what passes between a member, devices and staff.
var ofDesks = []Row{
	{What: "requests", Class: OfPerson, Purpose: "to help after a sale", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "requests: *", Bolt: "requests: *; requestsOf: *; requestSlots: *; requestQueue: *"},
	{What: "request words", Class: Confidence, Purpose: "what is wrong with an order, and what staff answered", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "requests: sealed note", Bolt: "requests: Sealed Note"},
	{What: "cards", Class: Trade, Purpose: "to show a code at a till", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "cards: *", Bolt: "cards: *; cardShorts: *"},
	{What: "notices", Class: OfPerson, Purpose: "to tell members what has changed", Ground: Contract, Keeps: "until hidden or deleted", Fate: Goes, Exported: true, Deletes: Notices,
		Mongo: "notices: *", Bolt: "notices: *; noticeList: *; unread: *; pushCalendar: *"},
	{What: "inbox", Class: OfPerson, Purpose: "that every cause is told once", Ground: Contract, Keeps: open, Fate: Goes,
		Mongo: "inboxes: _id sv version due last account ledgers.* seen.* outbox.*",
		Bolt:  "inboxes: key Member Due Last Account Ledgers Ledgers.* Seen.* Seen Outbox Outbox.* Version; inboxCalendar: *"},
	{What: "notice settings", Class: OfPerson, Purpose: "when the member may be told", Ground: Contract, Keeps: open, Fate: Goes, Exported: true,
		Mongo: "noticeSettings: _id sv version quiet.* zone switches.*", Bolt: "noticeSettings: key Member Version Quiet Quiet.* TimeZone Switches Switches.*"},
	{What: "devices", Class: Trade, Purpose: "to bring notices to devices", Ground: Contract, Keeps: "until the device is taken away", Fate: Goes,
		Mongo: "noticeSettings: devices.*", Bolt: "noticeSettings: Devices Devices.*; deviceOwners: *"},
	{What: "seen", Class: Pseudonym, Purpose: "that a code counts once", Ground: Safety, Keeps: "minutes", Fate: Fades,
		Redis: "seen; guesses"},
}

// ofNobody is of the shop, and sums over all.
var ofNobody = []Row{
	{Class: Nobody, Fate: Stays,
		Mongo: "products: *; rewards: *; slots: *; topics: *; adjusted: *; promises: *",
		Bolt:  "products: *; rewards: *; slots: *; topics: *; adjusted: *; promises: *; meta: *",
		Redis: "rec:thing; rec:all; ranking; sweeps"},
}
