package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"membergate/internal/account"
	desks "membergate/internal/desk"
	"membergate/internal/member"
	"membergate/internal/notice"
	"membergate/internal/personal"
	"membergate/internal/rotation"
	"membergate/internal/secret"
	"membergate/internal/vault"
	"membergate/internal/voucher"
)

// Strongbox is what sealed texts lie in, of one engine.
type Strongbox struct {
	Sealed   rotation.Store
	Vouchers voucher.Store
	Requests desks.Requests
	Notices  notice.Store
	Accounts account.Store
	Vault    vault.Store
	Personal personal.Store
}

// Rotation tests the promises of rotation.Store, and of sealing anew on it. Others may keep things in it meanwhile.
func Rotation(t *testing.T, s Strongbox) {
	group[Strongbox]{
		{"everything is sealed anew, and nothing but the texts changes", resealAll},
		{"what is swapped is still what it was", swapOnlyWhatIsThere},
		{"what is written meanwhile stays, and is sealed anew", resealBesideWriters},
		{"what nobody can read stays as it is and is counted", resealUnreadable},
	}.run(t, s)
}

func ringOf(t *testing.T, ids ...string) *secret.Keys {
	t.Helper()
	var ring []secret.Key
	for _, id := range ids {
		ring = append(ring, secret.Key{ID: id, Secret: bytes.Repeat([]byte{id[len(id)-1]}, secret.KeyBytes)})
	}
	keys, err := secret.NewKeys(ring)
	must(t, err)
	return keys
}

// box is a document of each kind with what was sealed in it.
type box struct {
	code     voucher.Code
	request  desks.Request
	settings notice.Settings
	profile  member.Profile
	identity vault.Identity
	reading  vault.Application
}

func (s Strongbox) fill(t *testing.T, ctx context.Context, keys *secret.Keys) (b box) {
	t.Helper()
	b.code = filled[voucher.Code](dice(3))
	b.code.ID, b.code.Given = keys.Hashes(voucher.Purpose, name("code"))[0], ""
	b.code.Sealed = keys.Seal(voucher.Purpose, "the code")
	must(t, s.Vouchers.Add(ctx, []voucher.Code{b.code}))

	b.request = filled[desks.Request](dice(4))
	b.request.ID, b.request.Version, b.request.State = name("request"), 1, desks.Open
	b.request.Member, b.request.Slot = member.ID(name("member")), 1
	b.request.Sealed, b.request.Note = keys.Seal(desks.TextPurpose, "the words"), keys.Seal(desks.TextPurpose, "the note")
	must(t, s.Requests.Create(ctx, b.request))

	b.settings = filled[notice.Settings](dice(5))
	b.settings.Member, b.settings.Version = member.ID(name("member")), 0
	b.settings.Devices = nil
	for i := range 3 {
		d := filled[notice.Device](dice(uint64(6 + i)))
		d.ID, d.Token = name("device"), keys.Seal(notice.DevicePurpose, fmt.Sprint("token ", i))
		d.Hash = keys.Hashes(notice.DevicePurpose, d.ID)[0]
		b.settings.Devices = append(b.settings.Devices, d)
	}
	must(t, s.Notices.SaveSettings(ctx, b.settings))
	b.settings.Version = 1

	h := someone(dice(9))
	h.Profile.Sealed = keys.Seal(account.SealPurpose, "the home")
	must(t, s.Accounts.Create(ctx, h))
	b.profile = h.Profile

	b.identity = vault.Identity{Member: member.ID(name("member"))}
	for _, k := range vault.Kinds() {
		f := filled[vault.Fact](dice(10))
		f.Kind, f.Sealed, f.Hash = k, keys.Seal(vault.SealPurpose, "the "+string(k)), keys.Hashes(vault.SealPurpose, name("fact"))[0]
		b.identity.Facts = append(b.identity.Facts, f)
	}
	must(t, s.Vault.Save(ctx, b.identity))
	b.identity.Version = 1
	b.reading = application(11)
	b.reading.Reason = keys.Seal(vault.ReasonPurpose, "the reason")
	must(t, s.Vault.Apply(ctx, b.reading))
	must(t, s.Personal.Bar(ctx, keys.Hashes("erased member", name("gone"))[:1], askedAt)) // who must not come back is found by a hash
	return b
}

// read gives what the documents hold now, opened with a ring; what it cannot open is empty.
func (s Strongbox) read(t *testing.T, ctx context.Context, b box, keys *secret.Keys) (out box, texts []string) {
	t.Helper()
	open := func(purpose string, text *string) {
		plain, _ := keys.Open(purpose, *text)
		texts = append(texts, plain)
		*text = ""
	}
	free, err := s.Vouchers.Free(ctx, b.code.Reward, 100)
	must(t, err)
	out.code = free[slices.IndexFunc(free, func(c voucher.Code) bool { return c.ID == b.code.ID })]
	open(voucher.Purpose, &out.code.Sealed)
	out.request, _, err = s.Requests.ByID(ctx, b.request.ID)
	must(t, err)
	open(desks.TextPurpose, &out.request.Sealed)
	open(desks.TextPurpose, &out.request.Note)
	all, err := s.Notices.Settings(ctx, []member.ID{b.settings.Member})
	must(t, err)
	out.settings = all[b.settings.Member]
	for i := range out.settings.Devices {
		open(notice.DevicePurpose, &out.settings.Devices[i].Token)
	}
	out.profile = load(t, ctx, s.Accounts, b.profile.ID).Profile
	open(account.SealPurpose, &out.profile.Sealed)
	out.identity, err = s.Vault.Of(ctx, b.identity.Member)
	must(t, err)
	for i := range out.identity.Facts {
		open(vault.SealPurpose, &out.identity.Facts[i].Sealed)
	}
	out.reading, _, err = s.Vault.ByID(ctx, b.reading.ID)
	must(t, err)
	open(vault.ReasonPurpose, &out.reading.Reason)
	return out, texts
}

