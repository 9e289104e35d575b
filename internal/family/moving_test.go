package family_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/tier"
	"membergate/internal/wallet"

	"github.com/google/go-cmp/cmp"
)

func TestLeavePreviewTellsWhatLeavingMeans(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	own := wallet.State{Lots: []wallet.Lot{{Free: 100, Held: 20}}, Owed: 0}
	f := household(t)
	for role, want := range map[family.Role]family.Obstacle{
		family.Owner: family.OwnerMustTransfer, family.Guardian: "", family.Adult: "", family.Teen: "", family.Child: family.GuardianDecides,
	} {
		who, _ := f.Of(member.ID(names[role]))
		got := f.LeavePreview(p, who, own, now)
		if got.BlockedBy != want || got.Allowed != (want == "") || got.CoinsKept != 120 || !got.CooldownUntil.Equal(at(t, "2026-08-07 12:00")) {
			t.Errorf("%s: %+v", role, got)
		}
	}
	alone := family.Open("home", "owner", now)
	who, _ := alone.Of("owner")
	if got := alone.LeavePreview(p, who, own, now); !got.Allowed {
		t.Errorf("an owner alone: %+v", got)
	}
	p.Family.CooldownDays = 0
	if got := alone.LeavePreview(p, who, own, now); !got.CooldownUntil.IsZero() {
		t.Errorf("without a cool-down: %s", got.CooldownUntil)
	}
}

