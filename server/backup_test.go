package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"membergate/internal/backup"
	"membergate/internal/family"
	"membergate/internal/mongostore"
	"membergate/internal/personal"
	"membergate/internal/redisstore"
)

// Whoever closes the account after a backup has gone from what is put back, before anybody can ask it.
func TestARestoredBackupIsServedWithoutThoseWhoHaveGoneSince(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		f := newForgetful(t, s, st)
		f.plant(family.Owner)
		dir := filepath.Join(t.TempDir(), "backup")
		if _, err := backup.Write(t.Context(), dir, st.source, nil, time.Now(), func(int) {}); err != nil {
			t.Fatal(err)
		}
		remembered := f.traces(rememberer)
		service := f.st.closingService(f.set, f.rules, func(context.Context) time.Time { return time.Now() })
		if err := service.CloseAgain(t.Context(), forgetter); err != nil {
			t.Fatal(err)
		}
		f.carried(time.Now().Add(time.Second))
		f.carried(time.Now().Add(personal.Settling + time.Minute))

		pairs := []string{"DATA_DIR", t.TempDir(), "SECRET_KEYS", s.keyFile(), "REDIS_PREFIX", s.RedisPrefix, "JWT_HS256_SECRET", testSecret, "EVENT_PARTITIONS", "4"}
		if s.EmbeddedMongo() { // the store is gone, the cache is not
			if err := st.cache.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := os.CopyFS(pairs[1], os.DirFS(s.DataDir)); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(pairs[1], "members.bolt")); err != nil {
				t.Fatal(err)
			}
		} else {
			pairs = append(pairs, "MONGODB_URI", s.MongoURI.Reveal(), "REDIS_URL", s.RedisURL.Reveal(), "MONGODB_DATABASE", fresh(t, s))
		}
		var out, log bytes.Buffer
		p := &program{env: env(pairs...), out: &out, log: &log, now: time.Now}
		if err := p.restore(t.Context(), dir); err != nil || !strings.Contains(out.String(), "1 accounts that were closed since are closed again") {
			t.Fatalf("%v\n%s%s", err, out.String(), log.String())
		}
		set, err := p.settings()
		if err != nil {
			t.Fatal(err)
		}
		back, err := openStores(t.Context(), set, true, discard())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = back.close() }()
		// What the restored stores say of the member is to be done once more later, like every closure.
		again := &forgetful{t: t, st: back, rules: f.rules, set: set, g: f.g}
		again.carried(time.Now().Add(personal.Settling + time.Minute))
		again.told()
		for _, where := range again.found(set) {
			t.Errorf("left is %s", where)
		}
		if got := again.traces(rememberer); !slices.Equal(got, remembered) {
			t.Errorf("of somebody else there are %v; before there were %v", got, remembered)
		}
		if err := p.restore(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "already") {
			t.Errorf("the same backup once more: %v", err)
		}
	})
}

// fresh names a database that goes with the test.
func fresh(t *testing.T, s Settings) string {
	name := "restored_" + strings.ToLower(rand.Text()[:10])
	t.Cleanup(func() {
		m, err := mongostore.Open(context.Background(), s.MongoURI.Reveal(), name)
		if err == nil {
			err = errors.Join(m.Patient(time.Minute).Drop(context.Background()), m.Close(context.Background()))
		}
		if err != nil {
			t.Error(err)
		}
	})
	return name
}

func TestNothingIsServedOfAHalfRestoredDatabase(t *testing.T) {
	onBothEngines(t, func(t *testing.T, s Settings, st *stores) {
		if s.EmbeddedMongo() {
			return // its file takes its place when it is whole
		}
		m, err := mongostore.Open(t.Context(), s.MongoURI.Reveal(), s.MongoDatabase)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = m.Close(context.Background()) }()
		if err := m.Patient(time.Minute).Backup().Begin(t.Context(), "a backup"); err != nil {
			t.Fatal(err)
		}
		if _, err := openStores(t.Context(), s, true, discard()); err == nil || !strings.Contains(err.Error(), "MONGODB_DATABASE is ") || !strings.Contains(err.Error(), "server restore") {
			t.Errorf("it is opened: %v", err)
		}
	})
}

// The commands give back what they were given: the year's sample, its ledgers and its lists.
func TestTheCommandsBackUpAndRestoreAShop(t *testing.T) {
	from, into, dir := filled(t), filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backup")
	of := func(data string) []string { return []string{"DATA_DIR", data, "JWT_HS256_SECRET", testSecret} }
	if out, log, code := perform(of(from), "backup", dir); code != 0 || !strings.Contains(out, " documents of ") {
		t.Fatalf("%d %s %s", code, out, log)
	}
	for _, name := range []string{redisstore.File, "secret-keys.json"} {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = errors.Join(os.MkdirAll(into, 0o700), os.WriteFile(filepath.Join(into, name), text, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	out, log, code := perform(of(into), "restore", dir)
	if code != 0 || !strings.Contains(out, "; 0 accounts that were closed since") {
		t.Fatalf("%d %s %s", code, out, log)
	}
	if out, log, code := perform(of(into), "reconcile"); code != 0 {
		t.Errorf("the ledgers: %d %s %s", code, out, log)
	}
	again := dir + "-again"
	if out, log, code := perform(of(into), "backup", again); code != 0 {
		t.Fatalf("%d %s %s", code, out, log)
	}
	a, err := backup.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := backup.Open(again)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Places) < 50 || a.Lines() < 10_000 || !slices.Equal(a.Places, b.Places) {
		t.Errorf("%d documents are %d after they were put back", a.Lines(), b.Lines())
		for i, p := range a.Places {
			if i < len(b.Places) && b.Places[i] != p {
				t.Errorf("%+v is %+v", p, b.Places[i])
			}
		}
	}
	for _, c := range []struct{ args, want string }{
		{"restore " + dir, "is there already"}, {"backup " + dir, "is there already"}, {"restore " + from, "is no backup"},
	} {
		if _, log, code := perform(of(into), strings.Fields(c.args)...); code != 1 || !strings.Contains(onlyError(t, log), c.want) {
			t.Errorf("%s: %d %s", c.args, code, log)
		}
	}
}
