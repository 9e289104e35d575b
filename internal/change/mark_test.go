package change

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// A mark knows again what it was told, however it travels, and says of everything else that it is new.
func TestMarksKnowWhatWasWatched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := Mark{Position: "epoch:1-1", Family: rapid.SampledFrom([]string{"", "f-1"}).Draw(t, "family"), Notice: 7}
		looks := rapid.MapOf(rapid.StringMatching(`p[0-9]{1,3}`), rapid.StringMatching(`[a-c]?`)).Draw(t, "watched")
		for id, look := range looks {
			before.Watch(id, look, Mark{})
		}
		read, ok := ReadMark(before.Text(), before.Notice)
		if !ok || read.Position != before.Position || read.Family != before.Family || read.Notice != 7 {
			t.Fatalf("read is %+v, want %+v", read, before)
		}
		var now Mark
		for id, look := range looks {
			if changed, known := now.Watch(id, look, read); changed || !known {
				t.Fatalf("%s is changed: %v, known: %v", id, changed, known)
			}
			if changed, _ := now.Watch(id, look+"!", read); !changed {
				t.Fatalf("%s looks different, and nobody says so", id)
			}
		}
		if _, known := now.Watch(fmt.Sprint("q", len(looks)), "a", read); known {
			t.Fatal("what was never watched is known")
		}
	})
	for _, wrong := range []string{"", "a", "a\nb", "a\nb\nshort"} {
		if m, ok := ReadMark(wrong, 0); ok {
			t.Errorf("%q is read as %+v", wrong, m)
		}
	}
}
