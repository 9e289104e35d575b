package mongostore

import (
	"testing"
	"time"

	"membergate/internal/personal"
	"membergate/internal/storetest"
)

// documents are the shapes of what each collection holds.
var documents = map[string]any{
	"members": memberDoc{}, "orders": orderDoc{}, "entries": entryDoc{}, "supply": shardDoc{}, "counted": countedDoc{}, "adjusted": adjustedDoc{}, "promises": parityDoc{},
	"products": productDoc{}, "rewards": rewardDoc{}, "slots": slotDoc{}, "stock": moveDoc{}, "redemptions": redemptionDoc{}, "vouchers": voucherDoc{},
	"families": familyDoc{}, "family_turns": turnLock{}, "usages": usageDoc{}, "uses": useDoc{}, "coupons": couponDoc{}, "claims": claimDoc{}, "offers": offersDoc{},
	"adjustments": proposalDoc{}, "transfers": transferDoc{}, "seats": seatsDoc{}, "dossiers": dossierDoc{}, "inviters": inviterDoc{}, "invitees": inviteeDoc{},
	"posts": postDoc{}, "comments": commentDoc{}, "topics": topicDoc{}, "marks": markDoc{}, "ties": tiesDoc{}, "circles": circleDoc{}, "slips": slipDoc{},
	"badges": badgeDoc{}, "reports": reportDoc{}, "moderation": logDoc{}, "uploads": uploadDoc{}, "decisions": decisionDoc{}, "requests": requestDoc{}, "cards": cardDoc{},
	"dataUses": dataUseDoc{}, "exports": exportDoc{}, "exportParts": exportPartDoc{}, "incidents": incidentDoc{}, "concerned": concernDoc{}, "insights": insightDoc{}, "fifths": fifthsDoc{},
	"inboxes": inboxDoc{}, "notices": noticeDoc{}, "noticeSettings": settingsDoc{}, "deletions": deletionDoc{}, "erased": erasedDoc{}, "orphans": orphanDoc{}, "tastes": tasteDoc{},
	"boards": boardDoc{}, "unlisted": unlistedDoc{}, "stars": starDoc{}, "findings": findingDoc{}, "wide": wideDoc{}, "identities": identityDoc{}, "readings": readingDoc{},
	"sessions": sessionDoc{}, "logins": loginDoc{},
}

// Those that are written without a struct of their own.
type (
	turnLock struct {
		ID    string `bson:"_id"`
		SV    int    `bson:"sv"`
		By    string `bson:"by"`
		Until time.Time
	}
	circleDoc struct {
		ID      string   `bson:"_id"`
		SV      int      `bson:"sv"`
		Version int64    `bson:"version"`
		Members []string `bson:"members"`

		Roles []holdingDoc    `bson:"roles"`
		RV    int64           `bson:"rolesVersion"`
		Log   []roleChangeDoc `bson:"roleLog"`
	}
)

func TestEveryFieldThatCanBeStoredIsInTheDataMap(t *testing.T) {
	for _, c := range collections {
		if _, known := documents[c.name]; !known {
			t.Errorf("nothing says what documents of %s look like", c.name)
		}
	}
	storetest.Mapped(t, personal.Mongo, "bson", documents)
}

type erasedDoc struct {
	ID string    `bson:"_id"`
	SV int       `bson:"sv"`
	At time.Time `bson:"at"`
}
