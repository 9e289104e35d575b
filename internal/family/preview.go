package family

import (
	"fmt"
	"time"

	"membergate/internal/programme"
)

// Preview is an invitation as the invited person sees it before answering.
type Preview struct {
	FamilyName   string
	Role         Role
	MemberCount  int
	Consequences []programme.Text // what accepting means, a sentence each
	BlockedBy    Obstacle         // empty = acceptable
}

// Acceptable tells whether the candidate could accept now.
func (v Preview) Acceptable() bool { return v.BlockedBy == "" }

// PreviewOf shows the family's invitation with a token's hash to a candidate at now. False when it is unknown, answered,
// taken back or over, or when the programme has no families: all look alike. The gate is that of the family's owner.
func (f Family) PreviewOf(hash string, p *programme.Programme, g Gate, c Candidate, now time.Time) (Preview, bool) {
	for _, i := range f.Invitations {
		if i.Hash != hash || i.StateAt(now) != Invited || p.Family == nil || c.hidden(f) || !f.stands(i) {
			continue
		}
		return Preview{
			FamilyName: f.Name, Role: i.Role, MemberCount: len(f.Active()),
			Consequences: consequences(p, g, i.Role), BlockedBy: f.takingBlockedBy(p, g, c, i.Role, now),
		}, true
	}
	return Preview{}, false
}

// stands tells whether whoever invited may still do so.
func (f Family) stands(i Invitation) bool {
	by, in := f.Of(i.InvitedBy)
	return in && MayInvite(by.Role, i.Role)
}

// consequences are what joining with a role means, most important first.
func consequences(p *programme.Programme, g Gate, r Role) []programme.Text {
	out := []programme.Text{say(
		"您的星币仍归您所有,退出家庭时全部带走。",
		"您的星幣仍歸您所有,退出家庭時全部帶走。",
		"Your coins stay yours, and you take all of them with you when you leave.")}
	if p.Family.CommonDraw {
		out = append(out, say(
			"家庭成员可以共同使用您共享的星币;默认共享全部,您可以随时更改。",
			"家庭成員可以共同使用您共享的星幣;預設共享全部,您可以隨時更改。",
			"The family may draw on the coins you share: all of them until you say otherwise."))
	}
	if d, ok := SharedDiscount(p, g); ok {
		out = append(out, say(
			"您将享受家庭共享折扣%d%%。",
			"您將享受家庭共享折扣%d%%。",
			"You get the family's discount of %d %%.", d.Percent))
	}
	if !p.Family.ShareGrowth {
		out = append(out, say(
			"成长值和等级不共享。",
			"成長值和等級不共享。",
			"Growth and tiers are not shared."))
	}
	switch {
	case May(r, AskToSpend):
		out = append(out, say(
			"您使用星币前需要监护人同意,监护人可以看到您的星币和消费类别。",
			"您使用星幣前需要監護人同意,監護人可以看到您的星幣和消費類別。",
			"A guardian must agree before you spend coins, and sees your coins and what kinds of things you buy."))
	case May(r, Approve):
		out = append(out, say(
			"您可以邀请家人,并替孩子决定是否使用星币。",
			"您可以邀請家人,並替孩子決定是否使用星幣。",
			"You may invite relatives, and you decide when children ask to spend coins."))
	}
	if days := p.Family.CooldownDays; days > 0 {
		out = append(out, say(
			"退出后%d天内不能加入任何家庭。",
			"退出後%d天內不能加入任何家庭。",
			"After leaving you cannot join a family for %d days.", days))
	}
	return out
}

// say makes a text in the three languages; its numbers are the same in all.
func say(simplified, traditional, english string, numbers ...any) programme.Text {
	return programme.Text{
		"zh-CN": fmt.Sprintf(simplified, numbers...),
		"zh-TW": fmt.Sprintf(traditional, numbers...),
		"en":    fmt.Sprintf(english, numbers...),
	}
}
