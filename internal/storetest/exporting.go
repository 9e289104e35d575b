package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"membergate/internal/export"
	"membergate/internal/member"
	"membergate/internal/personal"
)

// Exported tests that an archive holds every field of a member that the data map says is in it, of each place, and nothing
// else of the member, and nothing of anybody else.
func (e Erasing) Exported(t *testing.T, from export.Source) {
	t.Helper()
	const own, other member.ID = "archived-member", "another-member"
	words := map[string]personal.Row{}
	e.note = func(word string, r personal.Row) { words[word] = r }
	e.Plant(own, "own")
	e.Plant(other, "else")
	wallets := []string{"own/entries/w", "own/redemptions/w", "own/redemptions/Wallet", "thing of " + strings.ToUpper(string(own))}
	open := func(string, string) (string, bool) { return "", false }
	sorted := export.NewSorter(own, from.Engine(), open, planted)
	if err := from.Everything(t.Context(), own, wallets, sorted.Add); err != nil {
		t.Fatal(err)
	}
	raw, err := sorted.Sorted()
	if err != nil {
		t.Fatal(err)
	}
	archive, fields := string(raw), 0
	for word, r := range words {
		if strings.HasSuffix(word, "/_id") { // ids are the places' own
			continue
		}
		there := strings.Contains(archive, `"`+word+`"`)
		switch {
		case strings.HasPrefix(word, "else/") && there:
			t.Errorf("of somebody else there is %s", word)
		case strings.HasPrefix(word, "own/") && there != r.Exported:
			t.Errorf("%s, which is of %q, is in the archive: %v", word, r.What, there)
		case there:
			fields++
		}
	}
	if strings.Contains(archive, string(other)) || strings.Contains(archive, strings.ToUpper(string(other))) {
		t.Error("somebody else is named")
	}
	if fields < 60 {
		t.Errorf("only %d fields were looked for", fields)
	}
}

// Exports tests the promises of export.Store.
func Exports(t *testing.T, s export.Store) {
	group[export.Store]{
		{"every field of an export comes back, and of many who change it at once one does", fieldsOfExport},
		{"what is due is given, that which waited longest first", exportsDue},
		{"parts come back in their order, and are deleted but for those of a build", partsOfExport},
	}.run(t, s)
}

func fieldsOfExport(t *testing.T, ctx context.Context, s export.Store) {
	who := member.ID(name("member"))
	if _, ok, err := s.Of(ctx, who); ok || err != nil {
		t.Errorf("one that is not there is found: %v", err)
	}
	at := askedAt.Add(24 * 365 * time.Hour)
	for version := range int64(3) {
		want := filled[export.Export](dice(uint64(version)))
		want.Member, want.State, want.Version = who, export.Ready, version
		want.RequestedAt, want.ReadyAt, want.FetchedAt, want.ExpiresAt, want.Due = at, at.Add(1e9), at.Add(2e9), at.Add(3e9), at.Add(4e9)
		if version == 2 {
			want = export.Export{Member: who, State: export.Expired, RequestedAt: at, Version: version}
		}
		var won atomic.Int64
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := s.Save(ctx, want); err == nil {
					won.Add(1)
				} else if err != export.ErrStale {
					t.Error(err)
				}
			})
		}
		all.Wait()
		same(t, "how many changed it", won.Load(), int64(1))
		got, ok, err := s.Of(ctx, who)
		must(t, err)
		want.Version++
		if same(t, "the export", got, want); !ok {
			t.Error("it is not found")
		}
	}
}

func exportsDue(t *testing.T, ctx context.Context, s export.Store) {
	who, at := member.ID(name("member")), time.Date(1988, 1, 2, 3, 4, 5, 6e6, time.UTC)
	var want []export.Export
	for i := range 3 {
		e := export.Export{Member: who + member.ID(fmt.Sprint(i)), State: export.Requested, RequestedAt: at, Due: at.Add(time.Duration(2-i) * time.Hour)}
		must(t, s.Save(ctx, e))
		e.Version = 1
		want = append([]export.Export{e}, want...)
	}
	for n, by := range map[int]time.Time{0: at.Add(-time.Second), 1: at, 2: at.Add(time.Hour), 3: at.Add(2 * time.Hour)} {
		got, err := s.Due(ctx, by, 9)
		must(t, err)
		if len(got) != n {
			t.Errorf("%d are due, want %d", len(got), n)
			continue
		}
		for i := range got {
			same(t, "what is due", got[i], want[i])
		}
	}
	got, err := s.Due(ctx, at.Add(9*time.Hour), 2)
	must(t, err)
	same(t, "the first two", got, want[:2])
	for _, e := range want {
		e.Due = time.Time{}
		must(t, s.Save(ctx, e))
	}
	got, err = s.Due(ctx, at.Add(9*time.Hour), 9)
	must(t, err)
	same(t, "when nothing is to be done", len(got), 0)
}

func partsOfExport(t *testing.T, ctx context.Context, s export.Store) {
	who := member.ID(name("member"))
	build := func(name string, n int) (out []export.Part) {
		for i := range n {
			out = append(out, export.Part{Build: string(who) + name, Number: i, Member: who, Sealed: fmt.Sprint("k1:", name, i)})
		}
		return out
	}
	first, second := build("a", 12), build("b", 2)
	other := export.Part{Build: string(who) + "c", Member: who + "0", Sealed: "k1:other"}
	for _, p := range append(append(first, second...), other) {
		for range 2 {
			must(t, s.AddPart(ctx, p))
		}
	}
	got, err := s.Parts(ctx, who, first[0].Build)
	must(t, err)
	same(t, "the parts", got, first)
	for range 2 {
		must(t, s.DropParts(ctx, who, second[0].Build))
	}
	if got, err := s.Parts(ctx, who, first[0].Build); err != nil || len(got) > 0 {
		t.Errorf("left are %v, %v", got, err)
	}
	got, err = s.Parts(ctx, who, second[0].Build)
	must(t, err)
	same(t, "those of the other build", got, second)
	must(t, s.DropParts(ctx, who, ""))
	if got, err := s.Parts(ctx, who, second[0].Build); err != nil || len(got) > 0 {
		t.Errorf("left are %v, %v", got, err)
	}
	kept, err := s.Parts(ctx, who+"0", other.Build)
	must(t, err)
	same(t, "those of somebody else", kept, []export.Part{other})
}
