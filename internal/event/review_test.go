package event_test

import (
	"strings"
	"testing"

	"membergate/internal/event"
	"membergate/internal/programme"
)

// Check 18 of the papers: what a review earns does not depend on its rating. No event tells the rating, so no rule can ask
// for it, in any programme.
func TestAReviewsRewardCannotDependOnItsRating(t *testing.T) {
	_, err := event.Decode(message("review.written", `{"orderId":"1","sku":"2","rating":"5"}`))
	if err == nil || !strings.Contains(err.Error(), "data.rating is no field of review.written; allowed are orderId, sku.") {
		t.Errorf("a rating is told: %v", err)
	}
	fields, known := programme.EventFields("review.written")
	if !known || strings.Join(fields, " ") != "orderId sku" {
		t.Errorf("rules may ask for %v of a review", fields)
	}
}
