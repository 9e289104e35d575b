package boltstore

import (
	"slices"
	"testing"

	"membergate/internal/account"
	"membergate/internal/adjustment"
	"membergate/internal/admission"
	"membergate/internal/adoption"
	"membergate/internal/benefit"
	"membergate/internal/claim"
	"membergate/internal/community"
	"membergate/internal/contribution"
	"membergate/internal/coupon"
	"membergate/internal/datause"
	"membergate/internal/desk"
	"membergate/internal/export"
	"membergate/internal/family"
	"membergate/internal/incident"
	"membergate/internal/insight"
	"membergate/internal/invitation"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/offer"
	"membergate/internal/order"
	"membergate/internal/personal"
	"membergate/internal/posting"
	"membergate/internal/product"
	"membergate/internal/profile"
	"membergate/internal/programme"
	"membergate/internal/recommend"
	"membergate/internal/redemption"
	"membergate/internal/report"
	"membergate/internal/reward"
	"membergate/internal/session"
	"membergate/internal/signin"
	"membergate/internal/star"
	"membergate/internal/storetest"
	"membergate/internal/supply"
	"membergate/internal/transfer"
	"membergate/internal/upload"
	"membergate/internal/vault"
	"membergate/internal/voucher"
	"membergate/internal/wallet"
)

// documents are the shapes of what buckets hold; the others hold keys only.
var documents = map[string]any{
	"profiles": member.Profile{}, "accounts": account.Account{}, "orders": order.Record{}, "entries": wallet.Entry{}, "supply": supply.Shard{}, "counted": supply.Mark{},
	"adjusted": supply.Adjustment{}, "promises": programme.Promise{}, "products": product.Product{}, "rewards": reward.Reward{}, "slots": reward.Slot{},
	"redemptions": redemption.Redemption{}, "vouchers": voucher.Code{}, "families": family.Family{}, "usages": benefit.Usage{}, "uses": benefit.Use{}, "coupons": coupon.Coupon{},
	"claims": claim.Claim{}, "offers": offer.Offers{}, "adjustments": adjustment.Proposal{}, "transfers": transfer.Transfer{}, "seats": admission.Seats{}, "dossiers": admission.Dossier{},
	"inviters": invitation.Inviter{}, "invitees": invitation.Invitee{}, "posts": postRow{}, "comments": commentRow{}, "topics": community.Topic{}, "marks": community.Mark{}, "ties": community.Ties{},
	"slips": posting.Slip{}, "badges": adoption.Badge{}, "reports": report.Report{}, "moderationLog": report.Entry{}, "uploads": upload.Upload{}, "decisions": profile.Decision{},
	"dataUses": datause.Use{}, "exports": export.Export{}, "exportParts": export.Part{}, "incidents": incident.Incident{}, "concerned": incident.Concern{}, "insights": insight.Note{}, "fifths": insight.Fifths{},
	"requests": desk.Request{}, "cards": desk.Card{}, "inboxes": notice.Inbox{}, "notices": notice.Notice{}, "noticeSettings": notice.Settings{}, "deletions": personal.Deletion{}, "tastes": recommend.Taste{},
	"staffings": community.Staffing{}, "roleLog": community.RoleChange{}, "boards": contribution.Board{}, "stars": star.Star{}, "wide": wideRow{}, "identities": vault.Identity{}, "readings": vault.Application{},
	"sessions": session.Session{}, "logins": signin.Login{},
}

func TestEveryFieldThatCanBeStoredIsInTheDataMap(t *testing.T) {
	for _, b := range buckets {
		if b != "test" && !slices.Contains(personal.Places(personal.Bolt), string(b)) { // "test" is made by a test of this package
			t.Errorf("the data map says nothing of the bucket %s", b)
		}
	}
	storetest.Mapped(t, personal.Bolt, "json", documents)
}
