package programme

// MetricKind says what a metric counts.
type MetricKind string

// The kinds of metrics.
const (
	Spend   MetricKind = "SPEND"   // Σ over lines ⌊lineFen × coefficient / 100⌋, in fen; refunds count negative
	Orders  MetricKind = "ORDERS"  // paid orders
	Points  MetricKind = "POINTS"  // units earned by orders, whatever became of them
	Actions MetricKind = "ACTIONS" // what a member did, by weight, at most DailyCap a local day
	Scenes  MetricKind = "SCENES"  // PerScene for a member's first paid order on a channel on a local day
)

// Window is the span of time over which a metric is summed.
type Window string

// The windows.
const (
	RollingMonths Window = "ROLLING_MONTHS" // the trailing Length months, by local clock time
	CalendarYear  Window = "CALENDAR_YEAR"  // the local year so far; at a year's evaluation, the year before
	Lifetime      Window = "LIFETIME"       // everything since joining
)

// Metric is a qualifying fact that is summed over a window.
type Metric struct {
	Code         string           `yaml:"code"`
	Names        Text             `yaml:"names"`
	Kind         MetricKind       `yaml:"kind"`
	Window       Window           `yaml:"window"`
	Length       int              `yaml:"length"`       // months of a ROLLING_MONTHS window
	PerMonth     bool             `yaml:"perMonth"`     // a threshold is an average a month over the window
	Coefficients map[string]int64 `yaml:"coefficients"` // SPEND: percent by category; 100 where none is given
	Weights      map[string]int64 `yaml:"weights"`      // ACTIONS: value by action code
	MinSeconds   map[string]int64 `yaml:"minSeconds"`   // ACTIONS: shortest duration that counts, by action code
	DailyCap     int64            `yaml:"dailyCap"`     // ACTIONS: most a local day counts; 0 = no cap
	PerScene     int64            `yaml:"perScene"`     // SCENES: value of one scene
}

// Score is a weighted sum of metrics, kept in hundredths.
type Score struct {
	Names Text   `yaml:"names"`
	Terms []Term `yaml:"terms"`
}

// Term is one part of a score: each unit of the metric is worth Hundredths hundredths.
type Term struct {
	Metric     string `yaml:"metric"`
	Hundredths int64  `yaml:"hundredths"`
}

// Condition is what must hold: all or any of other conditions, a score, or a metric's sum. The empty one always holds.
type Condition struct {
	All     []Condition `yaml:"all"`
	Any     []Condition `yaml:"any"`
	Score   *int64      `yaml:"score"`   // the score in whole points (100 hundredths each) is at least this
	Metric  string      `yaml:"metric"`  // the metric's sum …
	AtLeast int64       `yaml:"atLeast"` // … is at least this (fen for SPEND)
}

// RouteKind says how a tier is come by.
type RouteKind string

// The routes to a tier.
const (
	Free     RouteKind = "FREE"     // by registering
	Earned   RouteKind = "EARNED"   // by meeting When
	Paid     RouteKind = "PAID"     // by a fee, for Months
	Invited  RouteKind = "INVITED"  // by invitation once When is met
	Reviewed RouteKind = "REVIEWED" // by review once When is met, within ReviewHours, with at least MinScore
	ByTasks  RouteKind = "TASKS"    // by Tasks different tasks on the day of joining or the Days after it
	Partner  RouteKind = "PARTNER"  // by a partner's word
	Trial    RouteKind = "TRIAL"    // for Days, at FeeFen, once
	ByDays   RouteKind = "DAYS"     // by days given
)

// Route is one way to a tier.
type Route struct {
	Kind        RouteKind  `yaml:"kind"`
	When        *Condition `yaml:"when"`
	FeeFen      int64      `yaml:"feeFen"`
	Days        int        `yaml:"days"`
	Months      int        `yaml:"months"` // how long the grant is held; 0 = without an end
	Tasks       int        `yaml:"tasks"`
	ReviewHours int        `yaml:"reviewHours"`
	MinScore    int        `yaml:"minScore"`

	TaskCodes       []string `yaml:"taskCodes"`       // TASKS: which tasks count; empty = any
	PartnerSpendFen int64    `yaml:"partnerSpendFen"` // PARTNER: what the partner must have seen spent; 0 = nothing
	Coins           int64    `yaml:"coins"`           // PARTNER: units that come with the tier
}

// Tier is one step of the ladder.
type Tier struct {
	Code        string     `yaml:"code"`
	Rank        int        `yaml:"rank"`
	Names       Text       `yaml:"names"`
	CapPerMille int        `yaml:"capPerMille"` // at most this many of 1,000 open accounts; 0 = no cap
	Routes      []Route    `yaml:"routes"`
	Coupons     []string   `yaml:"coupons"` // templates of which who reaches the tier gets one each, once in a member's life
	Keep        *Condition `yaml:"keep"`    // what a settlement asks of the holder; absent = the EARNED route's condition
}

// Route finds a tier's route of a kind.
func (t Tier) Route(kind RouteKind) (Route, bool) {
	for _, r := range t.Routes {
		if r.Kind == kind {
			return r, true
		}
	}
	return Route{}, false
}

// Threshold is the score that the EARNED route asks for, in whole points; false if it asks for none.
func (t Tier) Threshold() (int64, bool) {
	if r, ok := t.Route(Free); ok && r.When == nil {
		return 0, true
	}
	r, ok := t.Route(Earned)
	if !ok || r.When == nil || r.When.Score == nil {
		return 0, false
	}
	return *r.When.Score, true
}

// Rhythm says when tiers are evaluated besides at orders.
type Rhythm string

// The rhythms.
const (
	RollingQuarter Rhythm = "ROLLING_QUARTER" // at 00:00 local time after each quarter's last day
	AnnualWindow   Rhythm = "ANNUAL_WINDOW"   // at 00:00 local time after the last of Months, each year
	Never          Rhythm = "NONE"            // never: tiers only rise
)

// Evaluation says when tiers rise, when they are looked at, and what happens to who falls short.
type Evaluation struct {
	Kind    Rhythm `yaml:"kind"`
	Months  []int  `yaml:"months"`  // ANNUAL_WINDOW: the local months of the evaluation period
	Upgrade string `yaml:"upgrade"` // IMMEDIATE (at paid orders) or AT_SETTLEMENT
	Grace   *Grace `yaml:"grace"`   // absent = none: whoever falls short falls at once
}

// Upgrade rhythms.
const (
	Immediate    = "IMMEDIATE"
	AtSettlement = "AT_SETTLEMENT"
)

// What restores a protected tier.
const (
	ByShortfall = "SHORTFALL"
	ByTheTasks  = "TASKS"
)

// Grace is the protection of whoever fell short at a settlement: Days or Months by local clock time.
type Grace struct {
	Days      int      `yaml:"days"`
	Months    int      `yaml:"months"`
	RestoreBy []string `yaml:"restoreBy"` // SHORTFALL: reaching the threshold; TASKS: completing Tasks tasks
	Tasks     int      `yaml:"tasks"`
	TaskCodes []string `yaml:"taskCodes"` // which tasks count; empty = any
}