var plainTexts = []string{"the code", "the words", "the note", "token 0", "token 1", "token 2", "the home",
	"the NAME", "the PHONE", "the ADDRESS", "the ID_NUMBER", "the reason"}

func resealAll(t *testing.T, ctx context.Context, s Strongbox) {
	old, both, latest := ringOf(t, "a1"), ringOf(t, "a2", "a1"), ringOf(t, "a2")
	var all, before []box
	for range 5 {
		b := s.fill(t, ctx, old)
		was, texts := s.read(t, ctx, b, both)
		same(t, "what was sealed", texts, plainTexts)
		all, before = append(all, b), append(before, was)
	}
	service := &rotation.Service{Store: s.Sealed, Keys: both}
	uses, err := service.Uses(ctx)
	must(t, err)
	if u := uses["a1"]; u.Sealed != 60 || u.Hashed != 45 {
		t.Fatalf("before, the old key is needed for %+v", u)
	}
	told := 0
	out, err := service.Reseal(ctx, func(n int) { told = max(told, n) })
	must(t, err)
	if out.Resealed != 60 || told < 60 {
		t.Errorf("sealed anew: %+v, told %d", out, told)
	}
	for i, b := range all {
		now, texts := s.read(t, ctx, b, latest)
		same(t, "what the newest key alone opens", texts, plainTexts)
		same(t, "everything else", now.settings, before[i].settings)
		same(t, "everything else", now.request, before[i].request)
		same(t, "everything else", now.code, before[i].code)
		same(t, "everything else", now.profile, before[i].profile)
		same(t, "everything else", now.identity, before[i].identity)
		same(t, "everything else", now.reading, before[i].reading)
	}
	if out, err = service.Reseal(ctx, nil); err != nil || out.Resealed != 0 {
		t.Errorf("again: %+v, %v", out, err)
	}
	if uses, err = service.Uses(ctx); err != nil || uses["a1"].Sealed != 0 || uses["a1"].Hashed != 45 || uses["a2"].Sealed != 60 {
		t.Errorf("after, the keys are needed for %+v, %v", uses, err)
	}
}

func swapOnlyWhatIsThere(t *testing.T, ctx context.Context, s Strongbox) {
	keys := ringOf(t, "b1")
	b := s.fill(t, ctx, keys)
	for _, p := range s.Sealed.Places() {
		if ok, err := s.Sealed.Swap(ctx, p.Name, name("nothing"), b.code.Sealed, "b1:new"); ok || err != nil {
			t.Errorf("%s: something that is not there was swapped: %v", p.Name, err)
		}
	}
	place := s.Sealed.Places()[slices.IndexFunc(s.Sealed.Places(), func(p rotation.Place) bool { return p.Purpose == desks.TextPurpose })].Name
	swaps := together(8, func(i int) error {
		if ok, err := s.Sealed.Swap(ctx, place, b.request.ID, b.request.Note, fmt.Sprint("b1:", i)); err != nil || !ok {
			return errors.Join(err, desks.ErrStale)
		}
		return nil
	})
	onlyWinner(t, swaps, desks.ErrStale)
	if r, _, err := s.Requests.ByID(ctx, b.request.ID); err != nil || r.Sealed != b.request.Sealed || r.Note == b.request.Note {
		t.Errorf("swapped: %+v, %v", r, err)
	}
}

func resealBesideWriters(t *testing.T, ctx context.Context, s Strongbox) {
	old, both, latest := ringOf(t, "c1"), ringOf(t, "c2", "c1"), ringOf(t, "c2")
	b := s.fill(t, ctx, old)
	const writers = 6
	for _, err := range together(writers+2, func(i int) error {
		if i >= writers {
			_, err := (&rotation.Service{Store: s.Sealed, Keys: both}).Reseal(ctx, nil)
			return err
		}
		for range 50 { // a gateway that still seals with the old key
			r, _, err := s.Requests.ByID(ctx, b.request.ID)
			if err != nil {
				return err
			}
			r.Note = old.Seal(desks.TextPurpose, fmt.Sprint("note ", i))
			if err = s.Requests.Save(ctx, r); err == nil {
				return nil
			}
			if !errors.Is(err, desks.ErrStale) {
				return err
			}
		}
		return errors.New("a writer never came through")
	}) {
		if err != nil && !errors.Is(err, rotation.ErrRestless) {
			t.Fatal(err)
		}
	}
	if _, err := (&rotation.Service{Store: s.Sealed, Keys: both}).Reseal(ctx, nil); err != nil {
		t.Fatal(err)
	}
	now, texts := s.read(t, ctx, b, latest)
	if texts[1] != "the words" || len(texts[2]) != len("note 0") || now.request.Version != 1+writers {
		t.Errorf("after %d writers there are %q at version %d", writers, texts, now.request.Version)
	}
}

func resealUnreadable(t *testing.T, ctx context.Context, s Strongbox) {
	gone := ringOf(t, "d9")
	b := s.fill(t, ctx, gone)
	out, err := (&rotation.Service{Store: s.Sealed, Keys: ringOf(t, "d2", "d1")}).Reseal(ctx, nil)
	must(t, err)
	if out.Unreadable < len(plainTexts) {
		t.Errorf("%d texts cannot be read", out.Unreadable)
	}
	_, texts := s.read(t, ctx, b, gone)
	same(t, "what nobody could read", texts, plainTexts)
}
