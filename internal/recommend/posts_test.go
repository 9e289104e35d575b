package recommend

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"membergate/internal/community"
	"membergate/internal/member"
)

// wall are posts in memory, hottest first, and whoever follows topics.
type wall struct {
	posts   []community.Post
	follows map[member.ID][]community.TopicID
	down    error
}

func (w wall) Hottest(_ context.Context, n int) (out []community.PostID, err error) {
	for _, p := range w.posts[:min(n, len(w.posts))] {
		out = append(out, p.ID)
	}
	return out, nil
}

func (w wall) ByIDs(_ context.Context, ids []community.PostID) (map[community.PostID]community.Post, error) {
	out := map[community.PostID]community.Post{}
	for _, p := range w.posts {
		for _, id := range ids {
			if p.ID == id {
				out[id] = p
			}
		}
	}
	return out, nil
}

func (w wall) Ties(_ context.Context, m member.ID) (community.Ties, error) {
	return community.Ties{Topics: w.follows[m]}, w.down
}

func newWall(n int) wall {
	w := wall{follows: map[member.ID][]community.TopicID{}}
	for i := range n {
		p := community.Post{ID: community.PostID(fmt.Sprint("p", i)), State: community.Published, Visibility: community.Public}
		switch i % 10 {
		case 3:
			p.State = community.Pending
		case 4:
			p.Visibility = community.Members
		case 9:
			p.Topics = []community.TopicID{"tea"}
		}
		w.posts = append(w.posts, p)
	}
	return w
}

func TestMembersWhoFollowTopicsHaveTheirPostsFirstAndNobodySeesWhatIsNotForEverybody(t *testing.T) {
	w := newWall(300)
	var members []member.ID
	for n := range 2*putAtOnce + 7 {
		m := member.ID(fmt.Sprint("m", n))
		if members = append(members, m); n%2 == 0 {
			w.follows[m] = []community.TopicID{"tea"}
		}
	}
	lists := &kept{shelves: shelves{lists: map[Key]List{}}}
	last, told := 0, 0
	made, err := RebuildPosts(t.Context(), w, lists, members, func(done, of int) {
		if told++; done <= last || of != len(members) {
			t.Errorf("%d of %d are done, after %d", done, of, last)
		}
		last = done
	})
	if err != nil || made != len(lists.lists) || made != 1+putAtOnce+4 || last != len(members) || told != 3 {
		t.Fatalf("%d lists, told %d times up to %d, %v", made, told, last, err)
	}
	own, hot := lists.lists[MemberList("m0", Community)], lists.lists[PopularList(OfPost)]
	for n, want := range []string{"p9", "p19", "p0"} {
		if i := own.Items[n]; i.ID != want || (i.Cause == FollowedTopic) != (n < 2) {
			t.Errorf("place %d has %+v, want %s", n, i, want)
		}
	}
	for name, l := range map[string]List{"own": own, "hot": hot} {
		for _, i := range l.Items {
			var n int
			if _, err := fmt.Sscanf(i.ID, "p%d", &n); err != nil || n%10 == 3 || n%10 == 4 {
				t.Errorf("%s has %+v", name, i)
			}
		}
	}
	if _, ok := lists.lists[MemberList("m1", Community)]; ok {
		t.Error("somebody who follows nothing has a list")
	}
	before := own.Version
	w.posts[0], w.posts[1] = w.posts[1], w.posts[0]
	if _, err := RebuildPosts(t.Context(), w, lists, members[:1], func(int, int) {}); err != nil || lists.lists[MemberList("m0", Community)].Version == before {
		t.Errorf("another order has the same version: %v", err)
	}
}

func TestAStoreThatIsGoneEndsTheListsOfPosts(t *testing.T) {
	w := newWall(20)
	w.down = errors.New("gone")
	lists := &kept{shelves: shelves{lists: map[Key]List{}}}
	if _, err := RebuildPosts(t.Context(), w, lists, []member.ID{"m"}, func(int, int) { t.Error("a member is done") }); !errors.Is(err, w.down) {
		t.Errorf("it ends with %v", err)
	}
	lists = &kept{shelves: shelves{lists: map[Key]List{}}, full: 1}
	w.down, w.follows["m"] = nil, []community.TopicID{"tea"}
	if made, err := RebuildPosts(t.Context(), w, lists, []member.ID{"m"}, func(int, int) {}); !errors.Is(err, errFull) || made != 1 {
		t.Errorf("%d are made, and it ends with %v", made, err)
	}
}
