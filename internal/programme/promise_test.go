package programme_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"membergate/internal/programme"
)

// shelf keeps promises in memory.
type shelf struct{ all []programme.Promise }

func (s *shelf) Promises(context.Context) ([]programme.Promise, error) { return s.all, nil }

func (s *shelf) Promise(_ context.Context, more []programme.Promise) error {
	for _, p := range more {
		if !slices.ContainsFunc(s.all, func(o programme.Promise) bool { return o.ID() == p.ID() }) {
			s.all = append(s.all, p)
		}
	}
	return nil
}

const after = "effectiveFrom: 2029-01-01T00:00:00+08:00\nscope"

// A file that is put in place of another between two starts, or while the program runs, cannot change what a coin is
// worth before the lock ends.
func TestALockedParityHoldsWhateverFileComes(t *testing.T) {
	kept, now := &shelf{}, border
	bound := func(text string) (*programme.Keeper, error) {
		k, err := programme.Keep(write(t, t.TempDir(), "shop.yaml", text))
		if err != nil {
			return nil, err
		}
		return k, k.Bind(t.Context(), kept, now)
	}
	k, err := bound(edited(t))
	if err != nil || len(kept.all) != 1 {
		t.Fatalf("the first start: %v; it keeps %v", err, kept.all)
	}
	other := []string{"parityPerYuan: 100", "parityPerYuan: 50"}
	for name, text := range map[string]string{
		"another parity":                 edited(t, other...),
		"another parity, no lock":        edited(t, "parityPerYuan: 100\n    parityLockedUntil: 2029-01-01T00:00:00+08:00", "parityPerYuan: 50"),
		"as another programme":           edited(t, append(other, "corner-shop", "new-shop")...),
		"as a version that began before": edited(t, append(other, "2026-01-01T00:00:00+08:00\nscope", "2020-01-01T00:00:00+08:00\nscope")...),
		"in a later version within the lock": edited(t, begin, closed, "parityLockedUntil: 2029-01-01T00:00:00+08:00", "parityLockedUntil: 2026-06-01T00:00:00+08:00") + "---\n" +
			edited(t, append(other, head, second, begin, secondAt)...),
	} {
		_, err := bound(text)
		if err == nil || !strings.Contains(err.Error(), "shop.yaml:") || !strings.Contains(err.Error(), "currencies[0].parityPerYuan is 50; allowed is 100 until 2029-01-01T00:00:00+08:00, which version 1 has promised") {
			t.Errorf("%s: %v", name, err)
		}
	}
	late := strings.Replace(edited(t, append(other, head, second)...), begin, after, 1)
	if _, err := bound(strings.Replace(edited(t), begin, "effectiveFrom: 2026-01-01T00:00:00+08:00\neffectiveTo: 2029-01-01T00:00:00+08:00\nscope", 1) + "---\n" + late); err != nil {
		t.Errorf("from the end of the lock on: %v", err)
	}
	if len(kept.all) != 1 {
		t.Errorf("versions that are not in force have promised something: %v", kept.all)
	}
	kept.all[0].Parity = 200 // as if an older file had said so
	if err := k.Reload(t.Context(), now); err == nil || !strings.Contains(err.Error(), "allowed is 200") || !strings.Contains(err.Error(), "stays as it was") {
		t.Errorf("a reload: %v", err)
	}
}
