package recommend

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// bazaarOf are random orders of so many members, day after day.
func bazaarOf(r *rand.Rand, members, from, to int) (out []order.Record) {
	for d := from; d < to; d++ {
		for n := range 6 {
			var basket []string
			for range 1 + r.IntN(6) {
				basket = append(basket, fmt.Sprint("p", r.IntN(60)))
			}
			id := fmt.Sprintf("%04d-%d", d, n)
			out = append(out, order.Record{ID: id, Applied: true, Event: buys(member.ID(fmt.Sprint("m", r.IntN(members))), day(d).Add(time.Duration(n)*time.Minute), basket...)})
		}
	}
	return out
}

func keptLists() *kept { return &kept{shelves: shelves{lists: map[Key]List{}}} }

// rebuilt makes lists and must succeed.
func rebuilt(t *testing.T, all []order.Record, lists Lists, at time.Time, plan Plan) Built {
	t.Helper()
	if plan.Agreed == nil {
		plan.Agreed = everybody
	}
	done, err := Rebuild(t.Context(), records{all: all}, lists, at, plan)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// Two makings, of which the second makes what changed, give what one of all would: everybody's lists, and those of whoever
// bought something, exactly; the others are those of before, and within five days all are made.
func TestWhatChangedIsMadeAsAMakingOfAllWouldMakeIt(t *testing.T) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 9))
		first := bazaarOf(r, 150, 0, 90)
		more := append(slices.Clone(first), bazaarOf(r, 150, 91, 93)...)
		parts, whole := keptLists(), keptLists()
		rebuilt(t, first, parts, time.Time{}, Plan{Changed: true})
		before := maps.Clone(parts.lists)
		whole.build = parts.build
		whole.build.At = day(-400) // so long ago that everybody's turn has come; what was learned is the same
		whole.build.Learned = parts.build.Learned
		whole.lists[PopularList(OfProduct)] = List{Items: []Item{{}}}
		all := rebuilt(t, more, whole, time.Time{}, Plan{Changed: true})
		some := rebuilt(t, more, parts, time.Time{}, Plan{Changed: true})
		if !some.Partly || some.Members >= all.Members || some.Members == 0 {
			t.Fatalf("of %d members %d were made", all.Members, some.Members)
		}
		bought := map[member.ID]bool{}
		for _, each := range more[len(first):] {
			bought[each.Event.Member] = true
		}
		same, old := 0, 0
		for key, want := range whole.lists {
			got := parts.lists[key]
			switch {
			case key.Of != OfMember || bought[member.ID(key.ID)]:
				if !reflect.DeepEqual(got.Items, want.Items) && len(got.Items)+len(want.Items) > 0 {
					t.Fatalf("%v is %s, a making of all gives %s", key, skus(got), skus(want))
				}
				same++
			case reflect.DeepEqual(got, want):
				same++
			case reflect.DeepEqual(got, before[key]):
				old++
			default:
				t.Fatalf("%v is neither of the last making nor of this one", key)
			}
		}
		if same == 0 || old == 0 {
			t.Errorf("%d are new and %d old", same, old)
		}
		for d := range turns { // nobody buys any more; at most five days later all are of these days
			rebuilt(t, more, parts, day(94+d), Plan{Changed: true})
		}
		for key, l := range parts.lists {
			if made, err := time.Parse(versionTime, l.Version); err != nil || made.Before(day(93)) {
				t.Fatalf("%v is of %s", key, l.Version)
			}
		}
	}
}

func TestWhoSaysYesHasListsWithTheNextMaking(t *testing.T) {
	all := bazaarOf(rand.New(rand.NewPCG(1, 1)), 100, 0, 60)
	lists := keptLists()
	since := map[member.ID]time.Time{}
	plan := Plan{Changed: true, Now: day(60), Agreed: func(m member.ID) bool { return m != "m7" || !since["m7"].IsZero() }, AgreedAt: func(m member.ID) time.Time { return since[m] }}
	rebuilt(t, all, lists, time.Time{}, plan)
	if _, has := lists.lists[MemberList("m7", Home)]; has {
		t.Fatal("who did not agree has a list")
	}
	since["m7"], plan.Now = day(61), day(62)
	done := rebuilt(t, all, lists, time.Time{}, plan)
	if _, has := lists.lists[MemberList("m7", Home)]; !has || !done.Partly {
		t.Errorf("who agreed has a list: %v; partly %v", has, done.Partly)
	}
}

