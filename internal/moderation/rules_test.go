package moderation

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"membergate/internal/disguise"
)

var now = time.Date(2026, 7, 6, 12, 0, 0, 0, time.UTC)

func TestEveryRuleGivesItsVerdict(t *testing.T) {
	r := Own()
	old := Facts{JoinedAt: now.AddDate(-1, 0, 0), Published: 100}
	wrote := func(k Kind, body string, ago time.Duration, times int) Facts {
		f := old
		for range times {
			f.Recent = append(f.Recent, Past{Kind: k, At: now.Add(-ago), Print: PrintOf(body)})
		}
		return f
	}
	long := "番茄炒蛋是最家常的一道菜，先把鸡蛋打散加少许盐，热锅凉油滑炒盛出，再下番茄小火慢慢熬出沙来，最后把鸡蛋倒回去翻匀。今天多放了一勺糖，孩子把盘子都舔干净了，大家周末也试试看吧，记得番茄要挑熟透的，皮可以先烫掉，口感会好很多，汤汁拌饭更是一绝，剩下的第二天早上夹在馒头里也很好吃。"
	for _, c := range []struct {
		name   string
		text   Text
		author Facts
		state  State
		reason Reason
	}{
		{"plain", Text{Post, "今天的荔枝很甜"}, Facts{}, Pass, ""},
		{"emoji alone", Text{Comment, "👍👍"}, Facts{}, Pass, ""},
		{"nothing", Text{Post, " \n\t"}, Facts{}, Block, Blank},
		{"nothing that is seen", Text{Post, "\u200b\u3164\u2060"}, Facts{}, Block, Blank},
		{"longest", Text{Profile, strings.Repeat("好吃", 15)}, Facts{}, Pass, ""},
		{"longer", Text{Profile, strings.Repeat("好吃", 15) + "的"}, Facts{}, Block, TooLong},
		{"a link of somebody new", Text{Post, "看 https://spam.top/x"}, Facts{JoinedAt: now.Add(-24 * time.Hour)}, Review, Links},
		{"a link of nobody knows when", Text{Post, "看 spam.top"}, Facts{}, Review, Links},
		{"two links", Text{Post, "看 https://a.com/x 和 b.cn"}, old, Pass, ""},
		{"three links", Text{Post, "a.com b.cn ｗｗｗ．c．net"}, old, Review, Links},
		{"three links of the retailer's", Text{Post, "a.com b.cn www.c.net"}, Facts{Trusted: true}, Pass, ""},
		{"a telephone number", Text{Post, "联系 138-0013-8000"}, old, Review, Contact},
		{"amounts", Text{Post, "糖 138 克，盐 13 克，水 8000 毫升"}, old, Pass, ""},
		{"an account elsewhere", Text{Post, "有货 VX: ab_cd123"}, old, Review, Contact},
		{"a hundred times the same letter", Text{Post, strings.Repeat("啊", 100)}, old, Review, Monotonous},
		{"a hundred times the same words", Text{Post, strings.Repeat("买它买它真的好", 100)}, old, Review, Monotonous},
		{"the same again", Text{Post, long}, wrote(Post, long, time.Hour, 1), Review, Repeated},
		{"nearly the same again", Text{Post, long + "！"}, wrote(Post, long, time.Hour, 1), Review, Repeated},
		{"the same a week later", Text{Post, long}, wrote(Post, long, 7*24*time.Hour, 1), Pass, ""},
		{"another text", Text{Post, "周末去农场摘草莓，孩子们玩得很开心，带回来两大篮，做了果酱和奶昔。"}, wrote(Post, long, time.Hour, 1), Pass, ""},
		{"thanks again", Text{Comment, "谢谢"}, wrote(Comment, "谢谢", time.Minute, 1), Pass, ""},
		{"within the pace", Text{Post, "今天的荔枝很甜"}, wrote(Post, "早安", time.Hour, 29), Pass, ""},
		{"too many", Text{Post, "今天的荔枝很甜"}, wrote(Post, "早安", time.Hour, 30), Block, TooMany},
		{"too many of somebody new", Text{Post, "甜"}, Facts{Recent: wrote(Post, "早安", time.Hour, 10).Recent}, Block, TooMany},
		{"many, long ago", Text{Post, "今天的荔枝很甜"}, wrote(Post, "早安", 25*time.Hour, 90), Pass, ""},
		{"a word that waits", Text{Post, "来赌博"}, old, Review, "GAMBLING"},
		{"a word that is refused", Text{Post, "来赌博，出售 枪支"}, old, Block, "FORBIDDEN"},
		{"words of the retailer's are judged too", Text{Post, "来赌博"}, Facts{Trusted: true}, Review, "GAMBLING"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := r.Judge(c.text, c.author, now); v.State != c.state || v.Reason != c.reason {
				t.Errorf("%v %q %v, want %v %q", v.State, v.Reason, v.Words, c.state, c.reason)
			}
		})
	}
}

