package programme_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"membergate/internal/programme"
)

var (
	start  = at("2026-01-01T00:00:00+08:00")
	border = at("2026-07-01T00:00:00+08:00")
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func contains(s, part string) bool { return strings.Contains(s, part) }

// edited gives small.yaml with several things changed.
func edited(t *testing.T, oldnew ...string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(oldnew...).Replace(string(b))
}

const (
	head     = "version: \"1\"\nnames: {zh-CN: 小店会员}\nregion"
	begin    = "effectiveFrom: 2026-01-01T00:00:00+08:00\nscope"
	metrics  = "metrics:\n"
	nuts     = "  - {code: NUT, names: {zh-CN: 坚果}, region: FAR, rate: {home: 2, here: 3}, maxBalance: 5}\nmetrics:\n"
	closed   = "effectiveFrom: 2026-01-01T00:00:00+08:00\neffectiveTo: 2026-07-01T00:00:00+08:00\nscope"
	second   = "version: \"2\"\nnames: {zh-CN: 小店会员}\nregion"
	secondAt = "effectiveFrom: 2026-07-01T00:00:00+08:00\nscope"
)

func TestVersionInForceIsTheOneOfTheTime(t *testing.T) {
	file := write(t, t.TempDir(), "shop.yaml", edited(t, begin, closed)+"---\n"+edited(t, head, second, begin, secondAt))
	book, err := programme.LoadBook(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, at, want string
	}{
		{"long before the first version", "2010-12-01T08:26:00+08:00", "1"},
		{"at the beginning", "2026-01-01T00:00:00+08:00", "1"},
		{"in the last moment", "2026-06-30T23:59:59+08:00", "1"},
		{"at the border", "2026-07-01T00:00:00+08:00", "2"},
		{"at the border, written in another zone", "2026-06-30T16:00:00Z", "2"},
		{"long after", "2050-01-01T00:00:00Z", "2"},
	} {
		if got := book.At(at(c.at)).Version; got != c.want {
			t.Errorf("%s: version %s, want %s", c.name, got, c.want)
		}
	}
	if v, ok := book.Version("1"); !ok || v.EffectiveFrom != start.UTC() || len(book.Versions()) != 2 {
		t.Errorf("version 1 is %v", v)
	}
	if _, ok := book.Version("3"); ok {
		t.Error("there is a version 3")
	}
}

func TestVersionsMayLieInAFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "b.yml", edited(t, begin, closed))
	write(t, dir, "a.yaml", edited(t, head, second, begin, secondAt))
	write(t, dir, "README.md", "not a programme")
	book, err := programme.LoadBook(dir)
	if err != nil {
		t.Fatal(err)
	}
	if v := book.At(border.Add(-time.Second)).Version + book.At(border).Version; v != "12" {
		t.Errorf("versions around the border: %s", v)
	}
}

func TestBookRefusesVersionsThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ name, first, second, want string }{
		{"the same version twice", edited(t, begin, closed), edited(t, begin, secondAt),
			`shop.yaml:169: version "1" is also shop.yaml:2's; allowed is a version of its own`},
		{"another programme", edited(t, begin, closed), edited(t, head, second, begin, secondAt, "corner-shop", "other-shop"),
			`shop.yaml:169: code is "other-shop"; allowed is "corner-shop", because all versions are of one programme`},
		{"no end", edited(t), edited(t, head, second, begin, secondAt),
			`shop.yaml:2: version 1 has no effectiveTo, but 2 begins at 2026-07-01T00:00:00+08:00; needed is effectiveTo 2026-07-01T00:00:00+08:00`},
		{"overlap", edited(t, begin, closed), edited(t, head, second, begin, strings.Replace(secondAt, "07-01", "06-01", 1)),
			`shop.yaml:169: effectiveFrom is 2026-06-01T00:00:00+08:00, before version 1 ends; allowed is 2026-07-01T00:00:00+08:00`},
		{"gap", edited(t, begin, closed), edited(t, head, second, begin, strings.Replace(secondAt, "07-01", "08-01", 1)),
			`shop.yaml:169: effectiveFrom is 2026-08-01T00:00:00+08:00, after version 1 ended; allowed is 2026-07-01T00:00:00+08:00`},
		{"no open end", edited(t, begin, closed), edited(t, head, second, begin, strings.Replace(secondAt, "\n", "\neffectiveTo: 2030-01-01T00:00:00+08:00\n", 1)),
			`shop.yaml:169: effectiveTo is 2030-01-01T00:00:00+08:00, but no version follows 2; allowed is no effectiveTo`},
		{"parity within its lock", edited(t, begin, closed), edited(t, head, second, begin, secondAt, "parityPerYuan: 100", "parityPerYuan: 50"),
			`shop.yaml:179: currencies[0].parityPerYuan is 50; allowed is 100 until 2029-01-01T00:00:00+08:00`},
		{"another currency", edited(t, begin, closed), edited(t, head, second, begin, secondAt, "code: BEAN", "code: NUT"),
			`shop.yaml:169: currencies[0].code is "NUT"; allowed is "BEAN", because wallets hold it`},
		{"a further currency taken away", edited(t, begin, closed, metrics, nuts), edited(t, head, second, begin, secondAt),
			`shop.yaml:170: currencies has no NUT; needed is every currency of version 1, because members hold it`},
		{"a fixed rate changed", edited(t, begin, closed, metrics, nuts), edited(t, head, second, begin, secondAt, metrics, strings.Replace(nuts, "here: 3", "here: 2", 1)),
			`shop.yaml:170: currencies[1].rate of NUT is changed; allowed is {home: 2, here: 3}, because it is fixed`},
		{"a tier taken away", edited(t, begin, closed), edited(t, head, second, begin, secondAt, "FRIEND", "MATE"),
			`shop.yaml:169: tiers has no FRIEND; needed is every tier of version 1, because members hold it`},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := programme.ParseAll("shop.yaml", []byte(c.first+"---\n"+c.second))
			if err != nil {
				t.Fatal(err)
			}
			if _, err = programme.NewBook(all...); err == nil || err.Error() != c.want {
				t.Errorf("\n got %v\nwant %s", err, c.want)
			}
		})
	}
	if _, err := programme.NewBook(); err == nil {
		t.Error("a book without versions")
	}
}

