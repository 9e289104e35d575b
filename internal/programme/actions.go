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

// MemberJoined is the event by which another system says that somebody registered, and who brought them along.
const MemberJoined = "member.joined"

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
	known, tasks := c.actionCodes(), c.taskCodes()
	can := slices.DeleteFunc(eventNames(), func(e string) bool {
		return e == ActionRecorded || e == MembershipPaid || e == MemberSegmented || e == MemberJoined
	})
	for _, event := range slices.Sorted(maps.Keys(c.p.Actions)) {
		at := "actions." + event
		if event == OrderPaid && !slices.Contains(tasks, c.p.Actions[event]) {
			c.add(at, "is %q; an order counts as a newcomer's task only: allowed %s", c.p.Actions[event], these(tasks))
			continue
		}
		if !slices.Contains(can, event) {
			c.add(at, "names no event that can count as an action; allowed %s", these(can))
		}
		if action := c.p.Actions[event]; !slices.Contains(known, action) {
			c.add(at, "is %q; allowed %s", action, these(known))
		}
	}
}

// actionCodes are the actions that something weighs or asks for as a task, sorted.
func (c *check) actionCodes() []string {
	all := c.taskCodes()
	for _, m := range c.p.Metrics {
		all = append(all, slices.Collect(maps.Keys(m.Weights))...)
	}
	if g := c.p.Evaluation.Grace; g != nil {
		all = append(all, g.TaskCodes...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// taskCodes are the actions that a newcomer's tier asks for, sorted.
func (c *check) taskCodes() (all []string) {
	for _, t := range c.p.Tiers {
		for _, r := range t.Routes {
			all = append(all, r.TaskCodes...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
