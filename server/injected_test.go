package main

import (
	"context"
	"crypto/rand"
	bytesof "encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	mathrand "math/rand/v2"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"membergate/internal/account"
	"membergate/internal/member"
)

// overheard are the names of all fields of all commands that were sent to MongoDB.
type overheard struct {
	mu    sync.Mutex
	names map[string]bool
	sent  int
}

// hear passes a connection's commands on and reads the names in them: OP_MSG with a body, and with lists of documents beside it.
func (o *overheard) hear(from io.Reader, to io.Writer) error {
	for {
		head := make([]byte, 16)
		if _, err := io.ReadFull(from, head); err != nil {
			return err
		}
		rest := make([]byte, int(bytesof.LittleEndian.Uint32(head))-16)
		if _, err := io.ReadFull(from, rest); err != nil {
			return err
		}
		if bytesof.LittleEndian.Uint32(head[12:]) == 2013 {
			o.message(rest[4:])
		}
		if _, err := to.Write(append(head, rest...)); err != nil {
			return err
		}
	}
}

func (o *overheard) message(b []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent++
	for len(b) > 4 {
		kind := b[0]
		size := int(bytesof.LittleEndian.Uint32(b[1:]))
		if kind == 0 {
			o.document(b[1 : 1+size])
		} else { // a name, then documents
			section := b[5 : 1+size]
			section = section[strings.IndexByte(string(section), 0)+1:]
			for len(section) > 4 {
				n := int(bytesof.LittleEndian.Uint32(section))
				o.document(section[:n])
				section = section[n:]
			}
		}
		b = b[1+size:]
	}
}

// document reads the names of a BSON document and of those in it.
func (o *overheard) document(b []byte) {
	b = b[4:]
	for len(b) > 1 {
		kind := b[0]
		end := strings.IndexByte(string(b[1:]), 0)
		o.names[string(b[1:1+end])] = true
		b = b[2+end:]
		size := 0
		switch kind {
		case 0x01, 0x09, 0x11, 0x12:
			size = 8
		case 0x02, 0x0d, 0x0e:
			size = 4 + int(bytesof.LittleEndian.Uint32(b))
		case 0x03, 0x04:
			size = int(bytesof.LittleEndian.Uint32(b))
			o.document(b[:size])
		case 0x05:
			size = 5 + int(bytesof.LittleEndian.Uint32(b))
		case 0x07:
			size = 12
		case 0x08:
			size = 1
		case 0x0b:
			first := strings.IndexByte(string(b), 0)
			size = first + 1 + strings.IndexByte(string(b[first+1:]), 0) + 1
			o.names["a regular expression"] = true
		case 0x10:
			size = 4
		case 0x13:
			size = 16
		}
		b = b[size:]
	}
}

// overhear lies between a gateway and MongoDB, and gives the address to use.
func overhear(t *testing.T) (*overheard, string) {
	t.Helper()
	u, err := url.Parse(os.Getenv("MONGODB_URI"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o, to := &overheard{names: map[string]bool{}}, u.Host
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				c.Close()
				continue
			}
			go func() { _ = o.hear(c, server); server.Close() }()
			go func() { _, _ = io.Copy(c, server); c.Close() }()
		}
	}()
	t.Cleanup(func() { l.Close() })
	u.Host = l.Addr().String()
	return o, u.String()
}

// operators are all names with a dollar that the gateway's own commands have.
var operators = strings.Fields(`$db $clusterTime $readPreference $set $unset $inc $push $pull $addToSet $each $slice $sort $setOnInsert $min $max $in $nin $gt $gte $lt $lte $ne $eq $or $and $exists $elemMatch
	$match $addFields $project $group $limit $sum $first $unionWith $cond $size $literal $ifNull $concat $sortArray`)

// canary is in everything that the fuzzed inputs hold, so that it would be seen in a name.
const canary = "kanarie"

// hostile makes one text that means to be more than a text.
func hostile(r *mathrand.Rand) string {
	pieces := []string{`{"$gt":""}`, `{"$ne":null}`, `$where`, `$` + canary, `{"$where":"sleep(1000)"}`, `a.` + canary + `.b`, "\x00", "\u202e", "\u200b", "𝕏", "🍜", "'", `"`, "\\", "\n", "\r\n", `{"level":"ERROR","msg":"request"}`,
		"%00", "../", "$set", "$function", `[$ne]=1`, "0", "-1", "1e309", "\ufeff", "%s%n", "; DROP", "${jndi:ldap://x}", globalID("Wallet", `{"$gt":""}`), globalID("Post", "$where"), "会员"}
	out := canary
	for range 1 + r.IntN(4) {
		out += pieces[r.IntN(len(pieces))]
	}
	return out
}

