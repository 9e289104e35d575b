package programme

// Family says who may open a family account, for how many, and what is shared in it.
type Family struct {
	MinTier         string           `yaml:"minTier"`         // the owner's
	MaxRelatives    int              `yaml:"maxRelatives"`    // besides the owner
	DiscountPercent map[string]int64 `yaml:"discountPercent"` // shared discount by the owner's tier
	ShareGrowth     bool             `yaml:"shareGrowth"`
	CommonDraw      bool             `yaml:"commonDraw"` // members' coins may be drawn together
	DrawOrder       string           `yaml:"drawOrder"`  // EXPIRING_FIRST, PROPORTIONAL or REQUESTED
	DrawMax         int64            `yaml:"drawMax"`    // most coins of one draw; 0 = no bound
	CooldownDays    int              `yaml:"cooldownDays"`
	InvitationDays  int              `yaml:"invitationDays"`
	InvitesPerDay   int              `yaml:"invitesPerDay"`
	ApprovalHours   int              `yaml:"approvalHours"`
	GraceDays       int              `yaml:"graceDays"` // how long sharing goes on after the owner fell below MinTier
	AdultAge        int              `yaml:"adultAge"`
	ConsentAge      int              `yaml:"consentAge"`     // below it a guardian's consent is needed
	ConsentPurpose  string           `yaml:"consentPurpose"` // the purpose that guardians decide on; empty = it is among no member's decisions
}

// In which order a common draw takes members' coins.
const (
	ExpiringFirst = "EXPIRING_FIRST"
	Proportional  = "PROPORTIONAL"
	Requested     = "REQUESTED"
)

// Capacity is the most people in a family, the owner included.
func (f Family) Capacity() int { return f.MaxRelatives + 1 }

// Board is a place for posts, with who may post there.
type Board struct {
	Code         string   `yaml:"code"`
	Titles       Text     `yaml:"titles"`
	Descriptions Text     `yaml:"descriptions"`
	PostMinTier  string   `yaml:"postMinTier"` // empty = every member
	PostRoles    []string `yaml:"postRoles"`   // staff roles that alone may post; empty = members too
}

// Group is a circle of members, gated by tier or segment.
type Group struct {
	Code    string `yaml:"code"`
	Kind    string `yaml:"kind"` // how apps show it, such as FLASH, DEPTH, ELITE, INTEREST, TASK, VIP
	Titles  Text   `yaml:"titles"`
	MinTier string `yaml:"minTier"`
	Segment string `yaml:"segment"`
	MaxSize int    `yaml:"maxSize"`
}

// Lifecycle names the stages and segments that members pass through.
type Lifecycle struct {
	Stages   []LifeStage `yaml:"stages"`
	Segments []Segment   `yaml:"segments"`
}

// LifeStage is a stage by days since joining, or since the last order for sleeping ones.
type LifeStage struct {
	Code     string `yaml:"code"`
	Names    Text   `yaml:"names"`
	FromDays int    `yaml:"fromDays"`
	ToDays   int    `yaml:"toDays"` // inclusive; 0 = open
	Since    string `yaml:"since"`  // JOINED or LAST_ORDER
}

// Segment is a named set of members: those who meet When, or, without one, those whom another system names.
type Segment struct {
	Code    string     `yaml:"code"`
	Names   Text       `yaml:"names"`
	When    *Condition `yaml:"when"`
	Consent string     `yaml:"consent"` // without When: the purpose that a member must have agreed to, to count as one of them
}

// Named tells whether members are in the segment because another system says so.
func (s Segment) Named() bool { return s.When == nil }

// Privacy holds the purposes that members decide on and the deadlines that protect them.
type Privacy struct {
	Purposes     []Purpose `yaml:"purposes"`
	DeletionDays int       `yaml:"deletionDays"`
	BreachHours  int       `yaml:"breachHours"`
	TokenMinutes int       `yaml:"tokenMinutes"`
	PhoneHide    int       `yaml:"phoneHideTail"`
	RawApprovers []string  `yaml:"rawApprovers"`
	RawKeepYears int       `yaml:"rawKeepYears"`

	// ClosureUndoDays is how long a member may keep an account after asking for it to be closed.
	ClosureUndoDays int `yaml:"closureUndoDays"`
	// UseLogDays is how long it is listed what data was used for.
	UseLogDays int `yaml:"useLogDays"`
	// ExportHours is how long an archive of a member's data can be fetched.
	ExportHours int `yaml:"exportHours"`
}

// What the days of a life stage are counted from.
const (
	SinceJoined    = "JOINED"
	SinceLastOrder = "LAST_ORDER"
)

// Purpose is something that personal data may be used for, off until the member says yes.
type Purpose struct {
	Code          string `yaml:"code"` // such as PERSONALISATION
	Titles        Text   `yaml:"titles"`
	Descriptions  Text   `yaml:"descriptions"`
	PolicyVersion string `yaml:"policyVersion"`
	Sensitive     bool   `yaml:"sensitive"`

	// Deletes are those of Deletable that are deleted when the consent ends.
	Deletes []string `yaml:"deletes"`
}

// Deletable are the categories of data that members can have deleted.
var Deletable = []string{"RECOMMENDATIONS", "PURCHASES", "HOUSEHOLD", "NOTICES", "REACTIONS", "PORTRAIT", "TAGS"}
