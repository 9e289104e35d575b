package moderation

import (
	"testing"

	"membergate/internal/disguise"
)

func caught(r *Rules, word, text string) bool {
	v := r.Judge(Text{Kind: Post, Body: text}, Facts{}, now)
	for _, w := range v.Words {
		if string(read(w, keepAll).bytes) == string(read(word, keepAll).bytes) {
			return v.State != Pass
		}
	}
	return false
}

// TestDisguisedWordsAreFound keeps the promise for the fifty, and for every word of every list besides.
func TestDisguisedWordsAreFound(t *testing.T) {
	r, ways := Own(), disguise.Ways(simplified)
	if len(disguise.Words) != 50 || len(ways) != 12 {
		t.Fatalf("%d words in %d disguises; the promise is about 50 in 12", len(disguise.Words), len(ways))
	}
	for _, set := range []struct {
		name  string
		words []string
	}{{"fifty", disguise.Words}, {"every word", r.Words()}} {
		t.Run(set.name, func(t *testing.T) {
			found, all := 0, 0
			for _, d := range ways {
				missed := []string{}
				for _, w := range set.words {
					texts := disguise.In(d.As(w))
					if set.name != "fifty" {
						texts = texts[1:2] // the one in which neighbours may hide it
					}
					for _, text := range texts {
						all++
						if caught(r, w, text) {
							found++
						} else {
							missed = append(missed, text)
						}
					}
				}
				if len(missed) > 0 {
					t.Logf("%s hid %d: %q", d.Name, len(missed), missed[:min(8, len(missed))])
				}
			}
			t.Logf("%d of %d disguised words found", found, all)
			if found*100 < all*98 {
				t.Errorf("%d of %d disguised words found; promised are 98 %%", found, all)
			}
		})
	}
}

// Beyond the twelve: what costs little to find as well.
func TestFurtherDisguises(t *testing.T) {
	r := Own()
	for text, word := range map[string]string{
		"来玩赌1博":               "赌博",
		"代a开a发a票":             "代开发票",
		"办 假-证":               "办假证",
		"代开 发票":               "代开发票",
		"v1agra":              "viagra",
		"c@s!no":              "casino",
		"саsinо":              "casino", // Cyrillic letters among Latin ones
		"🅒🅐🅢🅘🅝🅞":              "casino",
		"ｃａｓｉｎｏ":              "casino",
		"càsínö":              "casino",
		"傻傻逼逼":                "傻逼",
		"傻逼逼逼逼":               "傻逼",
		"代\u3164开\u3164发票":    "代开发票",
		"賭\u200e博":            "赌博",
		"CASINO澳门":            "casino",
		"c-a-s-i-n-o tonight": "casino",
	} {
		if !caught(r, word, text) {
			t.Errorf("%q is not found in %q", word, text)
		}
	}
}

// Innocent sentences in which letters of a word happen to follow one another.
func TestInnocentSentencesPass(t *testing.T) {
	r := Own()
	for _, text := range []string{
		"时代开发票据系统的同学看过来", "这条大麻哈鱼真新鲜", "那可是个大麻烦", "宣传销售都很忙", "很有特色情怀的小店", "请支援交通志愿者", "他妈妈的手艺", "前面路口交给你看", "独自慰问老人",
		"单面煎好再刷单面蛋液", "it's hit the spot", "The Scunthorpe class assembled", "a classic cocktail, was hit by rain", "盐 20g\n麻油 5g\n大\n小", "面要大。麻酱要多", "做爱心早餐",
		"蛋白粉20g", "K粉丝50K", "姜黄片三片", "宝宝爱吃哈哈哈哈哈", "李白痴迷于酒",
	} {
		if v := r.Judge(Text{Kind: Post, Body: text}, Facts{}, now); v.State != Pass {
			t.Errorf("%q is %v for %s: %v", text, v.State, v.Reason, v.Words)
		}
	}
}
