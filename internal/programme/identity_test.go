package programme_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"membergate/internal/programme"
	"membergate/programmes"
)

func TestAMaskLeavesItsEndsAndHidesAllElse(t *testing.T) {
	for _, c := range []struct {
		mask       programme.Mask
		text, want string
	}{
		{programme.Mask{Head: 1}, "王小明", "王**"},
		{programme.Mask{Head: 1}, "王", "*"},
		{programme.Mask{Head: 1, Tail: 1}, "王明", "**"},
		{programme.Mask{Head: 6}, "上海市静安区南京西路1号", "上海市静安区******"},
		{programme.Mask{Head: 1, Tail: 1}, "11010519491231002X", "1****************X"},
		{programme.Mask{}, "1 Road", "******"},
		{programme.Mask{Head: 3}, "", ""},
	} {
		if got := c.mask.Hide(c.text); got != c.want {
			t.Errorf("%+v shows %q of %q, want %q", c.mask, got, c.text, c.want)
		}
	}
	p := programme.Privacy{PhoneHide: 4}
	for phone, want := range map[string]string{"13800138000": "1380013****", "+8613800138000": "+861380013****", "8000": "****", "80": "**"} {
		if got := p.HidePhone(phone); got != want {
			t.Errorf("of the phone %q it shows %q, want %q", phone, got, want)
		}
	}
}

func TestNoMaskShowsAWholeText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := programme.Mask{Head: rapid.IntRange(0, 12).Draw(t, "head"), Tail: rapid.IntRange(0, 6).Draw(t, "tail")}
		text := rapid.StringMatching(`[a-z金]{1,30}`).Draw(t, "text")
		got := m.Hide(text)
		if len([]rune(got)) != len([]rune(text)) || !strings.Contains(got, "*") {
			t.Errorf("%+v shows %q of %q", m, got, text)
		}
	})
}

func TestEveryProgrammeHidesIdentitiesAndLetsStaffApply(t *testing.T) {
	for _, name := range programmes.Names() {
		p := load(t, name)
		switch i := p.Identity; {
		case i == nil:
			t.Errorf("%s says nothing of identities", name)
		case len(i.Reads.Purposes) == 0 || p.Privacy.TokenMinutes != 30 || p.Privacy.PhoneHide < 4:
			t.Errorf("%s has %+v", name, i)
		}
	}
}
