package main

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"membergate/internal/community"
	"membergate/internal/fault"
	"membergate/internal/member"
	"membergate/internal/posting"
	"membergate/internal/programme"
	"membergate/internal/upload"
)

// life is how many calls somebody has left; 0 is dead, below that is for ever.
type life struct{ left int }

var errDead = errors.New("killed")

func (l *life) lives() error {
	if l.left == 0 {
		return errDead
	}
	l.left--
	return nil
}

// The stores of somebody who may be killed before any call that changes something.
type (
	mortalPosts struct {
		posting.Store
		*life
	}
	mortalUploads struct {
		upload.Store
		*life
	}
	mortalFiles struct {
		folder
		*life
	}
	// folder keeps files by name.
	folder map[string][]byte
)

func (m mortalPosts) PutSlip(ctx context.Context, s posting.Slip) (posting.Slip, error) {
	if err := m.lives(); err != nil {
		return s, err
	}
	return m.Store.PutSlip(ctx, s)
}

func (m mortalPosts) AddPost(ctx context.Context, p community.Post) (bool, error) {
	if err := m.lives(); err != nil {
		return false, err
	}
	return m.Store.AddPost(ctx, p)
}

func (m mortalPosts) ChangePost(ctx context.Context, p community.Post) error {
	if err := m.lives(); err != nil {
		return err
	}
	return m.Store.ChangePost(ctx, p)
}

func (m mortalUploads) Save(ctx context.Context, u upload.Upload) error {
	if err := m.lives(); err != nil {
		return err
	}
	return m.Store.Save(ctx, u)
}

func (m mortalUploads) Remove(ctx context.Context, u upload.Upload) error {
	if err := m.lives(); err != nil {
		return err
	}
	return m.Store.Remove(ctx, u)
}

func (folder) Form(upload.Upload, time.Time) (upload.Form, error) { return upload.Form{}, nil }
func (folder) Address(name string) string                         { return "/media/" + name }

func (f folder) Get(_ context.Context, name string, _ int64) ([]byte, error) {
	if b, ok := f[name]; ok {
		return b, nil
	}
	return nil, upload.ErrMissing
}

func (m mortalFiles) Put(_ context.Context, name, _ string, b []byte) error {
	if err := m.lives(); err != nil {
		return err
	}
	m.folder[name] = b
	return nil
}

func (m mortalFiles) Remove(_ context.Context, name string) error {
	if err := m.lives(); err != nil {
		return err
	}
	delete(m.folder, name)
	return nil
}

// darkroom is where somebody with so many calls to live writes posts with pictures, on stores of their own.
type darkroom struct {
	t     *testing.T
	st    *stores
	disk  folder
	rules book
	now   time.Time
}

func (d *darkroom) work(left int) (*posting.Service, *upload.Service, *life) {
	l := &life{left}
	uploads := &upload.Service{Store: mortalUploads{d.st.uploads, l}, Files: mortalFiles{d.disk, l}, Slots: make(chan struct{}, 1), Now: func() time.Time { return d.now }}
	posts := d.st.postingService(d.rules, &community.Service{Store: d.st.community}, uploads)
	posts.Store, posts.Judge = mortalPosts{posts.Store, l}, nil
	return posts, uploads, l
}

// files counts those of an upload.
func (d *darkroom) files(id upload.ID) (n int) {
	d.t.Helper()
	for name := range d.disk {
		if strings.Contains(name, string(id)) {
			n++
		}
	}
	return n
}

// upload announces a picture with a small one, and sends it.
func (d *darkroom) upload(who member.ID, file []byte) upload.ID {
	d.t.Helper()
	_, uploads, _ := d.work(-1)
	u, _, err := uploads.Create(d.t.Context(), who, upload.Ask{Type: "image/png", Bytes: int64(len(file)), Sum: sumOf(file)}, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	d.disk[u.Raw()] = file
	return u.ID
}

// sweep comes by until nothing is left to do.
func (d *darkroom) sweep(at time.Time) {
	d.t.Helper()
	_, uploads, _ := d.work(-1)
	if err := uploads.Sweep(d.t.Context(), at, 1000); err != nil {
		d.t.Fatal(err)
	}
}

// Whoever is killed at any call while a post with pictures is written or deleted: sent again it is there with all of them,
// each used once; given up, either it is there with all of them or no file is left. Deleted, its files go; a deletion that
// did not come to pass takes nothing.
func TestAPostWithPicturesIsWholeWhoeverIsKilled(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { postsSurvive(t, []string{"DATA_DIR", t.TempDir()}) })
	t.Run("servers", func(t *testing.T) {
		needServers(t)
		postsSurvive(t, ready(t, servers).pairs)
	})
}

