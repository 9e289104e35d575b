package notice

import (
	"context"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/programme"
)

// Incident names something that happened to members' data.
type Incident struct {
	ID string
	At time.Time // when it was noticed
}

// TellIncident puts a notice of an incident into inboxes, and gives who has it, or is no member any more; whoever is missing
// was changed by others meanwhile. Told again nobody gets a second one.
func (s *Service) TellIncident(ctx context.Context, in Incident, who []member.ID) (told []member.ID, err error) {
	more := func(now time.Time) []Cause {
		return []Cause{{Kind: programme.DataIncident, Key: in.ID, At: now, Until: Ever, Fill: Fill{Day: in.At}}}
	}
	if _, err := s.lookWith(ctx, who, more); err != nil {
		return nil, err
	}
	ids := make([]string, len(who))
	for i, m := range who {
		ids[i] = NoticeID(m, programme.DataIncident, in.ID)
	}
	found, err := s.Store.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	holders, err := s.Accounts.ByIDs(ctx, who, account.Whole)
	if err != nil {
		return nil, err
	}
	for i, m := range who {
		_, has := found[ids[i]]
		if _, known := holders[m]; has || !known {
			told = append(told, m)
		}
	}
	return told, nil
}
