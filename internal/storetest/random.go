package storetest

import (
	crand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"time"

	"membergate/internal/account"
	"membergate/internal/member"
	"membergate/internal/order"
	"membergate/internal/wallet"
)

// name makes a name that no other test uses.
func name(word string) string { return word + "-" + strings.ToLower(crand.Text()[:12]) }

// dice makes random numbers that are the same in every run of a test.
func dice(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 2011)) }

// filled makes a value in which every field, at any depth, holds something: a field that a store forgets shows as a
// difference, and so does one that is added to the struct later.
func filled[T any](r *rand.Rand) T {
	var v T
	fill(r, reflect.ValueOf(&v).Elem())
	return v
}

var moment = reflect.TypeFor[time.Time]()

// letters are what stores are known to stumble over.
var letters = []string{"a", "Z", "0", " ", ".", "$", "/", ":", "\"", "\\", "'", "%", "é", "金", "🥬", "\n", "<", "&"}

func fill(r *rand.Rand, v reflect.Value) {
	if v.Type() == moment {
		v.Set(reflect.ValueOf(time.UnixMilli(r.Int64N(2_500_000_000_000)).UTC()))
		return
	}
	switch v.Kind() {
	case reflect.String:
		var b strings.Builder
		for range 3 + r.IntN(10) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		v.SetString(b.String())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(1 + r.Int64N(1<<30)*(1-2*int64(r.IntN(2))))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(r, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+r.IntN(3), 4))
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 1 + r.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(r, key)
			fill(r, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	default:
		panic(fmt.Sprintf("storetest: cannot fill a %s", v.Type()))
	}
}

// someone makes a holder with every field filled, under new names, as Create stores it.
func someone(r *rand.Rand) account.Holder {
	h := filled[account.Holder](r)
	h.Profile.ID, h.Profile.Handle = member.ID(name("member")), name("handle")
	h.Account.Member, h.Account.Wallet = h.Profile.ID, wallet.NewID()
	h.Profile.Version, h.Account.Version = 1, 1
	h.Profile.Demo, h.Profile.Sealed = false, ""
	return h
}

// entry makes a ledger's entry with every field filled.
func entry(r *rand.Rand, id wallet.ID, seq int64, op string) wallet.Entry {
	e := filled[wallet.Entry](r)
	e.Wallet, e.Seq, e.Op = id, seq, op
	return e
}

// chain makes entries 1 to n of a new wallet, their ops named op-1 to op-n.
func chain(r *rand.Rand, n int64) []wallet.Entry {
	id := wallet.NewID()
	var out []wallet.Entry
	for seq := int64(1); seq <= n; seq++ {
		out = append(out, entry(r, id, seq, fmt.Sprintf("op-%d", seq)))
	}
	return out
}

// record makes a record with every field filled, as Put stores it.
func record(r *rand.Rand, who member.ID, kind order.Kind) order.Record {
	rec := filled[order.Record](r)
	rec.Event.Kind, rec.Event.ID, rec.Event.Member = kind, name("no"), who
	rec.ID, rec.Refunds, rec.Applied = rec.Event.RecordID(), nil, false
	return rec
}

// together runs f n times at once and gives the errors in the order of their numbers.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	all.Wait()
	return errs
}
