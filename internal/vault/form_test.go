package vault_test

import (
	"errors"
	"strings"
	"testing"

	"membergate/internal/fault"
	"membergate/internal/vault"
)

func TestAFactHasOneForm(t *testing.T) {
	for _, c := range []struct {
		kind       vault.Kind
		told, want string
	}{
		{vault.Phone, " (138) 0013-8000 ", "13800138000"},
		{vault.Phone, "+86 138 0013 8000", "+8613800138000"},
		{vault.Name, "  Anna \t Maria  Li ", "Anna Maria Li"},
		{vault.Address, "1 Canary Road\n Shanghai", "1 Canary Road Shanghai"},
		{vault.IDNumber, "110105 19491231 002x", "11010519491231002X"},
		{vault.IDNumber, "e-1234567", "E1234567"},
		{vault.IDNumber, "440524188001010014", "440524188001010014"},
		{vault.IDNumber, "ABCDEFGHIJKLMNOPQ8", "ABCDEFGHIJKLMNOPQ8"}, // has the length of a resident's, not the form
	} {
		if got, err := vault.Clean(c.kind, c.told); got != c.want || err != nil {
			t.Errorf("%s %q becomes %q, %v; want %q", c.kind, c.told, got, err, c.want)
		}
	}
}

func TestWhatCannotBeAFactIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, c := range []struct {
		kind       vault.Kind
		told, says string
	}{
		{vault.Phone, "123456", "phone is none; allowed are 7 to 15 digits"},
		{vault.Phone, "1234567890123456", "phone is none; allowed are 7 to 15 digits"},
		{vault.Phone, "++8613800138000", "phone is none"},
		{vault.Phone, "13800138OOO", "phone is none"},
		{vault.Name, strings.Repeat("金", 61), "name has 61 characters; allowed are 1 to 60"},
		{vault.Name, "An\u0007na", "name holds a character that cannot be shown"},
		{vault.Name, "   ", "name has 0 characters; allowed are 1 to 60"},
		{vault.Address, strings.Repeat("a", 201), "address has 201 characters; allowed are 1 to 200"},
		{vault.IDNumber, "1234", "idNumber has 4 characters; allowed are 5 to 20"},
		{vault.IDNumber, "E1234_567", "idNumber holds something else than letters and digits"},
		{vault.IDNumber, "110105194912310021", "idNumber has a wrong last character"},
	} {
		_, err := vault.Clean(c.kind, c.told)
		var r *fault.Refusal
		if !errors.As(err, &r) || r.Code != vault.WrongForm || r.Field != c.kind.Field() || !strings.HasPrefix(err.Error(), c.says) || len(c.told) > 5 && strings.Contains(err.Error(), c.told) {
			t.Errorf("%s %.20q: %v", c.kind, c.told, err)
		}
	}
}
