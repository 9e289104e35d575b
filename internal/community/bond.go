package community

import (
	"context"
	"errors"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// MaxTies is how many of one kind a member has: as many as one question to a store may name without being slow, and
// more than anybody reads.
const MaxTies = 1000

// Tie makes one of the reader's ties be there or not. Said again it changes nothing. Whoever is tied must be known to the
// reader already.
func (s *Service) Tie(ctx context.Context, r Reader, k TieKind, to string, on bool) error {
	if k != FollowTopic && member.ID(to) == r.Member {
		return fault.Refuse(CodeYourself, k.field(), "that is the member who asks")
	}
	if k == Block {
		return s.block(ctx, r.Member, member.ID(to), on)
	}
	return s.tie(ctx, r.Member, k, to, on)
}

// field is where apps say who or what is tied.
func (k TieKind) field() string {
	switch k {
	case Follow, FollowTopic:
		return "subjectId"
	case MutedWord:
		return "word"
	default:
		return "memberId"
	}
}

func (s *Service) tie(ctx context.Context, m member.ID, k TieKind, to string, on bool) error {
	bound := MaxTies
	if k == MutedWord {
		bound = MaxWords
	}
	err := s.Store.SetTie(ctx, m, k, to, on, bound)
	if errors.Is(err, ErrFull) {
		return fault.Refuse(CodeListFull, k.field(), "the list has %d already", bound).Near(int64(bound))
	}
	return err
}

// block parts two members, or lets them meet again. The block is the deciding write. Neither follows the other then; and
// because that is two more writes, whoever lifts a block does them again before: no follow of earlier, or one that came
// in between, is left behind a block.
func (s *Service) block(ctx context.Context, m, other member.ID, on bool) error {
	if on {
		if err := s.tie(ctx, m, Block, string(other), true); err != nil {
			return err
		}
	}
	if err := s.Store.SetTie(ctx, m, Follow, string(other), false, 0); err != nil {
		return err
	}
	if err := s.Store.SetTie(ctx, other, Follow, string(m), false, 0); err != nil {
		return err
	}
	if on {
		return nil
	}
	return s.Store.SetTie(ctx, m, Block, string(other), false, 0)
}

// Join makes the reader be in a group of the programme or not, and tells how it stands then. Said again it changes
// nothing; who is in stays in, whatever the group asks for today.
func (s *Service) Join(ctx context.Context, r Reader, p *programme.Programme, g programme.Group, on bool) (Circle, error) {
	stands, err := s.circle(ctx, g, r.Member)
	if err != nil || stands.Joined == on {
		return stands, err
	}
	if on && !r.Fits(p, g) {
		return stands, fault.Refuse(CodeGroupClosed, "groupId", "the group is for other members")
	}
	err = s.Store.SetCircle(ctx, g.Code, r.Member, on, g.MaxSize)
	if errors.Is(err, ErrFull) {
		return stands, fault.Refuse(CodeGroupFull, "groupId", "the group has %d members; it takes no more", g.MaxSize)
	}
	if err != nil {
		return stands, err
	}
	return s.circle(ctx, g, r.Member)
}

func (s *Service) circle(ctx context.Context, g programme.Group, m member.ID) (Circle, error) {
	found, err := s.Store.Circles(ctx, []string{g.Code}, m)
	return found[g.Code], err
}
