package programme

import (
	"maps"
	"slices"
)

// ActionRecorded is the event that names its action itself.
const ActionRecorded = "action.recorded"

// MembershipPaid is the event that gives a tier for a payment.
const MembershipPaid = "membership.paid"

// MemberSegmented is the event by which another system says which segments a member is in.
const MemberSegmented = "member.segmented"

// Action is the code of what a member did, by the event that tells it: ACTIONS metrics weigh it, tasks ask for it.
// An action that is recorded under its own code carries that in the field "code". It is empty where the programme
// gives the event no action.
func (p *Programme) Action(event string, fields map[string]string) string {
	if event == ActionRecorded {
		return fields["code"]
	}
	return p.Actions[event]
}

// EventFields are the fields of an event that rules may name, and whether there is such an event.
func EventFields(event string) ([]string, bool) {
	fields, ok := events[event]
	return slices.Clone(fields), ok
}

// acts checks which events count as which actions: an action that nothing weighs and no task asks for is a mistake.
func (c *check) acts() {
	known := map[string]bool{}
	add := func(all []string) {
		for _, code := range all {
			known[code] = true
		}
	}
	for _, m := range c.p.Metrics {
		add(slices.Collect(maps.Keys(m.Weights)))
	}
	tasks := map[string]bool{}
	for _, t := range c.p.Tiers {
		for _, r := range t.Routes {
			add(r.TaskCodes)
			for _, code := range r.TaskCodes {
				tasks[code] = true
			}
		}
	}
	if g := c.p.Evaluation.Grace; g != nil {
		add(g.TaskCodes)
	}
	can := slices.DeleteFunc(eventNames(), func(e string) bool { return e == ActionRecorded || e == MembershipPaid || e == MemberSegmented })
	for _, event := range slices.Sorted(maps.Keys(c.p.Actions)) {
		at := "actions." + event
		if event == OrderPaid && !tasks[c.p.Actions[event]] {
			c.add(at, "is %q; an order counts as a newcomer's task only: allowed %s", c.p.Actions[event], these(slices.Sorted(maps.Keys(tasks))))
			continue
		}
		if !slices.Contains(can, event) {
			c.add(at, "names no event that can count as an action; allowed %s", these(can))
		}
		if action := c.p.Actions[event]; !known[action] {
			c.add(at, "is %q; allowed %s", action, these(slices.Sorted(maps.Keys(known))))
		}
	}
}
