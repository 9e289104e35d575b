package posting

import (
	"context"
	"errors"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/moderation"
)

// opinion is a provider that says the same of everything.
type opinion struct {
	moderation.LocalOnly
	said moderation.Verdict
	err  error
}

func (o opinion) Text(context.Context, moderation.Asked, string) (moderation.Verdict, error) {
	return o.said, o.err
}

func TestNamesThatPeopleHavePass(t *testing.T) {
	m := &Moderator{Rules: moderation.Own()}
	for _, name := range []string{"王", "李雷", "小红妈妈", "Amélie Ma", "O'Neill-Chan", "Zoë 🍵", "哈哈哈哈", "AAA", "用户5566", "二宝他爸 2011", "厨房里的猫"} {
		if err := m.Name(t.Context(), "m", name, time.Now()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANameThatIsNotSurelyGoodIsRefused(t *testing.T) {
	word := moderation.Own().Words()[0]
	for _, c := range []struct {
		name string
		by   moderation.Judge
		code string
	}{
		{word, nil, NameRefused}, {"www.cheap.vip", nil, NameRefused}, {"加微信13812345678", nil, NameRefused}, {"good", nil, ""},
		{"good", opinion{}, ""}, {word, opinion{}, NameRefused},
		{"good", opinion{said: moderation.Verdict{State: moderation.Review, Reason: moderation.Provider}}, NameRefused},
		{"good", opinion{said: moderation.Verdict{State: moderation.Block, Reason: "FRAUD"}}, NameRefused},
		{"good", opinion{said: moderation.Held()}, NameUnchecked},
		{"good", opinion{err: errors.New("down")}, NameUnchecked},
	} {
		m := &Moderator{Rules: moderation.Own(), Provider: c.by}
		err := m.Name(t.Context(), "m", c.name, time.Now())
		code := ""
		if r, ok := errors.AsType[*fault.Refusal](err); ok {
			code = r.Code
		}
		if code != c.code || (err == nil) != (c.code == "") {
			t.Errorf("%s, of which is said %+v: %v, want %q", c.name, c.by, err, c.code)
		}
	}
}