// Killed anywhere, the next making goes on: in the end every list is there and of one making, and none was made twice but
// for a handful.
func TestAKilledMakingIsGoneOnWith(t *testing.T) {
	all := bazaarOf(rand.New(rand.NewPCG(2, 2)), 400, 0, 120)
	want := keptLists()
	whole := rebuilt(t, all, want, time.Time{}, Plan{Changed: true})
	rounds := want.rounds
	for full := 1; full < rounds; full += 3 {
		lists := keptLists()
		lists.full = full
		if _, err := Rebuild(t.Context(), records{all: all}, lists, time.Time{}, Plan{Agreed: everybody, Changed: true}); !errors.Is(err, errFull) {
			t.Fatalf("round %d: %v", full, err)
		}
		made := 0
		for key := range lists.lists {
			if key.Of == OfMember && key.Name == string(Home) {
				made++
			}
		}
		lists.full = 0
		again := rebuilt(t, all, lists, time.Time{}, Plan{Changed: true})
		for key, l := range want.lists {
			if got := lists.lists[key]; !reflect.DeepEqual(got, l) {
				t.Fatalf("killed in round %d, %v is %+v, want %+v", full, key, got, l)
			}
		}
		if again.Members+made > whole.Members+putAtOnce {
			t.Errorf("killed in round %d, %d members had lists and %d were made of %d", full, made, again.Members, whole.Members)
		}
		if !lists.build.Done {
			t.Errorf("killed in round %d, it is not done", full)
		}
	}
}

func TestWhenAllListsAreMade(t *testing.T) {
	all := bazaarOf(rand.New(rand.NewPCG(3, 3)), 100, 0, 60)
	for name, c := range map[string]struct {
		change func(*kept, *Plan)
		at     time.Time
		partly bool
	}{
		"nothing wrong":             {func(*kept, *Plan) {}, day(60), true},
		"all are asked for":         {func(_ *kept, p *Plan) { p.Changed = false }, day(60), false},
		"an earlier time":           {func(*kept, *Plan) {}, day(50), false},
		"the lists are gone":        {func(k *kept, _ *Plan) { clear(k.lists) }, day(60), false},
		"nothing is known of it":    {func(k *kept, _ *Plan) { k.build = Build{} }, day(60), false},
		"weights of other signals":  {func(k *kept, _ *Plan) { k.build.All = k.build.All[1:] }, day(60), false},
		"left by one killed before": {func(k *kept, _ *Plan) { k.build.Done, k.build.At = false, day(50) }, day(60), false},
	} {
		lists, plan := keptLists(), Plan{Changed: true}
		rebuilt(t, all, lists, day(59), plan)
		c.change(lists, &plan)
		if done := rebuilt(t, all, lists, c.at, plan); done.Partly != c.partly || c.partly == (done.Members > 80) {
			t.Errorf("%s: partly %v, %d members", name, done.Partly, done.Members)
		}
	}
	lists := keptLists()
	rebuilt(t, all, lists, day(59), Plan{Changed: true})
	learned := lists.build.Learned
	rebuilt(t, all, lists, day(62), Plan{Changed: true})
	if !lists.build.Learned.Equal(learned) {
		t.Error("three days later it is learned anew")
	}
	rebuilt(t, all, lists, day(66), Plan{Changed: true})
	if lists.build.Learned.Equal(learned) {
		t.Error("a week later nothing is learned")
	}
}

// Of a making of all and of one of what changed, where two members of a hundred bought something.
func BenchmarkRebuild(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	all := bazaarOf(r, 3000, 0, 600)
	for _, changed := range []bool{false, true} {
		b.Run(fmt.Sprint("changed=", changed), func(b *testing.B) {
			lists := keptLists()
			plan := Plan{Agreed: everybody, Changed: true}
			if _, err := Rebuild(context.Background(), records{all: all}, lists, time.Time{}, plan); err != nil {
				b.Fatal(err)
			}
			last := lists.build
			b.ReportAllocs()
			for b.Loop() {
				plan.Changed = changed
				lists.build = last
				if _, err := Rebuild(context.Background(), records{all: all}, lists, time.Time{}, plan); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
