package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"membergate/internal/account"
	"membergate/internal/desk"
	"membergate/internal/member"
	"membergate/internal/secret"
	"membergate/internal/voucher"
)

const (
	sealedRequests = 300
	sealedTexts    = sealedRequests + 1 // and a home
)

// putSecrets puts in a member who told of home, and requests after a sale.
func putSecrets(ctx context.Context, s Settings, st *stores, rules book) error {
	keys, err := s.Keys()
	if err != nil {
		return err
	}
	agreed := map[string]member.Consent{}
	for _, p := range rules.At(written(3)).Privacy.Purposes {
		agreed[p.Code] = member.Consent{Granted: true, At: written(3), PolicyVersion: p.PolicyVersion}
	}
	h := account.Open(rules, member.Profile{ID: "housewife", DisplayName: "housewife", JoinedAt: foundation, Consents: agreed,
		Household: member.Household{Size: 4, Diet: []string{"LOW_SUGAR"}}})
	if err := st.accounts.Create(ctx, h); err != nil {
		return err
	}
	for i := range sealedRequests {
		r := desk.Request{ID: fmt.Sprint("r", i), Member: "housewife", Slot: int64(i + 1), State: desk.Open, At: written(3), Version: 1, Sealed: keys.Seal(desk.TextPurpose, fmt.Sprint("words ", i))}
		if err := st.requests.Create(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// safe is a data folder or database with things in it that are sealed.
type safe struct {
	t     *testing.T
	pairs []string
	file  string
}

func newSafe(t *testing.T, name string) safe {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	pairs := []string{"DATA_DIR", dir, "JWT_HS256_SECRET", testSecret, "ADMIN_ADDR", "127.0.0.1:0"}
	if name == "servers" {
		needServers(t)
		database := "test_" + strings.ToLower(rand.Text()[:10])
		pairs = append(pairs, "MONGODB_URI", os.Getenv("MONGODB_URI"), "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", database)
		t.Cleanup(func() {
			if err := dropServers(database); err != nil {
				t.Error(err)
			}
		})
	}
	if err := fill(pairs, putSecrets); err != nil {
		t.Fatal(err)
	}
	return safe{t, pairs, filepath.Join(dir, secret.KeysFile)}
}

// run runs a command of keys and wants it to end well, or not.
func (s safe) run(args string, well bool) string {
	s.t.Helper()
	out, log, code := command(s.t, "keys "+args, s.pairs...)
	if (code == 0) != well {
		s.t.Fatalf("keys %s ended with %d: %s%s", args, code, out, log)
	}
	return out + log
}

// kill starts a rotation, and kills it once something is so.
func (s safe) kill(once func() bool) {
	s.t.Helper()
	v := runProgram(s.t, "keys rotate --new k2", s.pairs...)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); !once(); <-tick.C {
		if time.Since(began) > 30*time.Second {
			s.t.Fatalf("it never was so: %s", v.log.String())
		}
	}
	if err := v.signal(syscall.SIGKILL); err == nil {
		s.t.Log("it was over before it was killed")
	}
}

func (s safe) ring() string {
	ring, err := secret.ReadRing(s.file)
	if err != nil {
		s.t.Error(err)
	}
	var ids []string
	for _, k := range ring.Keys {
		ids = append(ids, k.ID)
	}
	return strings.Join(ids, " ")
}

// opened counts the requests whose words a ring of the file's keys opens, as another process does.
func (s safe) opened() (n int) {
	s.t.Helper()
	err := fill(s.pairs, func(ctx context.Context, set Settings, st *stores, _ book) error {
		keys, err := set.Keys()
		if err != nil {
			return err
		}
		for i := range sealedRequests {
			r, _, err := st.requests.ByID(ctx, fmt.Sprint("r", i))
			if err != nil {
				return err
			}
			if plain, err := keys.Open(desk.TextPurpose, r.Sealed); err == nil && plain == fmt.Sprint("words ", i) {
				n++
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// A rotation that is killed between any two of its steps is taken up by the next one, and nothing is unreadable meanwhile.
func TestARotationOfKeysThatIsKilledIsTakenUp(t *testing.T) {
	for _, name := range []string{"embedded", "servers"} {
		t.Run(name, func(t *testing.T) {
			s := newSafe(t, name)
			s.kill(func() bool { return s.ring() == "k1 k2" }) // the new key is there, behind the other
			if n := s.opened(); n != sealedRequests {
				t.Fatalf("%d requests can be read", n)
			}
			s.kill(func() bool { return s.ring() == "k2 k1" }) // it is in front, and little is sealed with it
			if n := s.opened(); n != sealedRequests {
				t.Fatalf("%d requests can be read", n)
			}
			s.run("rotate --new k2", true)
			s.run("retire k1", true)
			if n := s.opened(); n != sealedRequests || s.ring() != "k2 k1" {
				t.Errorf("%d requests can be read with %s", n, s.ring())
			}
		})
	}
}

// While texts are sealed anew a gateway that started with the old key reads and writes, and so does one that comes later.
func TestKeysAreRotatedWhileGatewaysServe(t *testing.T) {
	s := newSafe(t, "servers")
	g, err := openGateway(s.pairs...)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	app := home{walletApp{t, g.url, "housewife", appDocument(t, "household") + "\n" + privacyApp(t)}, appQueries(t)["ProfilePage"].text}
	size := 0
	tells := func() { // reads what was told last, and tells something else
		t.Helper()
		if r := app.look(); size > 0 && r.at(t, "me", "household", "size") != float64(size) {
			t.Fatalf("told was %d: %s", size, shortened(r.text))
		}
		size = size%7 + 1
		if r := app.send("HouseholdSet", map[string]any{"size": size}); r.refusal(t, "householdSet") != "" {
			t.Fatalf("refused: %s", r.text)
		}
	}
	tells()
	s.kill(func() bool { tells(); return s.ring() == "k2 k1" })
	tells()
	if out := s.run("list", true); !strings.Contains(out, "newest") || !strings.Contains(out, "older") {
		t.Errorf("the list is %s", out)
	}
	s.run("retire k2", false) // the newest
	s.run("remove k1", false) // not retired
	out := s.run("rotate --new k2", true)
	if !strings.Contains(out, fmt.Sprintf("%d are sealed", sealedTexts)) {
		t.Errorf("it says %s", out)
	}
	tells()
	if out := s.run("rotate --new k2", true); !strings.HasPrefix(out, "0 texts were sealed anew") {
		t.Errorf("again it says %s", out)
	}
	s.run("retire k1", true)
	tells()
	if n := s.opened(); n != sealedRequests {
		t.Errorf("%d requests can be read without the old key", n)
	}
	s.run("remove k1", true)
	s.run("remove k1", true)
	tells()
	if n := s.opened(); n != sealedRequests || s.ring() != "k2" {
		t.Errorf("%d requests can be read with %s", n, s.ring())
	}
	if strings.Contains(g.log.String(), "words ") {
		t.Error("the log holds what was sealed")
	}
}

func TestAKeyThatIsNeededCannotBeTakenAway(t *testing.T) {
	s := newSafe(t, "embedded")
	ring, err := secret.ReadRing(s.file)
	if err != nil {
		t.Fatal(err)
	}
	if ring, err = ring.Add("k2"); err == nil {
		_, err = ring.Front("k2")
	}
	if err != nil {
		t.Fatal(err)
	}
	if said := s.run("retire k1", false); !strings.Contains(said, fmt.Sprintf("%d texts are sealed with k1", sealedTexts)) {
		t.Errorf("it says %s", said)
	}
	s.run("rotate", true)
	err = fill(s.pairs, func(ctx context.Context, _ Settings, st *stores, _ book) error {
		return st.vouchers.Add(ctx, []voucher.Code{{ID: "k1:0123456789012345678901", Reward: "r"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	s.run("retire k1", true)
	if said := s.run("remove k1", false); !strings.Contains(said, "1 things are found by a hash of k1 only") {
		t.Errorf("it says %s", said)
	}
	s.run("retire k9", false)
	if said := s.run("rotate --new k2!", false); !strings.Contains(said, "k2!") {
		t.Errorf("it says %s", said)
	}
}

// Who closed the account is known by a hash alone: a key that made it stays, or a backup could bring the member back.
func TestAKeyThatFindsWhoHasGoneCannotBeTakenAway(t *testing.T) {
	for _, name := range []string{"embedded", "servers"} {
		t.Run(name, func(t *testing.T) {
			s := newSafe(t, name)
			err := fill(s.pairs, func(ctx context.Context, set Settings, st *stores, rules book) error {
				keys, err := set.Keys()
				if err != nil {
					return err
				}
				if err := st.vaultService(rules).Confirm(ctx, "housewife", "13800138000", written(4)); err != nil {
					return err
				}
				return st.personal.Bar(ctx, keys.Hashes(barred, "gone")[:1], written(4))
			})
			if err != nil {
				t.Fatal(err)
			}
			if said := s.run("rotate --new k2", true); !strings.Contains(said, fmt.Sprintf("%d are sealed", sealedTexts+1)) {
				t.Errorf("it says %s", said)
			}
			s.run("retire k1", true)
			if said := s.run("remove k1", false); !strings.Contains(said, "2 things are found by a hash of k1 only") {
				t.Errorf("it says %s", said)
			}
			err = fill(s.pairs, func(ctx context.Context, _ Settings, st *stores, rules book) error {
				all, err := st.vaultService(rules).Of(ctx, "housewife")
				if err == nil && (len(all) != 1 || all[0].Plain != "13800138000") {
					err = fmt.Errorf("the identity reads %v", all)
				}
				if out, bad := st.barred(ctx, "gone"); err == nil && (bad != nil || !out) {
					err = fmt.Errorf("who has gone is barred: %v, %w", out, bad)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
