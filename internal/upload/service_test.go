package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"membergate/internal/fault"
	"membergate/internal/member"
)

func crc(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

var noon = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)

// shelf keeps files and uploads in memory.
type shelf struct {
	mu      sync.Mutex
	files   map[string][]byte
	uploads map[ID]Upload
	fail    bool // files do not answer
	kill    int  // the call at which whoever uses it is killed; 0 for never, -1 once they are
}

var errKilled = errors.New("killed")

// lives fails from the call on at which the caller is killed.
func (s *shelf) lives() error {
	switch {
	case s.kill == 0:
		return nil
	case s.kill == 1, s.kill < 0:
		s.kill = -1
		return errKilled
	default:
		s.kill--
		return nil
	}
}

func (s *shelf) Form(Upload, time.Time) (Form, error) { return Form{URL: "/uploads/"}, nil }
func (s *shelf) Address(name string) string           { return "/media/" + name }

func (s *shelf) Get(_ context.Context, name string, most int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lives(); err != nil {
		return nil, err
	}
	b, ok := s.files[name]
	if !ok {
		return nil, ErrMissing
	}
	return b[:min(int64(len(b)), most)], s.down()
}

func (s *shelf) down() error {
	if s.fail {
		return errors.New("no answer")
	}
	return nil
}

func (s *shelf) Put(_ context.Context, name, _ string, b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lives(); err != nil {
		return err
	}
	s.files[name] = b
	return s.down()
}

func (s *shelf) remove(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lives(); err != nil {
		return err
	}
	delete(s.files, name)
	return s.down()
}

type papers struct{ *shelf }

func (p papers) Remove(_ context.Context, u Upload) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.lives(); err != nil {
		return err
	}
	delete(p.uploads, u.ID)
	return nil
}

type drawer struct{ *shelf }

func (d drawer) Remove(_ context.Context, name string) error { return d.remove(name) }

func (s *shelf) Add(_ context.Context, u Upload) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.Version = 1
	s.uploads[u.ID] = u
	return nil
}

func (s *shelf) ByIDs(_ context.Context, ids []ID) (map[ID]Upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lives(); err != nil {
		return nil, err
	}
	out := map[ID]Upload{}
	for _, id := range ids {
		if u, ok := s.uploads[id]; ok {
			out[id] = u
		}
	}
	return out, nil
}

func (s *shelf) Save(_ context.Context, u Upload) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lives(); err != nil {
		return err
	}
	if s.uploads[u.ID].Version != u.Version {
		return ErrStale
	}
	u.Version++
	s.uploads[u.ID] = u
	return nil
}

func (s *shelf) Since(_ context.Context, owner member.ID, after time.Time) (n int, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uploads {
		if u.Owner == owner && u.CreatedAt.After(after) {
			n++
		}
	}
	return n, nil
}

func (s *shelf) Due(_ context.Context, at time.Time, n int) (out []Upload, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.lives(); err != nil {
		return nil, err
	}
	for _, u := range s.uploads {
		if !u.Until.IsZero() && !u.Until.After(at) && len(out) < n {
			out = append(out, u)
		}
	}
	return out, nil
}

func (s *shelf) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.files))
}

func service() (*Service, *shelf) {
	s := &shelf{files: map[string][]byte{}, uploads: map[ID]Upload{}}
	return &Service{Store: papers{s}, Files: drawer{s}, Slots: make(chan struct{}, 1)}, s
}

func ask(kind string, b []byte) Ask {
	sum := sha256.Sum256(b)
	return Ask{Type: kind, Bytes: int64(len(b)), Sum: hex.EncodeToString(sum[:])}
}

func code(err error) string {
	r, ok := errors.AsType[*fault.Refusal](err)
	if !ok {
		return ""
	}
	return r.Code
}

