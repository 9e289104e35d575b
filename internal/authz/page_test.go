package authz

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const head = `# Who may ask what

Written by ` + "`go test ./internal/authz -update`" + ` (part of ` + "`make generate`" + `) from the one table of rights, ` +
	`[roots.go](../internal/authz/roots.go) and [types.go](../internal/authz/types.go). A field of the schema that has no row, and no row of
its type that covers it, fails that test, and a gateway with such a schema does not start.

The table is asked at every field, before the field is answered ([guard.go](../resolvers/guard.go)); loaders and services ask whose
a thing is by themselves besides. [TestEveryCellOfTheTableOfRightsIsAsWritten](../server/matrix_test.go) asks every root field and the next
of its tests looks at a thing of each kind with an id, but for four kinds that have tests of their own, over HTTP as each of the actors.

What a cell says:

| cell | what comes of asking |
| --- | --- |
| ✓ | nobody is kept out: what is asked may still be refused for what it says, or be null; which things one gets, the rows of their types say |
| – | nothing: null, or missing in a list, byte for byte as for a thing that is not there |
| desk | what the desk asks for, by a code or as its own work, and nothing by its id |
| UNAUTHENTICATED, FORBIDDEN | that error; nothing is read |
| SUSPENDED | the error FORBIDDEN with ` + "`extensions.reason`" + ` SUSPENDED |

The actors: a member in a family with the next three; whose the family is; an adult and a child below 14 in it; a member of
another family; a member whom staff suspended; six kinds of staff, who are members too, each with one role; anybody with a token
that is over, for whom nothing is ever answered, not even what is for everybody. Staff without an account of their own cannot ask
what is about "me". What a role in a family may do is one more table: [rights.md](rights.md).

A suspended member reads everything as before, and may still change what the law gives every member, or what protects them from
others: the rows below whose cell is ✓.

What is tried besides, over HTTP but for the second row, which is tried in the process:

| promise | test |
| --- | --- |
| a thing of every kind, looked at by its id as each actor, and one that is not there: the same bytes | [TestEveryCellOfTheTableOfThingsIsAsWritten](../server/matrix_test.go) |
| every field of every type, as nobody, members and each role of staff, even if a resolver gave it away | [TestAFieldThatIsNotForTheAskerIsNotAnswered](../resolvers/guard_test.go) |
| another's object named in every argument that takes an id, by one other member, in over 2,000 attempts whose other arguments name nothing: the same bytes as for none but for what it cost, and the middle ones as fast | [TestAnothersObjectLooksLikeNothingByEveryWayIn](../server/attempts_test.go) |
| another's cursor is no cursor, in each list of the member's that has something in it | [TestAnothersCursorIsNoCursor](../server/attempts_test.go) |
| answers of members who ask in turns and at once never cross, and no cache may keep one | [TestAnswersOfMembersNeverCross](../server/crossing_test.go) |
| 35 fields that no input has are refused, and nothing is changed | [TestNothingIsSetThatNoInputHas](../server/crossing_test.go) |
| no text of a member becomes a name or an operator in a command to the store, and a request is one line in the log | [TestNoTextOfAMemberBecomesAnOperator](../server/injected_test.go) |
| what a suspended member reads, and does not change | [TestASuspendedMemberReadsAndDoesNotChange](../server/suspension_test.go) |
`

// named is a test that the page names, and the file that it is in.
var named = regexp.MustCompile(`\[(Test\w+)\]\(\.\./([^)]+)\)`)

// page is docs/authorization.md.
func page(t *testing.T) string {
	table, err := New(schemaWith(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(head)
	columns := func(title, first, second string) {
		fmt.Fprintf(&b, "\n## %s\n\n| %s | %s |", title, first, second)
		for _, a := range Actors {
			fmt.Fprintf(&b, " %s |", a)
		}
		b.WriteString("\n" + strings.Repeat("| --- ", len(Actors)+2) + "|\n")
	}
	row := func(name string, r Right, cell func(Actor) Outcome) {
		fmt.Fprintf(&b, "| %s | %s |", name, r)
		for _, a := range Actors {
			fmt.Fprintf(&b, " %s |", cell(a))
		}
		b.WriteString("\n")
	}
	for _, root := range []string{"Query", "Mutation", "Subscription"} {
		if len(table.rights[root]) == 0 {
			continue
		}
		columns("Fields of "+root, "field", "who may ask")
		for _, name := range slices.Sorted(maps.Keys(table.rights[root])) {
			r := table.rights[root][name]
			row(name, r, func(a Actor) Outcome { return r.Root(a, root == "Mutation") })
		}
	}
	things := func(title, first string, of rows) {
		columns(title, first, "who may look")
		for _, name := range slices.Sorted(maps.Keys(of)) {
			r, err := read(of[name])
			if err != nil {
				t.Fatal(err)
			}
			row(name, r, r.Thing)
		}
	}
	things("Things of the member", "type", types)
	things("Fields with a right of their own", "field", fields)
	b.WriteString("\nThe fields of a connection and of an edge have the right of what is in them; those of a payload and of its errors that of the\nchange which gives them.\n")
	return b.String()
}

func TestThePageOfRightsIsTheTable(t *testing.T) {
	const file = "../../docs/authorization.md"
	want := page(t)
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range named.FindAllStringSubmatch(want, -1) {
		source, err := os.ReadFile("../../" + test[2])
		if err != nil || !strings.Contains(string(source), "func "+test[1]+"(t *testing.T)") {
			t.Errorf("%s has no %s (%v)", test[2], test[1], err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("docs/authorization.md is not what the table says: run go test ./internal/authz -update (%v)", err)
	}
}
