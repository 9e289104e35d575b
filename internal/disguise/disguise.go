// Package disguise writes bad words so that people still read them and a filter may not. It is for tests: of the rules by
// themselves, and of what members send.
package disguise

import (
	"strings"
	"unicode"
)

// Words are the fifty that the promise is made for: those that anybody would call bad, from every list, without choosing
// by how easily they are found.
var Words = strings.Fields(`
	代开发票 办假证 信用卡套现 裸贷 刷单 洗钱 高利贷 传销 跑分平台 假币
	赌博 六合彩 时时彩 百家乐 老虎机 网赌 casino 博彩 炸金花 外围投注
	裸聊 约炮 援交 卖淫 嫖娼 色情 春药 迷奸 porn viagra
	冰毒 海洛因 摇头丸 可卡因 毒品 cocaine 枪支弹药 仿真枪 炸药配方 出售枪支
	傻逼 草泥马 操你妈 王八蛋 婊子 脑残 fuck bitch 加微信 加v信`)

// Way is one way of writing a word.
type Way struct {
	Name string
	As   func(word string) string
}

// Ways are the twelve. They need the simplified character of each traditional one.
func Ways(simplified map[rune]rune) []Way {
	return []Way{
		{"spaces", between(" ")},
		{"asterisks", between("*")},
		{"invisible characters", between("\u200b")},
		{"full width", wide},
		{"capitals", capitals},
		{"dots", between("·")},
		{"dashes", between("--")},
		{"emoji", between("👉🏻")},
		{"traditional characters", func(w string) string { return traditional(simplified, w) }},
		{"struck through", func(w string) string { return between("\u0336")(w) + "\u0336" }},
		{"upright", func(w string) string { return "\n" + between("\n")(w) + "\n" }},
		{"repeated letters", twice},
	}
}

// In puts a word where it may stand: alone, before, after and amid text. A Latin word keeps its spaces.
func In(w string) []string {
	return []string{w, "今天有" + Apart(w) + "的请看这里，欢迎新老朋友。", Apart(w) + "，懂的都懂！", "不说废话：" + w}
}

// Apart keeps a Latin word apart from its neighbours, as people write it.
func Apart(w string) string {
	if r := []rune(w); unicode.Is(unicode.Latin, r[len(r)-1]) {
		return " " + w + " "
	}
	return w
}

func between(sign string) func(string) string {
	return func(w string) string { return strings.Join(strings.Split(w, ""), sign) }
}

func wide(w string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F {
			return r + 0xFEE0
		}
		return r
	}, between("\u3000")(w))
}

func capitals(w string) string {
	up := false
	return strings.Map(func(r rune) rune {
		up = !up
		if up {
			return unicode.ToUpper(r)
		}
		return r
	}, w)
}

func twice(w string) string {
	var b strings.Builder
	for _, r := range w {
		b.WriteString(strings.Repeat(string(r), 2))
	}
	return b.String()
}

// traditional turns characters back, as far as there is a traditional one.
func traditional(simplified map[rune]rune, word string) string {
	back := map[rune]rune{}
	for t, s := range simplified {
		if old, ok := back[s]; !ok || t < old { // the same one every time
			back[s] = t
		}
	}
	return strings.Map(func(r rune) rune {
		if t, ok := back[r]; ok {
			return t
		}
		return r
	}, word)
}
