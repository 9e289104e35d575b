package recommend

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"membergate/internal/invoice"
	"membergate/internal/member"
)

// On real orders every member has lists; the bound on the time leaves room for a busy machine and the race detector.
func TestRealOrdersMakeListsForEveryMember(t *testing.T) {
	path := filepath.Join("..", "invoice", "testdata", "sample-60000.csv.gz")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	file, err := invoice.Read(f, path, zone)
	if err != nil {
		t.Fatal(err)
	}
	b := &Builder{}
	orders, lines := 0, 0
	for _, buyer := range file.Buyers {
		for _, e := range buyer.Events {
			b.Add(e)
			if e.Lines != nil {
				orders, lines = orders+1, lines+len(e.Lines)
			}
		}
	}
	began := time.Now()
	lists, things := 0, 0
	var empty []Key
	for k, l := range b.Lists(b.Newest(), "v", func(member.ID) bool { return true }) {
		lists, things = lists+1, things+len(l.Items)
		if len(l.Items) == 0 && k.Name != string(Replenish) && k.Of != OfThing {
			empty = append(empty, k)
		}
	}
	took := time.Since(began)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d orders, %d lines: %d lists of %d things in %v, heap %d MB", orders, lines, lists, things, took, m.HeapAlloc>>20)
	if took > 3*time.Minute || len(empty) > 0 {
		t.Errorf("it took %v; empty are %v", took, empty)
	}
}