func TestAnUploadGoesItsWay(t *testing.T) {
	s, shelf := service()
	ctx := t.Context()
	b := asJPEG(t, quarters(600, 40, 255))
	u, form, err := s.Create(ctx, "m-1", ask("image/jpeg", b), noon)
	if err != nil || form.URL == "" || u.State != Waiting {
		t.Fatalf("%+v %+v %v", u, form, err)
	}
	if _, err := s.Finish(ctx, "m-1", u.ID, noon); code(err) != NotSent {
		t.Errorf("before the file: %v", err)
	}
	shelf.files[u.Raw()] = b
	for _, c := range []struct {
		who member.ID
		id  ID
		at  time.Time
	}{{"m-2", u.ID, noon}, {"m-1", NewID(), noon}, {"m-1", u.ID, noon.Add(sendWithin)}, {"", u.ID, noon}} {
		if _, err := s.Finish(ctx, c.who, c.id, c.at); code(err) != Unknown {
			t.Errorf("%+v: %v", c, err)
		}
	}
	shelf.fail = true
	if _, err := s.Finish(ctx, "m-1", u.ID, noon); !fault.Is(err, fault.Unavailable) {
		t.Errorf("while files do not answer: %v", err)
	}
	shelf.fail = false
	first, err := s.Finish(ctx, "m-1", u.ID, noon)
	if err != nil || first.State != Ready || first.Made != (Picture{"image/jpeg", 600, 40}) {
		t.Fatalf("%+v %v", first, err)
	}
	again, err := s.Finish(ctx, "m-1", u.ID, noon.Add(time.Hour))
	if err != nil || again != first {
		t.Errorf("again: %+v %v", again, err)
	}
	small, _, _, _ := Small(first.Name())
	if got := shelf.names(); !slices.Equal(got, []string{first.Name(), small}) {
		t.Errorf("files %v", got)
	}
	if other, err := s.Look(ctx, "m-1", []ID{u.ID}, "p-1", noon.Add(time.Hour)); err != nil || other[0] != first {
		t.Errorf("looked at: %+v %v", other, err)
	}
	if _, err := s.Look(ctx, "m-1", []ID{u.ID, u.ID}, "p-1", noon); code(err) != Taken {
		t.Errorf("named twice: %v", err)
	}
	for _, c := range []struct {
		by   string
		ids  []ID
		want string
	}{{"p-1", []ID{u.ID, NewID()}, Unknown}, {"p-1", []ID{u.ID}, ""}, {"p-1", []ID{u.ID}, ""}, {"p-2", []ID{u.ID}, Taken}} {
		if err := s.Take(ctx, "m-1", c.ids, c.by, noon.Add(2*time.Hour)); code(err) != c.want {
			t.Errorf("taken by %s: %v", c.by, err)
		}
	}
}

// What shows a picture may be written, deleted, or neither, and whoever does it may be killed: the sweep finds out.
func TestPicturesStayWhileTheyAreShown(t *testing.T) {
	s, shelf := service()
	ctx := t.Context()
	shown := map[string]bool{}
	s.Shown = func(_ context.Context, u Upload) (bool, error) { return shown[u.UsedBy], nil }
	u := ready(t, s, shelf, asJPEG(t, quarters(600, 40, 255)))
	sweep := func(at time.Time, files int) {
		t.Helper()
		if err := s.Sweep(ctx, at, 10); err != nil || len(shelf.names()) != files {
			t.Errorf("at %v: %v %v, want %d files", at, shelf.names(), err, files)
		}
	}
	if err := s.Take(ctx, "m-1", []ID{u.ID}, "p-1", noon); err != nil {
		t.Fatal(err)
	}
	sweep(noon.Add(keepUnused), 2)
	// Killed before it was written, and sent again a day later, before the sweep comes by: it has a day again.
	if err := s.Take(ctx, "m-1", []ID{u.ID}, "p-1", noon.Add(keepUnused+grace)); err != nil {
		t.Fatal(err)
	}
	sweep(noon.Add(keepUnused+grace), 2)
	shown["p-1"] = true
	sweep(noon.Add(3*keepUnused), 2)
	if now := shelf.uploads[u.ID]; !now.Until.IsZero() {
		t.Errorf("it is shown, and ends at %v", now.Until)
	}
	sweep(noon.AddDate(9, 0, 0), 2)
	if err := s.Take(ctx, "m-1", []ID{u.ID}, "p-1", noon.AddDate(9, 0, 0)); err != nil || !shelf.uploads[u.ID].Until.IsZero() {
		t.Errorf("taken again by the same: %v", err)
	}
	if err := s.Release(ctx, []ID{u.ID, NewID()}, noon.AddDate(9, 0, 0)); err != nil { // and killed before the deletion
		t.Fatal(err)
	}
	sweep(noon.AddDate(9, 0, 1), 2)
	if err := s.Release(ctx, []ID{u.ID}, noon.AddDate(9, 0, 1)); err != nil {
		t.Fatal(err)
	}
	shown["p-1"] = false
	sweep(noon.AddDate(9, 0, 1), 2) // a moment later, because clocks differ
	sweep(noon.AddDate(9, 0, 1).Add(grace), 0)
	if len(shelf.uploads) != 0 {
		t.Errorf("%v", shelf.uploads)
	}
}

