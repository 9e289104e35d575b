package moderation

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed lists
var own embed.FS

// Own loads the rules and lists that the program brings. They are part of it, and a test loads them, so it cannot fail.
func Own() *Rules {
	sub, err := fs.Sub(own, "lists")
	if err != nil {
		panic(err)
	}
	r, err := Load(sub)
	if err != nil {
		panic(err)
	}
	return r
}

// file is rules.yaml.
type file struct {
	Length   map[Kind]int `yaml:"length"`
	Links    linkRules    `yaml:"links"`
	Contacts []string     `yaml:"contacts"`
	Repeats  repeatRules  `yaml:"repeats"`
	Pace     []paceRule   `yaml:"pace"`
	Lists    []struct {
		File   string `yaml:"file"`
		Reason Reason `yaml:"reason"`
		State  string `yaml:"state"`
	} `yaml:"lists"`
	Harmless string `yaml:"harmless"`
}

// Load reads rules.yaml and the lists that it names from a folder. An error names the file, the line and what is wrong;
// nothing of a wrong folder comes into force.
func Load(folder fs.FS) (*Rules, error) {
	text, err := fs.ReadFile(folder, "rules.yaml")
	if err != nil {
		return nil, fmt.Errorf("moderation: rules.yaml: %w", err)
	}
	var f file
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&f); err != nil {
		return nil, fmt.Errorf("moderation: rules.yaml: %s", strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	r := &Rules{length: f.Length, links: f.Links, repeats: f.Repeats, pace: f.Pace}
	for _, c := range f.Contacts {
		re, err := regexp.Compile(c)
		if err != nil {
			return nil, fmt.Errorf("moderation: rules.yaml: contacts: %q is no regular expression: %w", c, err)
		}
		r.contacts = append(r.contacts, re)
	}
	var words []word
	seen := map[string]bool{}
	add := func(name string, list int) error {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("moderation: rules.yaml names the list %q: %w", name, err)
		}
		entries, err := entriesOf(name, string(text))
		for _, e := range entries {
			if key := fmt.Sprint(list == exempt, string(read(e, keepAll).bytes)); !seen[key] { // the first list that has it decides
				seen[key] = true
				words = append(words, word{text: e, list: list})
			}
		}
		return err
	}
	for i, l := range f.Lists {
		state, ok := map[string]State{"PASS": Pass, "REVIEW": Review, "BLOCK": Block}[l.State]
		if !ok || l.Reason == "" {
			return nil, fmt.Errorf("moderation: rules.yaml: list %q has state %q and reason %q; allowed are PASS, REVIEW and BLOCK, and a code", l.File, l.State, l.Reason)
		}
		r.lists = append(r.lists, listRule{reason: l.Reason, state: state})
		if err := add(l.File, i); err != nil {
			return nil, err
		}
	}
	if f.Harmless != "" {
		if err := add(f.Harmless, exempt); err != nil {
			return nil, err
		}
	}
	r.lexicon = makeLexicon(words)
	return r, nil
}

// entriesOf are the lines of a list; empty ones and those that begin with # are none.
func entriesOf(name, text string) ([]string, error) {
	var out []string
	n := 0
	for line := range strings.Lines(text) {
		n++
		e := strings.TrimSpace(line)
		if e == "" || strings.HasPrefix(e, "#") {
			continue
		}
		if len(read(e, keepAll).letters) < 2 {
			return nil, fmt.Errorf("moderation: %s:%d: %q is too short; an entry has at least two letters, else it is found in everything", name, n, e)
		}
		out = append(out, e)
	}
	return out, nil
}
