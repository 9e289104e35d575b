package personal

import (
	"slices"
	"strings"
)

// Class says how close a stored field is to a person.
type Class string

// The classes, from what is nobody's to what the law protects most.
const (
	Nobody     Class = "NOBODY"     // of the shop, or a sum over all
	Pseudonym  Class = "PSEUDONYM"  // of a person who is known by a random name only
	OfPerson   Class = "PERSONAL"   // of a member
	Confidence Class = "SENSITIVE"  // of health, of children, of what was told in confidence: sealed
	Trade      Class = "CREDENTIAL" // opens something: hashed or sealed
)

// Ground is why the law lets it be kept: PIPL art. 13.
type Ground string

// The grounds.
const (
	NoGround Ground = ""                    // of nobody
	Contract Ground = "CONTRACT"            // the membership cannot be carried out without it
	Consent  Ground = "CONSENT"             // the member agreed to the purpose
	Duty     Ground = "LEGAL_DUTY"          // a law asks for it
	Safety   Ground = "LEGITIMATE_INTEREST" // against fraud, and to prove what was done
)

// Fate is what becomes of a field when the member's account is closed.
type Fate string

// The fates.
const (
	Stays   Fate = "STAYS"   // it says nothing of the member
	Goes    Fate = "GOES"    // it is deleted with what it is part of
	Renamed Fate = "RENAMED" // the member's id becomes a random name that nothing leads to; what others share stays whole
	Blanked Fate = "BLANKED" // what was written there is taken out, the rest stays
	Fades   Fate = "FADES"   // it dies by itself within the time that Keeps says
)

// Category is what a member can have deleted without closing the account.
type Category string

// The categories.
const (
	Recommendations Category = "RECOMMENDATIONS" // lists made from the member's history, and what was hidden from them
	Purchases       Category = "PURCHASES"       // which products orders were of; sums stay, for coins and growth
	Household       Category = "HOUSEHOLD"       // what was told of home and likes
	Notices         Category = "NOTICES"         // what the inbox holds
	Reactions       Category = "REACTIONS"       // what was liked and kept of posts
	Portrait        Category = "PORTRAIT"        // what a portrait is made of, and what was looked at
	Tags            Category = "TAGS"            // what data platforms take the member for
)

// Categories are all of them, as members are shown them.
func Categories() []Category {
	return []Category{Recommendations, Purchases, Household, Notices, Reactions, Portrait, Tags}
}

// Row is a line of the map: fields that share everything that is said of them. Each of Mongo, Bolt and Redis names where
// they lie, as "collection: field field.*"; several are parted by ";". A star stands for everything below; in Bolt, "key"
// is a bucket's key.
type Row struct {
	What     string // name of it in archives, such as "profile"; empty where it is nobody's
	Mongo    string
	Bolt     string
	Redis    string // what a key begins with, behind the prefix
	Class    Class
	Purpose  string // what it is used for
	Ground   Ground
	Keeps    string // how long it stays while the account is open
	Fate     Fate
	Exported bool     // members get it in their archive
	Deletes  Category // members can have it deleted; empty where they cannot
}

// Field is a stored field: Place is a collection, bucket or kind of key, Path the names below it joined by dots.
type Field struct{ Place, Path string }

// Engine names a kind of store that the map speaks of.
type Engine int

// The engines.
const (
	Mongo Engine = iota
	Bolt
	Redis
)

// fields gives a row's fields in an engine.
func (r Row) fields(e Engine) []Field {
	text := [...]string{r.Mongo, r.Bolt, r.Redis}[e]
	var out []Field
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); e == Redis { // a key has one value
			if part != "" {
				out = append(out, Field{part, "*"})
			}
			continue
		}
		if place, names, ok := strings.Cut(part, ":"); ok {
			for name := range strings.FieldsSeq(names) {
				out = append(out, Field{place, name})
			}
		}
	}
	return out
}

// covers tells whether a field of the map speaks of a stored one.
func (f Field) covers(stored Field) bool {
	if f.Place != stored.Place {
		return false
	}
	below, star := strings.CutSuffix(f.Path, "*")
	return f.Path == stored.Path || star && strings.HasPrefix(stored.Path+".", below)
}

// Find gives the row that speaks of a stored field, and false where none does. The most exact one counts.
func Find(e Engine, stored Field) (Row, bool) {
	best, found := -1, Row{}
	for _, r := range Map {
		for _, f := range r.fields(e) {
			if f.covers(stored) && len(f.Path) > best {
				best, found = len(f.Path), r
			}
		}
	}
	return found, best >= 0
}

// Unmapped gives the stored fields that no row speaks of.
func Unmapped(e Engine, stored []Field) (out []Field) {
	for _, f := range stored {
		if _, ok := Find(e, f); !ok && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// Places gives the places of an engine that the map speaks of, sorted.
func Places(e Engine) (out []string) {
	for _, r := range Map {
		for _, f := range r.fields(e) {
			out = append(out, f.Place)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
