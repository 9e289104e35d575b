package main

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ofWholeYear are what the description of the whole file says, as the command prints it.
var ofWholeYear = map[string]string{
	"rows": "431673", "of which guests'": "108103", "products": "4019", "paid orders": "15100", "refunds": "3083", "paid fen": "723139773", "refunded fen": "40624604",
	"members": "4010", "coins earned": "9532876", "coins clawed back": "688058", "coins expired": "0", "coins available": "8998169", "coins owed": "153351",
	"REGISTERED": "1759", "SILVER": "1822", "GOLD": "354", "PLATINUM": "54", "DIAMOND": "21", "BLACK_GOLD": "0", "protected": "8",
}

// The whole year runs where its file lies beside the project, in a process of its own on each engine.
func TestTheWholeYearEndsWithItsTotals(t *testing.T) {
	file, err := filepath.Abs(filepath.Join("..", "..", "shared", "data", "online-retail", "orders-2010-12-01_2011-10-31.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Skip("the whole file is not beside this project; the sample's totals are tested without it")
	}
	check := func(t *testing.T, pairs []string) {
		t.Helper()
		out := imported(t, pairs, file)
		for of, number := range ofWholeYear {
			if got := line(out, of); got != number {
				t.Errorf("%s: %s, want %s", of, got, number)
			}
		}
	}
	t.Run("embedded", func(t *testing.T) {
		check(t, []string{"DATA_DIR", filepath.Join(t.TempDir(), "year")})
	})
	t.Run("servers", func(t *testing.T) {
		needServers(t)
		name := "test_" + strings.ToLower(rand.Text()[:10])
		t.Cleanup(func() {
			if err := dropServers(name); err != nil {
				t.Error(err)
			}
		})
		check(t, []string{"DATA_DIR", t.TempDir(), "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", name})
	})
}
