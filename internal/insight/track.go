package insight

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"membergate/internal/datause"
	"membergate/internal/experiment"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Act is what a member did in an app.
type Act string

// The acts.
const (
	ProductViewed Act = "PRODUCT_VIEWED"
	CartAdded     Act = "CART_ADDED"
	PageOpened    Act = "PAGE_OPENED"
	ExperimentMet Act = "EXPERIMENT_MET" // the member saw the variant
)

// Deed is something that a member did in an app, as the app tells it.
type Deed struct {
	ID   string // of the app's choice; it counts once
	Act  Act    // empty where it was refused before: it is passed over
	At   time.Time
	SKU  string // ProductViewed, CartAdded
	Code string // of PageOpened the page, of ExperimentMet the experiment

	Variant string // ExperimentMet: as it was drawn
	mark    string
}

// Behaviour hands what members do over to the programs that learn from it, each deed once.
type Behaviour interface {
	// Admit notes which of some marks are new, and takes as many off what the member may tell within a span; if that is
	// too little, none is noted and wait says how long until more is taken.
	Admit(ctx context.Context, who member.ID, marks []string, most int64, span time.Duration) (fresh map[string]bool, wait time.Duration, err error)
	// Hand hands deeds over.
	Hand(ctx context.Context, who member.ID, all []Deed) error
	// Retract takes marks back whose deeds were not handed over.
	Retract(ctx context.Context, who member.ID, marks []string) error
}

// What deeds are refused with.
const (
	CodeConsent = "CONSENT_REQUIRED"
	CodeInvalid = "INVALID_EVENT"   // something that its kind needs is missing or not allowed
	CodeUnknown = "UNKNOWN_CODE"    // an experiment that the member takes no part in
	CodeTime    = "EVENT_TIME"      // it is not of these days
	CodeTooMany = "TOO_MANY_EVENTS" // deeds at once
	CodeRate    = "RATE_LIMITED"    // deeds of one member
)

// clockSkew is how much a phone's clock may be fast.
const clockSkew = 5 * time.Minute

var (
	visible  = regexp.MustCompile(`^[!-~]{1,64}$`)
	pageName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`)
)

// Track hands over what a member did, and gives how many deeds this request has counted. What cannot be counted is refused
// one by one; the others count. Without consent nothing is read or kept.
func (s *Service) Track(ctx context.Context, who member.Profile, all []Deed, now time.Time) (accepted int, refused []*fault.Refusal, err error) {
	p := s.Book.At(now)
	if p.Insight == nil || !who.Agreed(p.Insight.Purpose) {
		r := fault.Refuse(CodeConsent, "", "the member has not agreed to be looked at")
		if p.Insight != nil {
			r = r.Needs(p.Insight.Purpose)
		}
		return 0, []*fault.Refusal{r}, nil
	}
	in := p.Insight.Tracking
	if n := int64(len(all)); n > in.Batch {
		return 0, []*fault.Refusal{fault.Refuse(CodeTooMany, "events", "events has %d rows; allowed are %d", n, in.Batch).Near(in.Batch)}, nil
	}
	right, refused := takeable(p, who, all, now)
	if len(right) == 0 {
		return 0, refused, nil
	}
	marks := make([]string, len(right))
	for i, d := range right {
		marks[i] = d.mark
	}
	span := time.Duration(in.Minutes) * time.Minute
	fresh, wait, err := s.Behaviour.Admit(ctx, who.ID, marks, in.Most, span)
	if err != nil {
		return 0, refused, err
	}
	if wait > 0 {
		return 0, append(refused, fault.Refuse(CodeRate, "events", "more events come than %d in %d minutes", in.Most, in.Minutes).Until(now.Add(wait))), nil
	}
	var handed []Deed
	marks = marks[:0]
	for _, d := range right {
		if fresh[d.mark] {
			delete(fresh, d.mark) // the same one twice in a request is one
			handed, marks = append(handed, d), append(marks, d.mark)
		}
	}
	if len(handed) == 0 {
		return 0, refused, nil
	}
	if err := s.Behaviour.Hand(ctx, who.ID, handed); err != nil {
		_ = s.Behaviour.Retract(ctx, who.ID, marks) // else they count as told: deeds may be lost, and never count twice
		return 0, refused, err
	}
	s.Log.Note(who.ID, p.Insight.Purpose, datause.Behaviour, datause.Collector)
	return len(handed), refused, nil
}

// takeable sorts deeds into those that can be counted and those that are refused.
func takeable(p *programme.Programme, who member.Profile, all []Deed, now time.Time) (out []Deed, refused []*fault.Refusal) {
	in := p.Insight.Tracking
	met := map[string]string{}
	for _, part := range experiment.Of(p, who, now) {
		met[part.Experiment] = part.Variant.Code
	}
	for n, d := range all {
		if d.Act == "" { // whoever asked has refused it
			continue
		}
		wrong := func(code, name, format string, args ...any) {
			refused = append(refused, fault.Refuse(code, fmt.Sprintf("events.%d.%s", n, name), format, args...).Near(in.Days))
		}
		d.mark = "id/" + d.ID
		variant, part := met[d.Code]
		switch {
		case !visible.MatchString(d.ID):
			wrong(CodeInvalid, "id", "id is %.70q; allowed are 1 to 64 visible ASCII characters", d.ID)
		case d.At.After(now.Add(clockSkew)) || d.At.Before(now.AddDate(0, 0, -int(in.Days))):
			wrong(CodeTime, "at", "at is %s; allowed are the last %d days", d.At.Format(time.RFC3339), in.Days)
		case (d.Act == ProductViewed || d.Act == CartAdded) && d.SKU == "":
			wrong(CodeInvalid, "productId", "productId is missing; needed is the product")
		case d.Act == PageOpened && !pageName.MatchString(d.Code):
			wrong(CodeInvalid, "code", "code is %.50q; allowed are 1 to 40 letters, digits, _, . and -", d.Code)
		case d.Act == ExperimentMet && !part:
			wrong(CodeUnknown, "code", "code names no experiment that the member takes part in")
		default:
			if d.Act == ExperimentMet {
				d.Variant, d.mark = variant, "met/"+d.Code+"/"+variant
			}
			out = append(out, d)
		}
	}
	return out, refused
}
