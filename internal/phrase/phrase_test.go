package phrase

import (
	"strings"
	"testing"

	"membergate/internal/viewer"
)

func TestEveryPhraseExistsInEveryLanguageWithTheSameBlanks(t *testing.T) {
	for code, texts := range phrases {
		for _, l := range []viewer.Locale{viewer.SimplifiedChinese, viewer.TraditionalChinese, viewer.English} {
			text := texts[string(l)]
			if text == "" {
				t.Errorf("%s has no text in %s", code, l)
			}
			if strings.Contains(text, "{0}") != strings.Contains(texts["zh-CN"], "{0}") {
				t.Errorf("%s: %q in %s has other blanks than %q", code, text, l, texts["zh-CN"])
			}
		}
	}
}

func TestBlanksAreFilledAndUnknownCodesSayThemselves(t *testing.T) {
	if got := Say(viewer.English, "line.BASE", "1.5"); got != "Base rate 1.5 %" {
		t.Errorf("got %q", got)
	}
	if got := Say("fr", "coins.expired"); got != "到期失效" {
		t.Errorf("an unknown language gives %q", got)
	}
	if got := Say(viewer.English, "nothing.such"); got != "nothing.such" {
		t.Errorf("got %q", got)
	}
}
