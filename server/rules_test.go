package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"membergate/internal/programme"
	"membergate/internal/supply"
)

// altered writes the default programme with one thing changed into a folder, and gives its path.
func altered(t *testing.T, dir, old, new string) string {
	t.Helper()
	text, err := os.ReadFile("../programmes/retail-5.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), old) != 1 {
		t.Fatalf("%q does not stand in the programme once", old)
	}
	path := filepath.Join(dir, "shop.yaml")
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	parity      = "    parityPerYuan: 100\n"
	otherParity = "    parityPerYuan: 200\n"
)

// What a coin is worth cannot be changed before the lock ends: not by another file at the next start, not by a command,
// and not while the program runs.
func TestALockedParityIsKeptBetweenStartsAndWhileItRuns(t *testing.T) {
	dir, files := t.TempDir(), t.TempDir()
	g, err := openGateway("DATA_DIR", dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.close(); err != nil {
		t.Fatal(err)
	}
	changed := altered(t, files, parity, otherParity)
	want := "currencies[0].parityPerYuan is 200; allowed is 100 until 2029-01-01T00:00:00+08:00"
	if _, err := openGateway("DATA_DIR", dir, "PROGRAMME", changed); err == nil || !strings.Contains(err.Error(), "shop.yaml:15: "+want) {
		t.Errorf("the next start with another file: %v", err)
	}
	if _, log, code := command(t, "settle --at 2026-07-01T00:00:00+08:00", "DATA_DIR", dir, "PROGRAMME", changed); code == 0 || !strings.Contains(log, want) {
		t.Errorf("a command with another file: code %d, %s", code, log)
	}
	same := altered(t, files, parity, parity)
	g, err = openGateway("DATA_DIR", dir, "PROGRAMME", same)
	if err != nil {
		t.Fatalf("the same parity out of another file: %v", err)
	}
	defer g.close()
	rules, err := programme.Keep(same)
	if err != nil {
		t.Fatal(err)
	}
	seen, log := fileState(same), &lockedBuffer{}
	altered(t, files, parity, otherParity)
	if now := reread(t.Context(), rules, seen, logTo(log)); now == seen || rules.At(time.Now()).Coin().ParityPerYuan != 100 ||
		!strings.Contains(log.String(), "shop.yaml:15: "+want) {
		t.Errorf("while it runs: parity %d, %s", rules.At(time.Now()).Coin().ParityPerYuan, log.String())
	}
	altered(t, files, "    reservePercent: 8\n", "    reservePercent: 9\n")
	if reread(t.Context(), rules, seen, logTo(log)); rules.At(time.Now()).Coin().ReservePercent != 9 {
		t.Error("a change that may be made is not followed")
	}
}

// The gateway shows the audit of every review to everybody, and earns at the rate that came of it.
func TestReviewsOfTheIndexArePublicAndMoveTheRate(t *testing.T) {
	pairs := []string{"DATA_DIR", t.TempDir(), "JWT_HS256_SECRET", testSecret}
	show := question{query: `{programme{tiers{earnRateBasisPoints}} coinSupply{outstanding index rateAdjustmentBasisPoints adjustments(first: 5)
		{nodes{period startsAt endsAt measuredAt inForceFrom outstanding cameIn went index beforeBasisPoints afterBasisPoints programmeVersion} pageInfo{hasNextPage}}}}`}
	shown := func() reply {
		g, err := openGateway(pairs...)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := g.close(); err != nil {
				t.Error(err)
			}
		}()
		r := good(t, g.url, show)
		for r.at(t, "coinSupply") == nil { // until all coins are counted once
			r = good(t, g.url, show)
		}
		return r
	}
	first := shown()
	if index, _ := first.at(t, "coinSupply", "index").(string); index == "" || first.at(t, "coinSupply", "rateAdjustmentBasisPoints") != float64(0) ||
		first.at(t, "coinSupply", "adjustments", "nodes", 0, "afterBasisPoints") != float64(0) || first.at(t, "programme", "tiers", 0, "earnRateBasisPoints") != float64(100) {
		t.Fatalf("the first review: %s", first.text)
	}
	s, err := readSettings(env(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s, true, discard())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := st.supply.Adjustments(t.Context())
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d audits, %v", len(rows), err)
	}
	p, err := programme.Load("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	next := rows[0]
	next.Period, next.From, next.To = "a later one", rows[0].To, rows[0].To.Add(time.Hour)
	next.Index, next.Before, next.After, next.InForce = 1031, 0, supply.Step(*p.Coin().Index, 0, 1031), time.Now().Add(-time.Hour).UTC()
	if _, added, err := st.supply.Adjust(t.Context(), next); err != nil || !added {
		t.Fatal(err)
	}
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	second := shown()
	if second.at(t, "coinSupply", "index") != "103.1" || second.at(t, "coinSupply", "rateAdjustmentBasisPoints") != float64(-10) ||
		second.at(t, "coinSupply", "adjustments", "nodes", 0, "period") != "a later one" || second.at(t, "programme", "tiers", 0, "earnRateBasisPoints") != float64(90) {
		t.Errorf("after the next: %s", second.text)
	}
}

func logTo(b *lockedBuffer) *slog.Logger { return slog.New(slog.NewJSONHandler(b, nil)) }