// ready is a finished upload of m-1's.
func ready(t *testing.T, s *Service, shelf *shelf, b []byte) Upload {
	t.Helper()
	u, _, err := s.Create(t.Context(), "m-1", ask("image/jpeg", b), noon)
	if err != nil {
		t.Fatal(err)
	}
	shelf.files[u.Raw()] = b
	if u, err = s.Finish(t.Context(), "m-1", u.ID, noon); err != nil {
		t.Fatal(err)
	}
	return u
}

// Wherever a process is killed, trying again ends well, and giving up leaves neither a file nor an upload.
func TestWhoeverIsKilledLeavesNothingBehind(t *testing.T) {
	b := asJPEG(t, quarters(500, 20, 255))
	for _, again := range []bool{true, false} {
		for at := 1; ; at++ {
			s, shelf := service()
			s.Shown = func(context.Context, Upload) (bool, error) { return false, nil }
			u, _, err := s.Create(t.Context(), "m-1", ask("image/jpeg", b), noon)
			if err != nil {
				t.Fatal(err)
			}
			shelf.files[u.Raw()] = b
			shelf.kill = at
			err = s.Take(t.Context(), "m-1", []ID{u.ID}, "p-1", noon)
			whole := shelf.kill > 0
			shelf.kill = 0
			if whole && err != nil {
				t.Fatal(err)
			}
			if again {
				if err := s.Take(t.Context(), "m-1", []ID{u.ID}, "p-1", noon.Add(time.Minute)); err != nil {
					t.Errorf("killed at call %d, tried again: %v", at, err)
				}
				if n := shelf.names(); len(n) != 2 {
					t.Errorf("killed at call %d, tried again: %v", at, n)
				}
			}
			for kill := 1; len(shelf.uploads) > 0 && kill < 20; kill++ { // the sweep is killed as well, each time a call later
				shelf.kill = kill
				_ = s.Sweep(t.Context(), noon.Add(2*keepUnused), 10)
				shelf.kill = 0
			}
			if len(shelf.names()) > 0 || len(shelf.uploads) > 0 {
				t.Errorf("killed at call %d: left are %v and %d uploads", at, shelf.names(), len(shelf.uploads))
			}
			if whole {
				if at < 8 {
					t.Errorf("only %d calls could be killed", at-1)
				}
				break
			}
		}
	}
}