func TestVerdictsNameTheWordsInTheirOrderOnce(t *testing.T) {
	v := Own().Judge(Text{Post, "赌 博，裸聊，赌博"}, Facts{JoinedAt: now.AddDate(-1, 0, 0)}, now)
	if got := strings.Join(v.Words, " "); got != "赌博 裸聊" || v.Reason != "GAMBLING" {
		t.Errorf("%s for %q", v.Reason, got)
	}
}

func TestWrongFoldersAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"no rules":     {map[string]string{}, "rules.yaml"},
		"unknown rule": {map[string]string{"rules.yaml": "lenght: {POST: 1}"}, "lenght"},
		"no list":      {map[string]string{"rules.yaml": "lists: [{file: a.txt, reason: A, state: REVIEW}]"}, "a.txt"},
		"wrong state":  {map[string]string{"rules.yaml": "lists: [{file: a.txt, reason: A, state: NO}]", "a.txt": "坏话"}, "REVIEW"},
		"short word":   {map[string]string{"rules.yaml": "lists: [{file: a.txt, reason: A, state: REVIEW}]", "a.txt": "# x\n坏话\n坏"}, "a.txt:3"},
		"wrong regexp": {map[string]string{"rules.yaml": "contacts: ['(']"}, "regular expression"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := fstest.MapFS{}
			for n, text := range c.files {
				folder[n] = &fstest.MapFile{Data: []byte(text)}
			}
			if _, err := Load(folder); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
}

// The search library keeps its state in what it gives out; were it shared, the race detector or a wrong word would tell.
func TestManyAskAtOnce(t *testing.T) {
	r := Own()
	words := r.Words()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := g; i < len(words); i += 4 {
				if !caught(r, words[i], "有"+disguise.Apart(words[i])+"吧") {
					t.Errorf("%q is not found", words[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestWithoutAServiceTextsPassAndPicturesAreAsSet(t *testing.T) {
	ctx := context.Background()
	if v, err := (LocalOnly{}).Text(ctx, Asked{}, "x"); err != nil || v.State != Pass {
		t.Errorf("%v %v", v, err)
	}
	if v, err := (LocalOnly{}).Picture(ctx, Asked{}, "x"); err != nil || v.State != Pass {
		t.Errorf("%v %v", v, err)
	}
	if v, err := (LocalOnly{Pictures: Review}).Picture(ctx, Asked{}, "x"); err != nil || v.State != Review || v.Reason != Unavailable {
		t.Errorf("%v %v", v, err)
	}
}

// A full list must neither take long to load nor make each post wait: 20,000 words, and the longest text that a provider
// takes.
func BenchmarkJudge(b *testing.B) {
	folder := fstest.MapFS{"rules.yaml": {Data: []byte("lists: [{file: a.txt, reason: A, state: REVIEW}]")}}
	var list strings.Builder
	for i := range 20000 {
		for _, shift := range []int{0, 5, 9, 14} {
			list.WriteRune(rune(0x4E00 + (i*2654435761>>shift)%20000))
		}
		list.WriteString("\n")
	}
	folder["a.txt"] = &fstest.MapFile{Data: []byte(list.String())}
	start := time.Now()
	r, err := Load(folder)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("20,000 words loaded in %v", time.Since(start))
	text := Text{Post, strings.Repeat("番茄炒蛋是最家常的一道菜，先把鸡蛋打散。", 125)}
	for b.Loop() {
		r.Judge(text, Facts{}, now)
	}
}
