package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// produced are the codes of refusals that answers over HTTP have had in this run, by mutation.
var produced struct {
	mu    sync.Mutex
	codes map[string]map[string]bool
}

// noteRefusals keeps the codes of an answer. Documents that name a field otherwise are not understood.
func noteRefusals(r reply) {
	if !strings.Contains(r.text, `"userErrors":[{`) {
		return
	}
	var fields map[string]struct{ UserErrors []struct{ Code string } }
	if json.Unmarshal(r.Data, &fields) != nil {
		return
	}
	produced.mu.Lock()
	defer produced.mu.Unlock()
	if produced.codes == nil {
		produced.codes = map[string]map[string]bool{}
	}
	for field, of := range fields {
		for _, e := range of.UserErrors {
			if produced.codes[field] == nil {
				produced.codes[field] = map[string]bool{}
			}
			produced.codes[field][e.Code] = true
		}
	}
}

// ofPeople begin the names of the mutations of families, the community and sessions.
var ofPeople = []string{"family", "approval", "post", "comment", "content", "moderation", "reaction", "bookmark", "follow", "group", "memberBlock", "memberMute", "mutedWord", "mediaUpload", "identity",
	"signIn", "signOut", "session", "phoneCode", "memberSuspension"}

// unproduced are the codes that the schema promises of those mutations and no answer had, as "Enum CODE". Mutations that
// share an enum produce its codes together.
func unproduced() ([]string, error) {
	text, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		return nil, err
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema", Input: string(text)})
	if err != nil {
		return nil, err
	}
	promised := map[string]bool{}
	seen := map[string]bool{}
	for _, f := range schema.Mutation.Fields {
		if !slices.ContainsFunc(ofPeople, func(begin string) bool { return strings.HasPrefix(f.Name, begin) }) {
			continue
		}
		errors := schema.Types[f.Type.Name()].Fields.ForName("userErrors")
		if errors == nil {
			continue
		}
		enum := schema.Types[schema.Types[errors.Type.Name()].Fields.ForName("code").Type.Name()]
		for _, v := range enum.EnumValues {
			promised[enum.Name+" "+v.Name] = true
			if produced.codes[f.Name][v.Name] {
				seen[enum.Name+" "+v.Name] = true
			}
		}
	}
	var out []string
	for name := range promised {
		if !seen[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// wholeRun tells whether every test of the package was to run, so that what none of them produced is missing.
func wholeRun() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return false
		}
	}
	return true
}

// Every code of a refusal of these mutations has a test over HTTP that produces it: after all tests have run, none is missing.
func init() {
	atTheEnd(func() error {
		missing, err := unproduced()
		if err != nil || len(missing) == 0 {
			return err
		}
		if os.Getenv("CODES") != "" { // somebody wants to know after a part of the tests
			fmt.Fprintln(os.Stderr, "not produced:", strings.Join(missing, ", "))
		}
		if !wholeRun() {
			return nil
		}
		return fmt.Errorf("no test over HTTP is refused with %s", strings.Join(missing, ", "))
	})
}