func TestReloadTakesANewFileAndKeepsTheOldOneIfItIsWrong(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "shop.yaml", edited(t))
	keeper, err := programme.Keep(file)
	if err != nil {
		t.Fatal(err)
	}
	old := keeper.Book()

	for want, wrong := range map[string]string{
		"family.maxRelatives is 300; allowed is 1 to 50":                        edited(t, "maxRelatives: 3", "maxRelatives: 300"),
		`code is "other-shop"; allowed is "corner-shop"`:                        edited(t, "corner-shop", "other-shop"),
		"currencies[0].parityPerYuan is 50; allowed is 100 until":               edited(t, "parityPerYuan: 100", "parityPerYuan: 50"),
		"tiers has no FRIEND; needed is every tier of version 1":                edited(t, "FRIEND", "MATE"),
		"the file is empty; allowed is a programme":                             "# empty\n",
		`currencies[0].code is "NUT"; allowed is "BEAN"`:                        edited(t, "code: BEAN", "code: NUT"),
		"version 1 is gone; needed is every version":                            edited(t, head, second),
		"version 1 is gone; needed is every version, because ledger entries na": edited(t, head, second, begin, secondAt),
	} {
		write(t, dir, "shop.yaml", wrong)
		err := keeper.Reload(t.Context(), border)
		if err == nil || !contains(err.Error(), "stays as it was: ") || !contains(err.Error(), want) || keeper.Book() != old {
			t.Errorf("got %v, want %s", err, want)
		}
	}

	write(t, dir, "shop.yaml", edited(t, begin, closed)+"---\n"+edited(t, head, second, begin, secondAt, "maxRelatives: 3", "maxRelatives: 5"))
	if err := keeper.Reload(t.Context(), border); err != nil {
		t.Fatal(err)
	}
	if before, after := keeper.At(border.Add(-1)).Family.MaxRelatives, keeper.At(border).Family.MaxRelatives; before != 3 || after != 5 {
		t.Errorf("relatives %d before the border, %d after", before, after)
	}
	if old.At(border).Family.MaxRelatives != 3 {
		t.Error("the old book changed under its readers")
	}
}

func TestLoadNamesWhatItCannotRead(t *testing.T) {
	dir := t.TempDir()
	two := write(t, dir, "two.yaml", edited(t, begin, closed)+"---\n"+edited(t, head, second, begin, secondAt))
	text := write(t, dir, "shop.txt", edited(t))
	big := write(t, dir, "big.yaml", strings.Repeat("# line\n", 400_000))
	empty := t.TempDir()
	for _, c := range []struct{ source, want string }{
		{"retail-6", `programme "retail-6" is neither a preset nor a file; allowed are fresh-3, retail-3, retail-5, stage-4, a YAML file or a folder of them`},
		{"../../etc/passwd", "is neither a preset nor a file"},
		{two, "holds 2 versions; allowed is one here"},
		{text, "is no YAML file; allowed are names that end in .yaml or .yml"},
		{big, "has 2800000 bytes; allowed are 2097152"},
		{empty, "holds no YAML file; needed is at least one .yaml or .yml"},
	} {
		if _, err := programme.Load(c.source); err == nil || !contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.source, err, c.want)
		}
	}
}

func TestParseTellsAllProblemsInOrderAndAtMostTwenty(t *testing.T) {
	_, err := programme.Parse("shop.yaml", []byte(edited(t, "maxRelatives: 3", "maxRelatives: 300", "kind: SPEND", "kind: SPENT", "deletionDays: 7", "deletionDays: 8")))
	var found programme.Problems
	if !errors.As(err, &found) || len(found) != 3 || found[0].Line != 21 || found[1].Line != 129 || found[2].Line != 152 {
		t.Errorf("found %v", err)
	}
	_, err = programme.Parse("shop.yaml", []byte(edited(t, "zh-CN", "zh_CN")))
	if !errors.As(err, &found) || len(found) <= 20 || strings.Count(err.Error(), "\n") != 20 || !contains(err.Error(), "\n… and ") {
		t.Errorf("found %v", err)
	}
	if _, err = programme.Parse("shop.yaml", []byte("# nothing\n")); err == nil || err.Error() != "shop.yaml:1: the file is empty; allowed is a programme" {
		t.Errorf("empty file: %v", err)
	}
	if _, err = programme.Parse("shop.yaml", []byte("[1, 2]")); err == nil || err.Error() != "shop.yaml:1: the file is a list; allowed is a mapping" {
		t.Errorf("list: %v", err)
	}
	two := edited(t, begin, closed) + "---\n" + edited(t, head, second, begin, secondAt)
	if _, err = programme.Parse("shop.yaml", []byte(two)); err == nil || err.Error() != "shop.yaml:169: the file holds 2 programmes; allowed is one" {
		t.Errorf("two programmes: %v", err)
	}
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
