package community

import "membergate/internal/member"

// TieKind is how a member is tied to somebody or something.
type TieKind string

// The ties.
const (
	Follow      TieKind = "follow"      // to a member
	FollowTopic TieKind = "followTopic" // to a topic
	Block       TieKind = "block"       // to a member: neither sees the other any more
)

// Ties are all of one member's.
type Ties struct {
	Follows   []member.ID // members that the member follows
	Topics    []TopicID   // topics that the member follows
	Blocks    []member.ID // members that the member blocked
	BlockedBy []member.ID // members who blocked the member
}
