package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// bazaar is a file in which two members buy tea with honey, one soap, and one nothing but towels.
const bazaar = columns +
	"1,tea,Tea,1,2011-01-01 10:00:00,5,1.0,France\n1,honey,Honey,1,2011-01-01 10:00:00,5,1.0,France\n" +
	"2,tea,Tea,1,2011-01-02 10:00:00,5,2.0,France\n2,honey,Honey,1,2011-01-02 10:00:00,5,2.0,France\n" +
	"3,soap,Soap,1,2011-01-03 10:00:00,5,3.0,France\n4,towel,Towel,1,2011-01-04 10:00:00,5,4.0,France\n"

func exported(t *testing.T, dir, surface, first string) map[string][]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lists.json")
	if _, log, code := command(t, "recommend export --surface "+surface+" --first "+first+" "+file, "DATA_DIR", dir); code != 0 {
		t.Fatalf("the export ended with %d: %s", code, log)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string][]string
	if err := json.Unmarshal(raw, &lists); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return lists
}

func TestEveryMembersListIsExported(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "orders.csv", bazaar)
	if _, log, code := command(t, "import orders "+file+" --consent PERSONALISATION", "DATA_DIR", dir); code != 0 {
		t.Fatal(log)
	}
	discover := exported(t, dir, "discover", "10")
	for m, bought := range map[string][]string{"1": {"tea", "honey"}, "2": {"tea", "honey"}, "3": {"soap"}, "4": {"towel"}} {
		list := discover[m]
		if len(list)+len(bought) != 4 || slices.ContainsFunc(list, func(sku string) bool { return slices.Contains(bought, sku) }) {
			t.Errorf("member %s bought %v and could discover %v", m, bought, list)
		}
	}
	if home := exported(t, dir, "home", "2"); len(home) != 4 || len(home["1"]) != 2 {
		t.Errorf("the first two of every list are %v", home)
	}
	if _, log, code := command(t, "recommend build --at 2011-01-02T10:00:00+08:00", "DATA_DIR", dir); code != 0 || !strings.Contains(log, "lists") {
		t.Fatalf("the build ended with %d: %s", code, log)
	}
	if lists := exported(t, dir, "discover", "10"); slices.Contains(lists["1"], "soap") {
		t.Errorf("soap was bought later, and is discovered by %v", lists)
	}
}

func TestWhoDidNotAgreeIsExportedWithWhatIsPopular(t *testing.T) {
	dir := t.TempDir()
	if _, log, code := command(t, "import orders "+write(t, "orders.csv", bazaar), "DATA_DIR", dir); code != 0 {
		t.Fatal(log)
	}
	lists := exported(t, dir, "home", "10")
	for m, list := range lists {
		if len(list) != 4 || !slices.Equal(list, lists["1"]) {
			t.Errorf("member %s has %v, member 1 %v", m, list, lists["1"])
		}
	}
}

func TestWrongWordsToRecommendAreRefusedInOneSentence(t *testing.T) {
	for line, want := range map[string]string{
		"recommend export --surface cart FILE":                                  `--surface is "cart"; allowed are home and discover`,
		"recommend export --first 61 FILE":                                      "--first is 61; allowed are 1 to 60",
		"recommend build --at yesterday":                                        `--at is "yesterday"; allowed is a time such as`,
		"recommend evaluate " + sampleFile + " --from 2011-13-1":                `--from is "2011-13-1"; allowed is a date such as`,
		"recommend evaluate " + sampleFile + " --from 2011-01-17 --until never": `--until is "never"; allowed is a date such as`,
		"recommend evaluate " + sampleFile + " --from 2010-01-01":               "nobody who bought before 2010-01-01 bought again before",
	} {
		if _, log, code := command(t, line, "DATA_DIR", t.TempDir()); code == 0 || !strings.Contains(log, want) || strings.Count(strings.TrimSpace(log), "\n") > 0 {
			t.Errorf("%s: code %d, %q; want %q", line, code, log, want)
		}
	}
}

// On a year of real orders the lists must beat what anybody would build first. The ratios are of one run; the figures are
// in the README.
func TestListsForetellRealOrdersBetterThanPlainRivals(t *testing.T) {
	file, err := filepath.Abs(filepath.Join("..", "..", "shared", "data", "online-retail", "orders-2010-12-01_2011-10-31.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Skip("the whole file is not beside this project")
	}
	out, log, code := perform(nil, "recommend", "evaluate", file, "--from", "2011-09-22")
	if code != 0 {
		t.Fatalf("it ended with %d: %s", code, log)
	}
	t.Log("\n" + out)
	at := func(goal, maker string, column int) float64 {
		for _, row := range strings.Split(out, "\n") {
			if rest, ok := strings.CutPrefix(row, goal); ok {
				if figures, ok := strings.CutPrefix(strings.TrimSpace(rest), maker); ok {
					v, err := strconv.ParseFloat(strings.Fields(figures)[column], 64)
					if err != nil {
						t.Fatal(err)
					}
					return v
				}
			}
		}
		t.Fatalf("there is no row %s, %s in\n%s", goal, maker, out)
		return 0
	}
	for _, c := range []struct {
		goal, rival string
		column      int
		ratio       float64
	}{
		{"new to the member", "item to item", 0, 1.13}, {"new to the member", "item to item", 2, 1.25},
		{"new to the member", "popularity", 0, 1.5}, {"any product", "most bought by the member", 0, 0.99}, {"any product", "most bought by the member", 2, 1.03},
	} {
		if own, rival := at(c.goal, "Membergate", c.column), at(c.goal, c.rival, c.column); own < c.ratio*rival {
			t.Errorf("%s: %.3f, and %s %.3f; promised are %.2f of it", c.goal, own, c.rival, rival, c.ratio)
		}
	}
}