func postsSurvive(t *testing.T, pairs []string) {
	s, err := readSettings(env(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	st, err := openStores(t.Context(), s, true, discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.close(); err != nil {
			t.Error(err)
		}
	})
	rules, err := programme.Keep("retail-5")
	if err != nil {
		t.Fatal(err)
	}
	d := &darkroom{t, st, folder{}, rules, time.Now()} // by the real clock: a gateway beside sweeps as well
	if err := st.fill(func() error {                   // without waiting for the disk
		at := 0
		for !d.survives(at) {
			at++
		}
		if at < 10 {
			t.Errorf("only %d calls could be killed", at)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// survives is killed at a call, and in turn sends again or gives up. It tells whether there was no such call.
func (d *darkroom) survives(at int) bool {
	d.t.Helper()
	t, ctx := d.t, d.t.Context()
	file, again := drawn(t, 500, 10), at%2 == 0
	r := community.Reader{Member: member.ID("m-" + rand.Text())}
	ids := []upload.ID{d.upload(r.Member, file), d.upload(r.Member, file)}
	draft := posting.Draft{Key: "k", Board: "EXCHANGE", Body: "x", Visibility: community.Public, Uploads: []string{string(ids[0]), string(ids[1])}}
	posts, _, l := d.work(at)
	p, _, err := posts.Post(ctx, r, draft, d.now)
	whole := err == nil && l.left > 0
	if err != nil && !errors.Is(err, errDead) {
		t.Fatalf("killed at call %d: %v", at, err)
	}
	immortal, _, _ := d.work(-1)
	if again {
		if p, _, err = immortal.Post(ctx, r, draft, d.now.Add(time.Minute)); err != nil || len(p.Media) != 2 {
			t.Fatalf("killed at call %d, sent again: %+v %v", at, p.Media, err)
		}
		other := draft
		other.Key, other.Uploads = "other", draft.Uploads[1:]
		var refused *fault.Refusal
		if _, _, err := immortal.Post(ctx, r, other, d.now); !errors.As(err, &refused) || refused.Code != upload.Taken {
			t.Errorf("killed at call %d: another post takes its picture: %v", at, err)
		}
	}
	d.sweep(d.now.AddDate(0, 0, 3))
	there := p.ID != ""
	if got := d.files(ids[0]) + d.files(ids[1]); there && got != 4 || !there && got != 0 {
		t.Errorf("killed at call %d, sent again %v: post there %v, and %d files", at, again, there, got)
	}
	if there {
		d.deleted(r, p, ids, at/2)
	}
	return whole
}

// deleted deletes a post and is killed at a call.
func (d *darkroom) deleted(r community.Reader, p community.Post, ids []upload.ID, at int) {
	d.t.Helper()
	posts, _, _ := d.work(at)
	gone := posts.Delete(d.t.Context(), r, p.ID, d.now) == nil
	d.sweep(d.now.AddDate(0, 0, 6))
	if got := d.files(ids[0]) + d.files(ids[1]); gone && got != 0 || !gone && got != 4 {
		d.t.Errorf("deleting is killed at call %d: gone %v, and %d files", at, gone, got)
	}
	if posts, _, _ = d.work(-1); posts.Delete(d.t.Context(), r, p.ID, d.now) != nil {
		d.t.Error("it cannot be deleted")
	}
	d.sweep(d.now.AddDate(0, 0, 9))
	if got := d.files(ids[0]) + d.files(ids[1]); got != 0 {
		d.t.Errorf("deleted in the end, and %d files are left", got)
	}
}
