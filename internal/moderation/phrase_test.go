package moderation

import (
	"testing"

	"membergate/internal/phrase"
	"membergate/internal/viewer"
)

func TestAuthorsAreToldEveryReasonInWords(t *testing.T) {
	reasons := []Reason{Blank, TooLong, TooMany, Links, Contact, Monotonous, Repeated, Provider, Unavailable, Checking}
	for _, l := range Own().lists {
		reasons = append(reasons, l.reason)
	}
	for _, r := range reasons {
		code := "moderation." + string(r)
		if phrase.Say(viewer.English, code) == code {
			t.Errorf("%s has no phrase", code)
		}
	}
}
