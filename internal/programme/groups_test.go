package programme_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"membergate/internal/programme"
)

func TestPresetsHaveTheGroupsOfTheirPapers(t *testing.T) {
	for name, want := range map[string]string{
		"retail-5": "FLASH from SILVER, DEPTH from GOLD, ELITE from DIAMOND",
		"retail-3": "INTEREST, INTEREST, INTEREST, TASK, VIP of HIGH_VALUE",
		"fresh-3":  "", "stage-4": "",
	} {
		var got []string
		for _, g := range load(t, name).Groups {
			text := g.Kind
			if g.MinTier != "" {
				text += " from " + g.MinTier
			}
			if g.Segment != "" {
				text += " of " + g.Segment
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s has %v, want %s", name, got, want)
		}
	}
}

func TestPresetsHaveTheBoardsOfTheirPapers(t *testing.T) {
	for name, want := range map[string]string{"retail-5": "KNOWLEDGE by 2 roles, EXCHANGE, EVENTS", "fresh-3": "KNOWLEDGE by 2 roles, EXCHANGE, EVENTS", "retail-3": "COMMUNITY", "stage-4": "COMMUNITY"} {
		var got []string
		for _, b := range load(t, name).Boards {
			text := b.Code
			if len(b.PostRoles) > 0 {
				text += fmt.Sprintf(" by %d roles", len(b.PostRoles))
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s has %v, want %s", name, got, want)
		}
	}
}

func TestRetail5StaffsItsGroupsAndRewardsTheirStarsAsItsPaperSays(t *testing.T) {
	p := load(t, "retail-5")
	var got []string
	for _, r := range p.GroupRoles {
		got = append(got, fmt.Sprintf("%s %d %t", r.Code, r.Seats, r.Star))
	}
	if want := "OFFICIAL 1 false, KEY_MEMBER 2 false, ASSISTANT 1 false, HONORARY_MANAGER 0 true"; strings.Join(got, ", ") != want {
		t.Errorf("the roles are %v, want %s", got, want)
	}
	coins, ok := p.EarnRule("group.starred", "GROUP_STAR")
	if !ok || coins.Fixed != 300 || coins.Once != "starId" {
		t.Errorf("a star earns %+v", coins)
	}
	s := p.Contributions.Star
	if s.Awards[0].Code != "EVENT_PRIORITY" || s.Streak.Months != 3 || s.Streak.Role != "HONORARY_MANAGER" || s.Streak.Awards[0].Code != "NEW_PRODUCT_TRIAL" || s.Streak.Awards[0].Months != 12 {
		t.Errorf("a star gets %+v, in a row %+v", s, s.Streak)
	}
	for _, name := range []string{"fresh-3", "stage-4", "retail-3"} {
		if o := load(t, name).Contributions; o != nil && o.Star != nil {
			t.Errorf("the paper of %s has no stars", name)
		}
	}
	if load(t, "stage-4").Contributions == nil {
		t.Error("the paper of stage-4 asks for a leaderboard")
	}
}

func TestContributionsThatCannotHoldAreRefusedWithOneClearSentence(t *testing.T) {
	for line, c := range map[string]struct{ old, new, want string }{
		"a role that is none":      {"role: HONORARY_MANAGER", "role: KING", "contributions.star.streak.role"},
		"a board that is none":     {"{code: EXCHANGE, board: EXCHANGE, titles: {zh-CN: 互", "{code: EXCHANGE, board: MARKET, titles: {zh-CN: 互", "contributions.boards[1].board"},
		"a right that is none":     {"rights: [ANSWER, HOST_EVENTS]", "rights: [ANSWER, FLY]", "groupRoles[1].rights"},
		"what only some see":       {"visibilities: [PUBLIC, MEMBERS, TIER]", "visibilities: [PUBLIC, FAMILY]", "contributions.visibilities"},
		"a streak of one month":    {"      months: 3\n      role", "      months: 1\n      role", "contributions.star.streak.months"},
		"a star for doing nothing": {"leastPoints: 1 # ours", "leastPoints: 0", "contributions.star.leastPoints"},
	} {
		raw, err := os.ReadFile("../../programmes/retail-5.yaml")
		if err != nil {
			t.Fatal(err)
		}
		text := string(raw)
		if !strings.Contains(text, c.old) {
			t.Fatalf("%s: the preset has no %q", line, c.old)
		}
		_, err = programme.Parse("shop.yaml", []byte(strings.Replace(text, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", line, err)
		}
	}
}