// asText gives documents in which one text of the arguments is $s.
func asText(schema *ast.Schema, of *ast.Type) []way {
	d := schema.Types[of.Name()]
	var out []way
	switch {
	case d.Name == "ID" || d.Name == "String":
		out = []way{{d.Name, "$s"}}
	case d.Kind == ast.InputObject:
		for _, f := range d.Fields {
			for _, w := range asText(schema, f.Type) {
				parts := []string{f.Name + ": " + w.value}
				for _, other := range d.Fields {
					if other != f && other.Type.NonNull && other.DefaultValue == nil {
						parts = append(parts, other.Name+": "+someValue(schema, other.Type))
					}
				}
				out = append(out, way{w.path, "{" + strings.Join(parts, ", ") + "}"})
			}
		}
	}
	if of.Elem != nil {
		for i := range out {
			out[i].value = "[" + out[i].value + "]"
		}
	}
	return out
}

// Whatever text a member sends in whatever argument, no command to the store has a name or an operator of it, and each request has
// one line in the log.
func TestNoTextOfAMemberBecomesAnOperator(t *testing.T) {
	needServers(t)
	tries := 1500
	if os.Getenv("SOAK") != "" {
		tries = 10_000
	}
	heard, uri := overhear(t)
	name := "test_" + strings.ToLower(rand.Text()[:10])
	pairs := []string{"MONGODB_URI", uri, "REDIS_URL", os.Getenv("REDIS_URL"), "MONGODB_DATABASE", name, "DATA_DIR", t.TempDir(), "SANDBOX", "on", "JWT_HS256_SECRET", testSecret, "RATE_LIMIT", "off"}
	t.Cleanup(func() {
		if err := dropServers(name); err != nil {
			t.Error(err)
		}
	})
	if err := fill(pairs, func(ctx context.Context, _ Settings, st *stores, rules book) error {
		return errors.Join(st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: "fuzzer", DisplayName: "Fuzzer", JoinedAt: foundation})),
			st.accounts.Create(ctx, account.Open(rules, member.Profile{ID: "clerk", DisplayName: "Clerk", JoinedAt: foundation})))
	}); err != nil {
		t.Fatal(err)
	}
	g, err := openGateway(pairs...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.close(); err != nil {
			t.Error(err)
		}
	})
	schema := g.parts.Schema.Schema()
	var documents []string
	for kind, root := range map[string]*ast.Definition{"query": schema.Query, "mutation": schema.Mutation} {
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") || f.Name == "accountClose" {
				continue
			}
			for _, a := range f.Arguments {
				for _, w := range asText(schema, a.Type) {
					arguments := []string{a.Name + ": " + w.value}
					for _, other := range f.Arguments {
						if other != a && other.Type.NonNull && other.DefaultValue == nil {
							arguments = append(arguments, other.Name+": "+someValue(schema, other.Type))
						}
					}
					documents = append(documents, fmt.Sprintf("%s Fuzz($s: %s!) { %s(%s)%s }", kind, w.path, f.Name, strings.Join(arguments, ", "), saying(schema, f.Type.Name())))
				}
			}
		}
	}
	slices.Sort(documents)
	r, everything := mathrand.New(mathrand.NewPCG(10, 47)), staff(t, staffRoles...)
	lines := func() int { return strings.Count(g.log.String(), `"msg":"request"`) }
	before := lines()
	for n := range tries {
		q := question{query: documents[n%len(documents)], variables: map[string]any{"s": hostile(r)}, who: "fuzzer"}
		if n/len(documents)%2 == 1 {
			q.header = everything
		}
		if n%10 == 9 {
			q.operation = hostile(r)
		}
		if a := ask(t, g.url, q); strings.Contains(a.text, "INTERNAL") {
			t.Errorf("%s with %q: %s", q.query, q.variables["s"], shortened(a.text))
		}
	}
	if got := lines() - before; got != tries || strings.Count(g.log.String(), "\n") < got {
		t.Errorf("%d requests have %d lines in the log", tries, got)
	}
	heard.mu.Lock()
	defer heard.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(heard.names)) {
		if strings.Contains(name, canary) || strings.HasPrefix(name, "$") && !slices.Contains(operators, name) || name == "a regular expression" {
			t.Errorf("a command has the name %q", name)
		}
	}
	if heard.sent < tries/4 || len(documents) < 150 || !heard.names["find"] || !heard.names["insert"] && !heard.names["update"] {
		t.Errorf("%d commands were heard of %d ways to send a text, with the names %v", heard.sent, len(documents), slices.Sorted(maps.Keys(heard.names)))
	}
}
