package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/family"
	"membergate/internal/member"
	"membergate/internal/personal"
)

// onDisk gives the files of a directory in which a word stands, wherever in the file: free pages count.
func onDisk(t *testing.T, dir string, words ...string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, word := range words {
			if at := bytes.Index(raw, []byte(word)); at >= 0 {
				out = append(out, filepath.Base(path)+" holds "+word+": "+string(raw[max(0, at-60):min(len(raw), at+60)]))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A worker that is killed again and again while it closes an account is followed by one that ends it: nothing of the member is
// left then, in files of embedded stores not even where nothing is stored any more.
func TestAWorkerThatIsKilledWhileItClosesAnAccountIsFollowedByOneThatEndsIt(t *testing.T) {
	needServers(t)                      // a file is one process's: there a context that ends stands for the kill, in TestAClosedAccountLeavesNoTrace
	if _, err := binary(); err != nil { // building it takes a while
		t.Fatal(err)
	}
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		if s.EmbeddedMongo() {
			return
		}
		f := newForgetful(t, s, st)
		f.plant(family.Owner)
		service := st.personalService(f.rules)
		if err := service.CloseAgain(t.Context(), forgetter); err != nil {
			t.Fatal(err)
		}
		pairs := []string{"MONGODB_URI", s.MongoURI.Reveal(), "MONGODB_DATABASE", s.MongoDatabase, "REDIS_URL", s.RedisURL.Reveal(), "REDIS_PREFIX", s.RedisPrefix,
			"DATA_DIR", s.DataDir, "PROGRAMME", "retail-5", "ADMIN_ADDR", "127.0.0.1:0", "JWT_HS256_SECRET", testSecret}
		met := 0
		for i := range 5 {
			c, err := prepare(pairs, "worker", "--lease", "200ms")
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			f.killAt(c.Process, i)
			_ = c.Wait()
			if d, open, err := st.personal.ByID(t.Context(), "closure "+string(forgetter)); err == nil && open && d.ErasedAt.IsZero() {
				met++
			}
		}
		if met == 0 {
			t.Error("every kill came too late")
		}
		t.Logf("%d of 5 kills met a closure that had not ended", met)
		c, err := prepare(pairs, "worker", "--lease", "200ms")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(time.Minute); ; {
			d, known, err := st.personal.ByID(t.Context(), "closure "+string(forgetter))
			if err == nil && known && !d.ErasedAt.IsZero() {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("it never ends: %+v, %v", d, err)
			}
		}
		_ = c.Process.Kill()
		_ = c.Wait()
		f.carried(time.Now().Add(personal.Settling + time.Minute))
		f.told()
		for _, where := range f.found(s) {
			t.Errorf("left is %s", where)
		}
	})
}

// killAt kills a worker at a step of the closure that it carries out: as soon as something of the member has gone that went
// later the time before.
func (f *forgetful) killAt(p *os.Process, step int) {
	f.t.Helper()
	ctx := f.t.Context()
	gone := []func() bool{
		func() bool { // barred
			keys, err := f.st.ring()
			if err != nil {
				f.t.Fatal(err)
			}
			found, err := f.st.personal.Barring(ctx, keys.Hashes(barred, string(forgetter)))
			return err == nil && len(found) > 0
		},
		func() bool { // shut
			found, err := f.st.accounts.ByIDs(ctx, []member.ID{forgetter}, account.Whole)
			return err == nil && !found[forgetter].Profile.ClosedAt.IsZero()
		},
		func() bool { // out of the family
			home, in, err := f.st.families.ByMember(ctx, forgetter)
			return err == nil && (!in || len(home.Active()) < 2)
		},
		func() bool { // its words
			made, err := f.st.personal.Made(ctx, forgetter)
			return err == nil && len(made.Comments)+len(made.Posts) < 2
		},
		func() bool { // its marks
			marked, err := f.st.personal.Marked(ctx, forgetter)
			return err == nil && len(marked) == 0
		},
	}[step]
	for end := time.Now().Add(30 * time.Second); !gone() && time.Now().Before(end); {
	}
	_ = p.Kill()
}

// Of who has gone nothing is in the files of embedded stores, not even where nothing is stored any more.
func TestTheFilesHoldNothingOfWhoHasGone(t *testing.T) {
	s := Settings{DataDir: t.TempDir(), RedisPrefix: "erased:", Partitions: 4}
	st, err := openStores(t.Context(), s, true, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.close() }()
	f := newForgetful(t, s, st)
	f.plant(family.Owner)
	if err := st.cache.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := onDisk(t, s.DataDir, canaries...); len(n) < len(canaries)-1 {
		t.Fatalf("planted are only %v", n)
	}
	service := st.personalService(f.rules)
	if _, err := service.CloseAccount(t.Context(), forgetter, personal.Leaving{Reason: "I move to canary road"}); err != nil {
		t.Fatal(err)
	}
	f.carried(time.Now().AddDate(0, 0, 8))
	f.told()
	f.carried(time.Now().AddDate(0, 0, 9))
	if err := st.cache.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, where := range onDisk(t, s.DataDir, canaries...) {
		t.Errorf("left is %q", where)
	}
	for _, where := range f.found(s) {
		t.Errorf("left is %s", where)
	}
}
