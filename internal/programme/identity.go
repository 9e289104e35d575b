package programme

import (
	"fmt"
	"strings"
)

// Identity says how what tells who members are is shown, and how staff comes to read it as it is.
type Identity struct {
	Masks Masks         `yaml:"masks"`
	Reads IdentityReads `yaml:"reads"`
}

// Masks say what is left readable of each fact. A phone's stands in Privacy.
type Masks struct {
	Name     Mask `yaml:"name"`
	Address  Mask `yaml:"address"`
	IDNumber Mask `yaml:"idNumber"`
}

// Mask says how many characters of a text are shown; all others are hidden.
type Mask struct {
	Head int `yaml:"head"` // at its beginning
	Tail int `yaml:"tail"` // at its end
}

// Hide gives a text as it is shown. One that is too short for the mask to hide anything of it is hidden whole.
func (m Mask) Hide(text string) string {
	all := []rune(text)
	n := len(all) - m.Head - m.Tail
	if n <= 0 {
		return strings.Repeat("*", len(all))
	}
	return string(all[:m.Head]) + strings.Repeat("*", n) + string(all[m.Head+n:])
}

// HidePhone gives a phone number as it is shown: without its last digits.
func (p Privacy) HidePhone(phone string) string {
	return Mask{Head: max(0, len([]rune(phone))-p.PhoneHide)}.Hide(phone)
}

// IdentityReads say when staff may read what is hidden, after each of Privacy's approvers has said yes.
type IdentityReads struct {
	DecideHours int     `yaml:"decideHours"` // how long an application waits for its answers
	ReadMinutes int     `yaml:"readMinutes"` // how long after the last yes the one reading may be done
	WrongPerDay int64   `yaml:"wrongPerDay"` // how many phones of nobody one of the staff may look for in a day
	Purposes    []Named `yaml:"purposes"`    // what may be applied for, as members read it
}

// Purpose finds what may be applied for by its code.
func (r IdentityReads) Purpose(code string) (Named, bool) {
	for _, p := range r.Purposes {
		if p.Code == code {
			return p, true
		}
	}
	return Named{}, false
}

// identity checks that every mask hides the most of what it is for: of a name all but a letter at each end, of an id number
// the day of birth, which stands in the middle.
func (c *check) identity() {
	i := c.p.Identity
	if i == nil {
		return
	}
	for _, each := range []struct {
		at         string
		mask       Mask
		head, tail int64
	}{
		{"name", i.Masks.Name, 1, 1}, {"address", i.Masks.Address, 12, 0}, {"idNumber", i.Masks.IDNumber, 6, 4},
	} {
		c.between("identity.masks."+each.at+".head", int64(each.mask.Head), 0, each.head)
		c.between("identity.masks."+each.at+".tail", int64(each.mask.Tail), 0, each.tail)
	}
	c.between("identity.reads.decideHours", int64(i.Reads.DecideHours), 1, 720)
	c.between("identity.reads.readMinutes", int64(i.Reads.ReadMinutes), 1, 1440)
	c.between("identity.reads.wrongPerDay", i.Reads.WrongPerDay, 1, 10_000)
	if len(i.Reads.Purposes) == 0 {
		c.add("identity.reads.purposes", "is empty; needed is at least one")
	}
	c.named("identity.reads.purposes", i.Reads.Purposes)
	for n, p := range i.Reads.Purposes {
		if len(p.Code) > 64 {
			c.add(fmt.Sprintf("identity.reads.purposes[%d].code", n), "has %d characters; allowed are 64", len(p.Code))
		}
	}
}