func TestWhatKeepsSomebodyFromJoiningIsTold(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	f := family.Open("home", "owner", now)
	full := f.With("a", family.Adult, now).With("b", family.Adult, now).With("c", family.Adult, now)
	was := func(left string, state family.Presence) []family.Family {
		other := family.Open("other", "x", now).With("me", family.Adult, now)
		return []family.Family{let(other, "me", func(p *family.Person) { p.State, p.LeftAt = state, at(t, left) })}
	}
	for name, c := range map[string]struct {
		family    family.Family
		gate      family.Gate
		candidate family.Candidate
		want      family.Obstacle
	}{
		"nothing":                       {f, sharing, family.Candidate{Member: "me"}, ""},
		"nobody is signed in":           {f, sharing, family.Candidate{}, family.SignInFirst},
		"in this family":                {f.With("me", family.Adult, now), sharing, family.Candidate{Member: "me", Families: []family.Family{f.With("me", family.Adult, now)}}, family.AlreadyIn},
		"in another family":             {f, sharing, family.Candidate{Member: "me", Families: []family.Family{family.Open("other", "me", now)}}, family.AlreadyIn},
		"left less than 30 days ago":    {f, sharing, family.Candidate{Member: "me", Families: was("2026-06-08 12:01", family.Left)}, family.Cooldown},
		"removed less than 30 days ago": {f, sharing, family.Candidate{Member: "me", Families: was("2026-07-01 00:00", family.Removed)}, family.Cooldown},
		"left 30 days ago":              {f, sharing, family.Candidate{Member: "me", Families: was("2026-06-08 12:00", family.Left)}, ""},
		"the fourth relative":           {full, sharing, family.Candidate{Member: "me"}, family.Full},
		"the owner's tier is too low":   {f, family.Gate{}, family.Candidate{Member: "me"}, family.Paused},
		"an old member's place is free": {let(full, "c", func(p *family.Person) { p.State = family.Left }), sharing, family.Candidate{Member: "me"}, ""},
	} {
		if got := c.family.JoiningBlockedBy(p, c.gate, c.candidate, now); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestInvitationIsPreviewedWithItsConsequences(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	f := household(t)
	f.People = f.People[:3] // owner, child, teen
	invitation := family.Invitation{ID: "i", Hash: family.HashToken("secret"), Role: family.Child, State: family.Invited, InvitedBy: "owner", ExpiresAt: now.Add(1)}
	f.Invitations = []family.Invitation{{ID: "other", Hash: family.HashToken("other"), State: family.Invited, ExpiresAt: now.Add(1)}, invitation}
	hash := family.HashToken("secret")
	got, ok := f.PreviewOf(hash, p, sharing, family.Candidate{Member: "me"}, now)
	if !ok || !got.Acceptable() || got.FamilyName != "home" || got.Role != family.Child || got.MemberCount != 3 {
		t.Fatalf("%+v, %v", got, ok)
	}
	var english []string
	for _, c := range got.Consequences {
		english = append(english, c.In("en"))
		for _, locale := range []string{"zh-CN", "zh-TW", "en"} {
			if c[locale] == "" || strings.Contains(c[locale], "%!") {
				t.Errorf("%s: %q", locale, c[locale])
			}
		}
	}
	want := []string{
		"Your coins stay yours, and you take all of them with you when you leave.",
		"The family may draw on the coins you share: all of them until you say otherwise.",
		"You get the family's discount of 3 %.",
		"Growth and tiers are not shared.",
		"A guardian must agree before you spend coins, and sees your coins and what kinds of things you buy.",
		"After leaving you cannot join a family for 30 days.",
	}
	if diff := cmp.Diff(want, english); diff != "" {
		t.Errorf("consequences (-want, +got)\n%s", diff)
	}
	for name, change := range map[string]func(*family.Invitation){
		"unknown":  func(i *family.Invitation) { i.Hash = family.HashToken("another") },
		"used":     func(i *family.Invitation) { i.State = family.Accepted },
		"declined": func(i *family.Invitation) { i.State = family.Refused },
		"revoked":  func(i *family.Invitation) { i.State = family.Revoked },
		"expired":  func(i *family.Invitation) { i.ExpiresAt = now },
	} {
		i := invitation
		change(&i)
		f.Invitations = []family.Invitation{i}
		if got, ok := f.PreviewOf(hash, p, sharing, family.Candidate{Member: "me"}, now); ok || got.FamilyName != "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestServiceReadsTheGateOffTheOwner(t *testing.T) {
	p, now := retail5(t), at(t, "2026-07-08 12:00")
	owner := account.Open(book{p}, member.Profile{ID: "owner", JoinedAt: at(t, "2026-01-01 00:00")})
	owner.Account.Standing.Grants = []tier.Grant{{Tier: "GOLD", From: now.Add(-time.Hour)}}
	f := family.Open("home", "owner", now)
	f.Invitations = []family.Invitation{{Hash: family.HashToken("secret"), Role: family.Adult, State: family.Invited, InvitedBy: "owner", ExpiresAt: now.Add(1)}}
	service := &family.Service{Families: &shelf{families: []family.Family{f}}, Accounts: holders{h: owner}, Book: book{p}}
	ctx := context.Background()
	if g, err := service.Gate(ctx, f, now); err != nil || !g.Open || g.Tier.Code != "GOLD" {
		t.Errorf("gate %+v, %v", g, err)
	}
	if g, err := service.Gate(ctx, family.Family{}, now); err != nil || g.Open {
		t.Errorf("gate of a family that everybody left: %+v, %v", g, err)
	}
	for viewer, want := range map[member.ID]family.Obstacle{"": family.SignInFirst, "me": "", "owner": family.AlreadyIn} {
		got, ok, err := service.Preview(ctx, "secret", family.Candidate{Member: viewer}, now)
		if err != nil || !ok || got.BlockedBy != want {
			t.Errorf("%q sees %+v, %v, %v", viewer, got, ok, err)
		}
	}
	if got, ok, err := service.Preview(ctx, "guess", family.Candidate{Member: "me"}, now); ok || err != nil {
		t.Errorf("a guessed token shows %+v, %v", got, err)
	}
}

// holders is an account.Store that only finds one member.
type holders struct {
	account.Store
	h account.Holder
}

func (s holders) ByIDs(_ context.Context, ids []member.ID, _ account.Detail) (map[member.ID]account.Holder, error) {
	out := map[member.ID]account.Holder{}
	for _, id := range ids {
		if id == s.h.Profile.ID {
			out[id] = s.h
		}
	}
	return out, nil
}

// shelf is a family.Store that only finds.
type shelf struct {
	family.Store
	families []family.Family
}

func (s *shelf) ByInvitation(_ context.Context, hash string) (family.Family, bool, error) {
	for _, f := range s.families {
		for _, i := range f.Invitations {
			if i.Hash == hash {
				return f, true, nil
			}
		}
	}
	return family.Family{}, false, nil
}

func (s *shelf) Memberships(_ context.Context, who member.ID) (out []family.Family, err error) {
	for _, f := range s.families {
		for _, p := range f.People {
			if p.Member == who {
				out = append(out, f)
			}
		}
	}
	return out, nil
}
