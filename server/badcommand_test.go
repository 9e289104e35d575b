package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const columns = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// line gives what a summary says of a thing, such as "paid orders".
func line(summary, of string) string {
	for l := range strings.Lines(summary) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(l), of+" "); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func TestAWrongRowIsNamedItsInvoiceIsLeftOutAndTheRestIsImported(t *testing.T) {
	file := write(t, "orders.csv", columns+
		"1,A,Apple,2,2011-01-01 10:00:00,1.50,100.0,France\n"+
		"2,A,Apple,1,2011-01-01 11:00:00,500,100.0,France\n"+
		"2,B,Bread,many,2011-01-01 11:00:00,2,100.0,France\n"+ // line 4
		"3,C,Cake,1,2011-01-01 12:00:00,1.2.3,200.0,Spain\n"+ // line 5
		"4,D\n"+ // line 6
		"5,E,Egg,10,01/02/2011,1,200.0,Spain\n"+ // line 7
		"6,F,Fig,100,2011-01-02 09:00:00,1,200.0,Spain\n")
	dir := t.TempDir()
	out, log, code := perform([]string{"DATA_DIR", dir}, "import", "orders", file)
	if code != 1 {
		t.Errorf("the exit code is %d, want 1", code)
	}
	if said := onlyError(t, log); said != file+" has 4 wrong rows; nothing of their invoices was imported" {
		t.Errorf("the command ends with %q", said)
	}
	for _, want := range []string{file + ":4: Quantity ", file + ":5: UnitPrice ", file + ":6: ", file + ":7: InvoiceDate "} {
		if strings.Count(log, want) != 1 {
			t.Errorf("the command does not say once where %q is wrong:\n%s", want, log)
		}
	}
	for of, want := range map[string]string{"rows": "7", "paid orders": "2", "paid fen": "10300", "members": "2", "coins earned": "103", "coins available": "103"} {
		if got := line(out, of); got != want {
			t.Errorf("%s: %q, want %s\n%s", of, got, want, out)
		}
	}
}

func TestWhatACommandRefusesItSaysInOneSentence(t *testing.T) {
	fine := write(t, "orders.csv", columns+"1,A,Apple,2,2011-01-01 10:00:00,1.50,100.0,France\n")
	preset, err := os.ReadFile("../programmes/retail-5.yaml")
	if err != nil {
		t.Fatal(err)
	}
	typo := write(t, "typo.yaml", strings.Replace(string(preset), "expiryMonths: 12", "expiryMonth: 12", 1))
	cross := write(t, "cross.yaml", strings.Replace(string(preset), "postMinTier: SILVER", "postMinTier: COPPER", 1))
	lineIn := func(text, part string) string {
		before, _, _ := strings.Cut(text, part)
		return ":" + strings.TrimSpace(jsonOf(strings.Count(before, "\n")+1)) + ":"
	}
	for name, c := range map[string]struct {
		pairs []string
		args  string
		want  []string
	}{
		"a misspelt key in the programme":    {[]string{"PROGRAMME", typo}, "serve", []string{typo + lineIn(string(preset), "expiryMonths: 12"), "expiryMonth"}},
		"a tier that the programme lacks":    {[]string{"PROGRAMME", cross}, "serve", []string{cross + lineIn(string(preset), "postMinTier: SILVER"), "COPPER", "REGISTERED, SILVER, GOLD"}},
		"a programme that does not exist":    {[]string{"PROGRAMME", "retail-6"}, "serve", []string{"retail-6", "retail-5"}},
		"a programme file that is not there": {[]string{"PROGRAMME", "/nowhere/shop.yaml"}, "serve", []string{"/nowhere/shop.yaml"}},
		"manifests that are not there":       {[]string{"MANIFESTS", "/nowhere"}, "serve", []string{`MANIFESTS is "/nowhere"; allowed is a folder of manifests PLATFORM/VERSION.json`}},
		"an unknown consent":                 {nil, "import orders " + fine + " --consent ASTROLOGY", []string{`--consent is "ASTROLOGY"; allowed are PERSONALISATION, `}},
		"a file that is not there":           {nil, "import orders /nowhere/orders.csv", []string{"/nowhere/orders.csv"}},
		"a file with other columns":          {nil, "import orders " + write(t, "other.csv", "a,b\n1,2\n"), []string{`other.csv:1: the header is "a,b"; allowed is "InvoiceNo,`}},
		"no file":                            {nil, "import orders", []string{"accepts 1 arg(s), received 0"}},
		"MongoDB that is not there":          {[]string{"MONGODB_URI", "mongodb://user:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=50", "APP_ENV", "production"}, "serve", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			out, log, code := perform(append([]string{"DATA_DIR", dir}, c.pairs...), strings.Fields(c.args)...)
			if code != 1 || out != "" || strings.Contains(log, "hunter2") {
				t.Errorf("code %d, out %q, log %s", code, out, log)
			}
			if c.want == nil {
				return // several settings are wrong, each in a line of its own
			}
			said := onlyError(t, log)
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("the command says %q, want %q in it", said, want)
				}
			}
			if _, err := os.Stat(dir); err == nil && strings.HasPrefix(c.args, "import") {
				t.Error("a refused import has made stores")
			}
		})
	}
}
