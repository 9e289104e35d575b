package main

import (
	"slices"
	"testing"
)

// lockedOf finds a locked benefit in an answer by its code; nil if it is not locked.
func lockedOf(t *testing.T, r reply, code string) map[string]any {
	t.Helper()
	nodes, _ := r.at(t, "me", "lockedBenefits", "nodes").([]any)
	for _, n := range nodes {
		if l := n.(map[string]any); l["benefit"].(map[string]any)["code"] == code {
			return l
		}
	}
	return nil
}

// What is locked says what is missing in the member's language, which ways there are, and when it comes by itself.
func TestWhatIsMissingIsToldInEveryLanguage(t *testing.T) {
	onEngines(t, func(t *testing.T, e *engine) {
		locked := func(who, language string) reply {
			return good(t, e.gateway.url, question{who: who, at: sampleEnd, header: map[string]string{"Accept-Language": language}, query: `{me{
				lockedBenefits(first: 50){nodes{benefit{code terms version quota{count per unlimited}} from missing{code text values excluded from choice way}}}}}`})
		}
		waits := "" // somebody who spends and takes part too little for the benefit of two ways
		for _, who := range []string{single, adult, teen, child, stranger, villager} {
			if lockedOf(t, locked(who, "en"), "NEW_ARRIVALS") != nil {
				waits = who
			}
		}
		if waits == "" {
			t.Fatal("nobody waits for NEW_ARRIVALS")
		}
		for language, want := range map[string]string{"en": "On 8 October", "zh-CN": "每年10月8日", "zh-TW": "每年10月8日"} {
			festival := lockedOf(t, locked(owner, language), "MEMBER_FESTIVAL")
			if festival == nil {
				t.Fatal("MEMBER_FESTIVAL is not locked")
			}
			missing := festival["missing"].([]any)[0].(map[string]any)
			if missing["text"] != want || missing["code"] != "YEAR_DAY" || missing["from"] != "2011-10-07T16:00:00Z" || festival["from"] != "2011-10-07T16:00:00Z" {
				t.Errorf("in %s: %v", language, festival)
			}
		}
		for language, want := range map[string][]string{
			"en":    {"Any one of these", "Members we know as High value or Interactive", "A liking for Organic food"},
			"zh-CN": {"满足其中一项即可", "属于高净值会员或高互动会员", "喜好有机食材"},
			"zh-TW": {"滿足其中一項即可", "屬於高淨值會員或高互動會員", "喜好有機食材"},
		} {
			var texts, ways []string
			for _, m := range lockedOf(t, locked(waits, language), "NEW_ARRIVALS")["missing"].([]any) {
				each := m.(map[string]any)
				texts = append(texts, each["text"].(string))
				if way, ok := each["way"].(string); ok {
					ways = append(ways, way)
				} else if each["choice"] != "1" {
					t.Errorf("needed in any case: %v", each)
				}
			}
			if !slices.Equal(texts, want) || !slices.Equal(ways, []string{"1.1", "1.2"}) {
				t.Errorf("in %s: %q in the ways %q", language, texts, ways)
			}
		}
	})
}
