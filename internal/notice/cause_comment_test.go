package notice

import (
	"fmt"
	"testing"
	"time"

	"membergate/internal/community"
)

func TestCommentsAreToldOnceForEachPostAndLocalDay(t *testing.T) {
	b := load(t, "retail-5")
	now := day(t, "2026-07-06 12:00")
	said := func(post, at string) community.Heard {
		return community.Heard{Comment: community.CommentID(post + at), Post: community.PostID(post), Author: "a", At: day(t, at)}
	}
	for _, c := range []struct {
		name  string
		heard []community.Heard
		want  string
	}{
		{"none", nil, "[]"},
		{"one", []community.Heard{said("p", "2026-07-06 10:00")}, "[p 2026-07-06 at 10:00 until 07-15]"},
		{"several of a day", []community.Heard{said("p", "2026-07-06 23:59"), said("p", "2026-07-06 09:00"), said("p", "2026-07-06 00:00")}, "[p 2026-07-06 at 00:00 until 07-15]"},
		{"of two days", []community.Heard{said("p", "2026-07-06 00:00"), said("p", "2026-07-05 23:59")}, "[p 2026-07-05 at 23:59 until 07-14 p 2026-07-06 at 00:00 until 07-15]"},
		{"below two posts", []community.Heard{said("q", "2026-07-06 10:00"), said("p", "2026-07-06 09:00")}, "[p 2026-07-06 at 09:00 until 07-15 q 2026-07-06 at 10:00 until 07-15]"},
		{"of which one is no news", []community.Heard{said("p", "2026-06-29 12:00"), said("p", "2026-06-29 11:59")}, "[p 2026-06-29 at 12:00 until 07-08]"},
		{"no news", []community.Heard{said("p", "2026-06-29 11:59")}, "[]"},
	} {
		v := newcomer(b, now)
		v.Heard = c.heard
		for what, find := range map[string]func() ([]Cause, time.Time){
			"all": func() ([]Cause, time.Time) { return Causes(b, v, now) }, "those apart": func() ([]Cause, time.Time) { return Apart(b, v, now) },
		} {
			causes, next := find()
			got := []string{}
			for _, each := range causes {
				if each.Kind != "COMMENT" || each.Group != "" || each.Subject != "Post:"+each.Key[:1] || !each.Fill.Day.Equal(each.At) {
					t.Errorf("%s: %+v", c.name, each)
				}
				zone := b.Zone()
				got = append(got, fmt.Sprintf("%s at %s until %s", each.Key, each.At.In(zone).Format("15:04"), each.Until.In(zone).Format("01-02")))
			}
			if fmt.Sprint(got) != c.want || what == "those apart" && !next.Equal(Ever) {
				t.Errorf("%s, %s: %v, next %v, want %s", c.name, what, got, next, c.want)
			}
		}
	}
	v := newcomer(b, now)
	v.Heard = []community.Heard{said("p", "2026-07-06 10:00")}
	equal(t, "looked at again and again", walk(t, b, v, now, now.AddDate(0, 2, 0)), []string{"2026-07-06 COMMENT 2026-07-06"})
	b.Programme.Notices.Kinds = nil
	if causes, _ := Causes(b, v, now); len(causes) > 0 {
		t.Errorf("a programme that tells of no comments tells %+v", causes)
	}
}
