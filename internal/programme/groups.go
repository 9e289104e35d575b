package programme

import "fmt"

// GroupRole is what some of a group's members are for the others. A member without one is an ordinary member.
type GroupRole struct {
	Code   string   `yaml:"code"`
	Names  Text     `yaml:"names"`
	Seats  int      `yaml:"seats"`  // most who have it in one group; 0 = no bound
	Rights []string `yaml:"rights"` // what they may do in the group
	Star   bool     `yaml:"star"`   // they can be the group's star like everybody else
}

// SeeMembers is the right to see who is in a group.
const SeeMembers = "SEE_MEMBERS"

// groupRights are what a role may allow. What is written in groups lives elsewhere, and that system acts on all but the
// first of them.
var groupRights = []string{SeeMembers, "ANNOUNCE", "ANSWER", "HOST_EVENTS", "QUIET_MEMBERS"}

// GroupRole finds what members can be for a group by its code.
func (p *Programme) GroupRole(code string) (GroupRole, bool) {
	for _, r := range p.GroupRoles {
		if code != "" && r.Code == code {
			return r, true
		}
	}
	return GroupRole{}, false
}

// groupRoles checks what members can be for groups.
func (c *check) groupRoles() {
	c.unique("groupRoles", codes(c.p.GroupRoles, func(r GroupRole) string { return r.Code }))
	for i, r := range c.p.GroupRoles {
		at := fmt.Sprintf("groupRoles[%d]", i)
		c.text(at+".names", r.Names)
		c.between(at+".seats", int64(r.Seats), 0, 1_000)
		c.allKnown(at+".rights", r.Rights, groupRights)
	}
}
