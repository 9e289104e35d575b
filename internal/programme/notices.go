package programme

import (
	"maps"
	"slices"
)

// Notices says of what members are told by themselves, in which words, and how.
type Notices struct {
	Quiet     *Hours       `yaml:"quiet"`     // when nothing is pushed, unless the member says otherwise; absent = never
	FreshDays int          `yaml:"freshDays"` // what happened longer ago is no news: it is not told by who finds it late
	Keep      int          `yaml:"keep"`      // how many notices of a member are kept, the newest
	Kinds     []NoticeKind `yaml:"kinds"`
}

// Hours are hours of the day in local time, such as from 22:00 until, exclusive, 08:00.
type Hours struct {
	From  string `yaml:"from"`
	Until string `yaml:"until"`
}

// NoticeKind is one kind of notice. Its texts have blanks, such as {coins}; NoticeBlanks says which.
type NoticeKind struct {
	Code      string `yaml:"code"`      // one of NoticeCodes
	Names     Text   `yaml:"names"`     // what its switch is called
	Titles    Text   `yaml:"titles"`    // of kinds without cases
	Bodies    Text   `yaml:"bodies"`    // the same
	Days      []int  `yaml:"days"`      // how long before it happens it is told, once each; most first
	Group     string `yaml:"group"`     // DAY: what happens on one local day is one notice; empty = each is one
	Inbox     bool   `yaml:"inbox"`     // shown in the inbox, unless the member says otherwise
	Push      bool   `yaml:"push"`      // sent to the member's devices, unless the member says otherwise
	Urgent    bool   `yaml:"urgent"`    // pushed in quiet hours too
	Marketing bool   `yaml:"marketing"` // only for who has agreed to MARKETING

	Cases []NoticeCase `yaml:"cases"` // what kinds say that tell of several things, one for each
}

// NoticeCase are the texts of one of the things that a kind of notice tells of.
type NoticeCase struct {
	Code   string `yaml:"code"`
	Titles Text   `yaml:"titles"`
	Bodies Text   `yaml:"bodies"`
}

// Always tells whether members are told whatever they have set, because the law asks for it.
func (k NoticeKind) Always() bool { return noticeKinds[k.Code].always }

// Texts are the title and the body of a kind in one of its cases; of kinds without cases in whatever case.
func (k NoticeKind) Texts(of string) (titles, bodies Text) {
	for _, c := range k.Cases {
		if c.Code == of {
			return c.Titles, c.Bodies
		}
	}
	if len(k.Cases) > 0 { // of a case that the programme knows no more
		return k.Names, nil
	}
	return k.Titles, k.Bodies
}

// ByDay groups what happens on one local day.
const ByDay = "DAY"

// Marketing is the purpose that members must have agreed to for notices that are advertising.
const Marketing = "MARKETING"

// The kinds of notices: each has a rule that says when a member is told.
const (
	CoinsEarned      = "COINS_EARNED"      // coins came in and can be spent
	CoinsReceived    = "COINS_RECEIVED"    // another member sent coins
	CoinsCorrected   = "COINS_CORRECTED"   // staff corrected the balance
	CoinsExpiring    = "COINS_EXPIRING"    // coins die soon
	CoinsExpired     = "COINS_EXPIRED"     // coins have died
	TierChanged      = "TIER_CHANGED"      // another tier is held
	TierAtRisk       = "TIER_AT_RISK"      // a settlement comes, and growth is short
	TierProtected    = "TIER_PROTECTED"    // a settlement found too little; the tier is kept for a while
	TierRestored     = "TIER_RESTORED"     // it is safe again
	ProtectionEnding = "PROTECTION_ENDING" // the while is over soon
	MembershipEnding = "MEMBERSHIP_ENDING" // a tier that was paid for or given ends soon, and does not renew itself
	MembershipRenews = "MEMBERSHIP_RENEWS" // one that renews itself does so soon
	CouponExpiring   = "COUPON_EXPIRING"   // coupons are over soon
	QuotaUsedUp      = "QUOTA_USED_UP"     // a benefit is used up until there is more of it
	Commented        = "COMMENT"           // somebody answered what the member wrote: once for each post and day
	DataIncident     = "DATA_INCIDENT"     // something happened to data of the member: nobody can switch it off
	Approval         = "APPROVAL"          // a wish waits for the member's yes, or the own one was answered or has ended
)

// The cases of Approval.
const (
	ApprovalWaits    = "PENDING"   // somebody in the family asks for a yes
	ApprovalGiven    = "APPROVED"  // to the member's own wish, as those that follow
	ApprovalRefused  = "DECLINED"  //
	ApprovalLapsed   = "EXPIRED"   // nobody decided in time
	ApprovalReleased = "CANCELLED" // because the member is not in the family any more, or nobody is left to decide
)

// noticeKind is what a rule asks of its kind's data.
type noticeKind struct {
	ahead   bool     // told some days before something happens
	reminds bool     // told on the days of membership.remindDays
	groups  bool     // may be grouped
	blanks  []string // in its texts
	cases   []string // that have texts of their own, all of them
	family  bool     // only where there are families
	always  bool     // told whatever the member has set: the law asks for it
}

// noticeKinds are the kinds that rules make. A kind of which nothing makes any is refused: members would wait for it.
var noticeKinds = map[string]noticeKind{
	CoinsEarned:      {groups: true, blanks: []string{"coins", "count", "currency", "day"}},
	CoinsReceived:    {groups: true, blanks: []string{"coins", "count", "currency", "day"}},
	CoinsCorrected:   {blanks: []string{"coins", "currency", "day"}},
	CoinsExpiring:    {ahead: true, blanks: []string{"coins", "currency", "day", "days"}},
	CoinsExpired:     {groups: true, blanks: []string{"coins", "count", "currency", "day"}},
	TierChanged:      {blanks: []string{"tier", "from", "day"}},
	TierAtRisk:       {ahead: true, blanks: []string{"tier", "points", "day", "days"}},
	TierProtected:    {blanks: []string{"tier", "day"}},
	TierRestored:     {blanks: []string{"tier"}},
	ProtectionEnding: {ahead: true, blanks: []string{"tier", "points", "day", "days"}},
	MembershipEnding: {reminds: true, blanks: []string{"tier", "day", "days"}},
	MembershipRenews: {reminds: true, blanks: []string{"tier", "day", "days"}},
	CouponExpiring:   {ahead: true, groups: true, blanks: []string{"count", "day", "days"}},
	QuotaUsedUp:      {blanks: []string{"benefit", "day"}},
	DataIncident:     {blanks: []string{"day"}, always: true},
	Commented:        {blanks: []string{"day"}},
	Approval:         {blanks: []string{"coins", "currency", "day"}, family: true, cases: []string{ApprovalWaits, ApprovalGiven, ApprovalRefused, ApprovalLapsed, ApprovalReleased}},
}

// NoticeCodes are the kinds of notices that rules make, in the order of their names.
func NoticeCodes() []string { return slices.Sorted(maps.Keys(noticeKinds)) }

// NoticeBlanks are the blanks that texts of a kind may have; nil for a kind that nothing makes.
func NoticeBlanks(code string) []string { return slices.Clone(noticeKinds[code].blanks) }

// Notice finds a kind of notice by its code; false where members are not told of it.
func (p *Programme) Notice(code string) (NoticeKind, bool) {
	if p.Notices == nil {
		return NoticeKind{}, false
	}
	i := slices.IndexFunc(p.Notices.Kinds, func(k NoticeKind) bool { return k.Code == code })
	if i < 0 {
		return NoticeKind{}, false
	}
	return p.Notices.Kinds[i], true
}
