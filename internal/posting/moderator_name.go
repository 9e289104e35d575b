package posting

import (
	"context"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/moderation"
)

// Codes of refusals of a name.
const (
	NameRefused   = "NAME_REFUSED"   // rules or the provider found something in it
	NameUnchecked = "NAME_UNCHECKED" // the provider could not be asked about it
)

// Name refuses a name that others may not see, with NAME_REFUSED or NAME_UNCHECKED. It stands beside all that its bearer
// writes, so nothing that rules or the provider would have looked at is let through, and no joining date makes up for
// a link.
func (m *Moderator) Name(ctx context.Context, who member.ID, name string, now time.Time) error {
	v := m.Rules.Judge(moderation.Text{Kind: moderation.Profile, Body: name}, moderation.Facts{}, now)
	if v.State == moderation.Pass && m.Provider != nil {
		var err error
		if v, err = m.ask(ctx, Text{Author: who, Body: name, At: now}, moderation.Profile); err != nil {
			return err
		}
	}
	switch {
	case v.State == moderation.Pass:
		return nil
	case v.Reason == moderation.Unavailable:
		return fault.Refuse(NameUnchecked, "displayName", "displayName could not be looked at; the name before stays")
	default:
		return fault.Refuse(NameRefused, "displayName", "displayName holds what others may not be shown (%s); allowed are names", v.Reason)
	}
}
