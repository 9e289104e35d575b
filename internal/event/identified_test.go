package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/event"
	"membergate/internal/fault"
	"membergate/internal/member"
)

// register notes what is confirmed; it refuses phones that begin with 0, and is down where there is no answer.
type register struct {
	noted []string
	down  bool
}

func (r *register) Confirm(_ context.Context, who member.ID, phone string, at time.Time) error {
	switch {
	case r.down:
		return fault.Down("store", errors.New("gone"))
	case strings.HasPrefix(phone, "0"):
		return fault.Bad("phone", "phone is none")
	}
	r.noted = append(r.noted, fmt.Sprint(who, " ", phone, " ", at.Format(time.RFC3339)))
	return nil
}

func TestAConfirmedPhoneIsHandedOnOnceItIsRead(t *testing.T) {
	s, r := open(t), &register{}
	service := s.on(s.stores)
	service.Knows = r
	messages := []event.Message{
		message("member.identified", `{"phone":"13800138000"}`), paid("2", "2", 0, 10_000), message("member.identified", `{"phone":"0"}`), message("member.identified", `{}`),
	}
	r.down = true
	if _, err := service.Apply(t.Context(), messages); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with the store away: %v", err)
	}
	r.down = false
	poison, err := service.Apply(t.Context(), messages)
	if err != nil || len(poison) != 2 || !slices.Equal(r.noted, []string{"17850 13800138000 2026-07-06T04:00:00Z"}) {
		t.Errorf("noted is %q, poison %v, %v", r.noted, poison, err)
	}
	if _, err := event.Decode(messages[0]); err == nil {
		t.Error("it is taken for an order or a deed")
	}
}

func TestWhatTellsWhoSomebodyIsIsNotRepeated(t *testing.T) {
	s := open(t)
	const secret = "13800138000"
	for _, data := range []string{secret, `"` + secret + `"`, `{"phone":` + secret + `}`, `{"phone":["` + secret + `"]}`, `{"phone":"` + strings.Repeat(secret, 4) + `"}`} {
		poison, err := s.on(s.stores).Apply(t.Context(), []event.Message{message("member.identified", data)})
		if err != nil || len(poison) != 1 || strings.Contains(poison[0].Reason, secret) {
			t.Errorf("%s: %v, %v", data, poison, err)
		}
	}
	if m := message("member.identified", secret).Discreet(); strings.Contains(fmt.Sprint(m), secret) || m.Type != "member.identified" {
		t.Errorf("kept is %v", m)
	}
	if m := message("order.refunded", `{"refundId":"1"}`); m.Discreet() != m {
		t.Error("an order is changed")
	}
}