func TestUnfinishedAndUnusedUploadsExpire(t *testing.T) {
	s, shelf := service()
	ctx := t.Context()
	b := asPNG(t, quarters(20, 20, 255))
	for i := range 3 {
		u, _, err := s.Create(ctx, "m-1", ask("image/png", b), noon)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			shelf.files[u.Raw()] = b
		}
		if i > 1 {
			if _, err := s.Finish(ctx, "m-1", u.ID, noon); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		at    time.Time
		files int
		left  int
	}{{noon.Add(sendWithin), 2, 3}, {noon.Add(sendWithin + grace), 1, 1}, {noon.Add(keepUnused), 1, 1}, {noon.Add(keepUnused + grace), 0, 0}} {
		if err := s.Sweep(ctx, c.at, 10); err != nil || len(shelf.names()) != c.files || len(shelf.uploads) != c.left {
			t.Errorf("at %v: %v and %d uploads, want %d and %d; %v", c.at, shelf.names(), len(shelf.uploads), c.files, c.left, err)
		}
	}
}

func TestARefusedFileStaysRefused(t *testing.T) {
	s, shelf := service()
	b := []byte("\xff\xd8\xffno picture")
	u, _, err := s.Create(t.Context(), "m-1", ask("image/jpeg", b), noon)
	if err != nil {
		t.Fatal(err)
	}
	shelf.files[u.Raw()] = b
	for range 2 {
		if got, err := s.Finish(t.Context(), "m-1", u.ID, noon); code(err) != Broken || got.State != Refused {
			t.Errorf("%+v %v", got, err)
		}
	}
	if err := s.Take(t.Context(), "m-1", []ID{u.ID}, "p-1", noon); code(err) != Broken {
		t.Errorf("taken: %v", err)
	}
	if len(shelf.names()) != 0 {
		t.Errorf("the file is kept: %v", shelf.names())
	}
}

func TestManyMayFinishAndTakeOneAtOnce(t *testing.T) {
	s, shelf := service()
	s.Slots = make(chan struct{}, 2)
	b := asJPEG(t, quarters(500, 20, 255))
	u, _, err := s.Create(t.Context(), "m-1", ask("image/jpeg", b), noon)
	if err != nil {
		t.Fatal(err)
	}
	shelf.files[u.Raw()] = b
	var wg sync.WaitGroup
	won := make([]bool, 8)
	for i := range won {
		wg.Go(func() {
			err := s.Take(t.Context(), "m-1", []ID{u.ID}, string(rune('a'+i)), noon)
			won[i] = err == nil
			if err != nil && code(err) != Taken {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, w := range won {
		if w {
			n++
		}
	}
	if n != 1 || len(shelf.names()) != 2 {
		t.Errorf("%d took it; files %v", n, shelf.names())
	}
}

func TestWhatIsAnnouncedIsBounded(t *testing.T) {
	s, _ := service()
	good := ask("image/jpeg", []byte("x"))
	for name, c := range map[string]struct {
		change func(*Ask)
		code   string
		field  string
	}{
		"a film":        {func(a *Ask) { a.Type = "video/mp4" }, Unsupported, "contentType"},
		"11 MB":         {func(a *Ask) { a.Bytes = 10<<20 + 1 }, TooLarge, "byteSize"},
		"nothing":       {func(a *Ask) { a.Bytes = 0 }, "", "byteSize"},
		"no hash":       {func(a *Ask) { a.Sum = "" }, "", "sha256"},
		"capitals":      {func(a *Ask) { a.Sum = "AB" + a.Sum[2:] }, "", "sha256"},
		"no hex digits": {func(a *Ask) { a.Sum = "zz" + a.Sum[2:] }, "", "sha256"},
	} {
		a := good
		c.change(&a)
		_, _, err := s.Create(t.Context(), "m-1", a, noon)
		f, ok := errors.AsType[*fault.Fault](err)
		if !ok || f.Field != c.field || code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range mostAnHour {
		if _, _, err := s.Create(t.Context(), "m-1", good, noon); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Create(t.Context(), "m-1", good, noon.Add(time.Minute)); code(err) != TooMany {
		t.Errorf("one more: %v", err)
	}
	if _, _, err := s.Create(t.Context(), "m-2", good, noon); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if _, _, err := s.Create(t.Context(), "m-1", good, noon.Add(time.Hour)); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}
