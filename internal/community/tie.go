package community

import (
	"slices"

	"membergate/internal/member"
)

// TieKind is how a member is tied to somebody or something.
type TieKind string

// The ties.
const (
	Follow      TieKind = "follow"      // to a member
	FollowTopic TieKind = "followTopic" // to a topic
	Block       TieKind = "block"       // to a member: neither sees the other any more
	Mute        TieKind = "mute"        // to a member, who is not told: feeds hold nothing of theirs
	MutedWord   TieKind = "mutedWord"   // to a word, as Word makes it: feeds hold no post with it
)

// Ties are all of one member's.
type Ties struct {
	Follows   []member.ID // members that the member follows
	Topics    []TopicID   // topics that the member follows
	Blocks    []member.ID // members that the member blocked
	BlockedBy []member.ID // members who blocked the member
	Mutes     []member.ID // members whom the member muted
	Words     []string    // words that the member muted
	Version   int64       // grows whenever Follows or Topics may change
}

// Has tells whether a tie of the member's own is there.
func (t Ties) Has(k TieKind, to string) bool {
	switch k {
	case Follow:
		return slices.Contains(t.Follows, member.ID(to))
	case FollowTopic:
		return slices.Contains(t.Topics, TopicID(to))
	case Block:
		return slices.Contains(t.Blocks, member.ID(to))
	case Mute:
		return slices.Contains(t.Mutes, member.ID(to))
	case MutedWord:
		return slices.Contains(t.Words, to)
	default:
		return false
	}
}

// Count is how many ties of a kind the member has.
func (t Ties) Count(k TieKind) int {
	switch k {
	case Follow:
		return len(t.Follows)
	case FollowTopic:
		return len(t.Topics)
	case Block:
		return len(t.Blocks)
	case Mute:
		return len(t.Mutes)
	case MutedWord:
		return len(t.Words)
	default:
		return 0
	}
}
