package main

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"membergate/internal/member"
)

// totals are what the sample's description says, as the command prints it.
var totals = map[string]string{
	"rows": "60000", "of which guests'": "21951", "products": "2950", "paid orders": "1903", "refunds": "422", "paid fen": "85889145", "refunded fen": "2642263",
	"members": "1165", "coins earned": "926541", "coins clawed back": "27600", "coins expired": "0", "coins available": "905651", "coins owed": "6710",
	"REGISTERED": "794", "SILVER": "330", "GOLD": "33", "PLATINUM": "8", "DIAMOND": "0", "BLACK_GOLD": "0", "protected": "1",
}

// kills is how often an import is killed before it is let go.
const kills = 5

func TestTheSampleEndsWithItsTotals(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		for of, number := range totals {
			if got := line(e.summary, of); got != number {
				t.Errorf("%s: %s, want %s", of, got, number)
			}
		}
	})
}

// A third of the sample does: what can be half done is the same, and the whole is imported without being killed.
func TestAnImportThatIsKilledAgainAndAgainEndsWithTheRightTotals(t *testing.T) {
	part := partOfSample(t, 20_000)
	if _, err := binary(); err != nil { // building it is no part of the time below
		t.Fatal(err)
	}
	began := time.Now()
	want := imported(t, []string{"DATA_DIR", filepath.Join(t.TempDir(), "whole")}, part)
	took := time.Since(began)
	members, err := strconv.Atoi(line(want, "members"))
	if err != nil {
		t.Fatal(err)
	}
	pairs := killOften(t, func() []string { return []string{"DATA_DIR", filepath.Join(t.TempDir(), "killed")} }, part, took, members)
	for _, which := range []string{"resumed", "run again"} {
		if got := imported(t, pairs, part); got != want {
			t.Errorf("%s, the import ends with\n%s\nwant\n%s", which, got, want)
		}
	}
}

// On servers a part of the sample does: what is written is the same, only where differs.
func TestAnImportIntoServersThatIsKilledEndsWithTheRightTotals(t *testing.T) {
	needServers(t)
	part := partOfSample(t, 8_000)
	want := imported(t, []string{"DATA_DIR", filepath.Join(t.TempDir(), "whole")}, part)
	servers := func() []string {
		name := "test_" + strings.ToLower(rand.Text()[:10])
		t.Cleanup(func() {
			if err := dropServers(name); err != nil {
				t.Error(err)
			}
		})
		return []string{"MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", name, "DATA_DIR", t.TempDir()}
	}
	began := time.Now() // the program is built by now
	if got := imported(t, servers(), part); got != want {
		t.Errorf("the import into servers ends with\n%s\nwant\n%s", got, want)
	}
	took := time.Since(began)
	members, err := strconv.Atoi(line(want, "members"))
	if err != nil {
		t.Fatal(err)
	}
	pairs := killOften(t, servers, part, took, members)
	for _, which := range []string{"resumed", "run again"} {
		if got := imported(t, pairs, part); got != want {
			t.Errorf("%s, the import ends with\n%s\nwant\n%s", which, got, want)
		}
	}
}

// imported runs the import to its end and gives its summary.
func imported(t *testing.T, pairs []string, file string) string {
	t.Helper()
	out, log, code := perform(pairs, "import", "orders", file, "--consent", "PERSONALISATION")
	if code != 0 {
		t.Fatalf("the import ends with %d:\n%s", code, log)
	}
	return out
}

// killOften kills the import at random moments, and gives the settings of the stores that are left. At least one kill
// must meet members being written, or nothing is proved: where one came too late for that, it begins again with fresh
// stores and sooner.
func killOften(t *testing.T, fresh func() []string, file string, took time.Duration, all int) []string {
	t.Helper()
	chance := mathrand.New(mathrand.NewPCG(1, 2))
	pairs := fresh()
	early, late := time.Duration(0), took // between them members are written, as far as is known
	for met, killed := 0, 0; ; {
		c, err := prepare(pairs, "import", "orders", file, "--consent", "PERSONALISATION")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		moment := early + time.Duration(chance.Int64N(int64(late-early)+1))
		timer := time.AfterFunc(moment, func() { _ = c.Process.Kill() })
		err = c.Wait()
		timer.Stop()
		if status, ok := c.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			killed++
		} else if err != nil {
			t.Fatalf("an import that was not killed ends with %v", err)
		}
		n := membersIn(t, pairs)
		if 0 < n && n < all {
			met++
		}
		switch {
		case met > 0 && killed >= kills:
			t.Logf("killed %d times, %d of them while members were being written", killed, met)
			return pairs
		case killed > 10*kills:
			t.Fatalf("of %d kills none met members being written", killed)
		case met > 0:
			early, late = 0, took
		case n == 0:
			early = min(moment, late)
		default:
			late, pairs = max(moment, early), fresh()
		}
	}
}

// membersIn counts the members in the stores of the settings.
func membersIn(t *testing.T, pairs []string) int {
	t.Helper()
	s, err := readSettings(env(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	st, err := openStores(ctx, s, true, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for after := member.ID(""); ; {
		page, err := st.accounts.Walk(ctx, after, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		n, after = n+len(page), page[len(page)-1].Profile.ID
	}
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	return n
}

// partOfSample writes the first rows of the sample into a file of their own.
func partOfSample(t *testing.T, rows int) string {
	t.Helper()
	f, err := os.Open(sampleFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	buffer := make([]byte, 1<<16)
	for lines := 0; lines <= rows; {
		n, err := unzipped.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range buffer[:n] {
			if lines <= rows {
				b.WriteByte(c)
			}
			if c == '\n' {
				lines++
			}
		}
	}
	return write(t, "part.csv", b.String())
}
