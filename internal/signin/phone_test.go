package signin_test

import (
	"testing"

	"membergate/internal/signin"
)

func TestAPhoneHasOneForm(t *testing.T) {
	for in, want := range map[string]string{
		"13800138000":        "+8613800138000",
		"138-0013-8000":      "+8613800138000",
		"+86 138 0013 8000":  "+8613800138000",
		"+1 (415) 555-2671":  "+14155552671",
		"23800138000":        "",
		"+086138":            "",
		"+86138001380001234": "",
		"+86x3800138000":     "",
		"":                   "",
		"+":                  "",
		"１３８００１３８０００":        "",
	} {
		got, err := signin.E164(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", in, got, err, want)
		}
	}
}
