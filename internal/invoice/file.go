// Package invoice reads files of order lines and brings them into the programme: lines become orders and refunds,
// their buyers members, and what they bought products.
package invoice

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Columns are the columns of a file, in their order.
var Columns = []string{"InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"}

const (
	colInvoice = iota
	colStock
	colDescription
	colQuantity
	colDate
	colPrice
	colCustomer
	colCountry
)

// Problem is a row that could not be read; nothing of its invoice is applied.
type Problem struct {
	File    string
	Line    int
	Column  string // empty for the row as a whole
	Invoice string
	Says    string
}

func (p Problem) String() string {
	if p.Column == "" {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Says)
	}
	return fmt.Sprintf("%s:%d: %s %s", p.File, p.Line, p.Column, p.Says)
}

// Buyer is a member as the file knows them: all their events in the order in which they are applied.
type Buyer struct {
	ID      member.ID
	Country string // the last one in the file
	Events  []order.Event
}

// Ware is a product as the file knows it.
type Ware struct {
	Code       string
	Title      string // the last one that is not empty, else the code
	PriceMilli int64  // the last price above nothing, in thousandths of a yuan; 0 = none
}

// File is what a file of order lines says.
type File struct {
	Rows      int
	GuestRows int       // rows without a customer; only their products count
	Latest    time.Time // the latest date of any row
	Buyers    []Buyer   // by id
	Wares     []Ware    // by code
	Problems  []Problem
}

// Invoices counts the events of the file.
func (f File) Invoices() (paid, refunds int) {
	for _, b := range f.Buyers {
		for _, e := range b.Events {
			if e.Kind == order.Refunded {
				refunds++
			} else {
				paid++
			}
		}
	}
	return paid, refunds
}

// sheet gathers rows while they are read.
type sheet struct {
	file     File
	name     string
	zone     *time.Location
	invoices map[string]*order.Event
	spoilt   map[string]bool // invoices with a wrong row
	country  map[member.ID]string
	wares    map[string]*Ware
}

// finish sorts what was gathered; invoices with a wrong row are left out as a whole.
func (s *sheet) finish() File {
	buyers := map[member.ID]*Buyer{}
	for no, e := range s.invoices {
		if s.spoilt[no] {
			continue
		}
		b := buyers[e.Member]
		if b == nil {
			b = &Buyer{ID: e.Member, Country: s.country[e.Member]}
			buyers[e.Member] = b
		}
		if strings.HasPrefix(no, "C") { // a refund's lines are negative; a refund itself is an amount
			e.Kind, e.Fen, e.Lines, e.Channel = order.Refunded, abs(e.Fen), nil, ""
		}
		b.Events = append(b.Events, *e)
	}
	for _, b := range buyers {
		sort.Slice(b.Events, func(i, j int) bool {
			x, y := b.Events[i], b.Events[j]
			if x.At.Equal(y.At) {
				return x.ID < y.ID
			}
			return x.At.Before(y.At)
		})
		s.file.Buyers = append(s.file.Buyers, *b)
	}
	sort.Slice(s.file.Buyers, func(i, j int) bool { return s.file.Buyers[i].ID < s.file.Buyers[j].ID })
	for _, w := range s.wares {
		if w.Title == "" {
			w.Title = w.Code
		}
		s.file.Wares = append(s.file.Wares, *w)
	}
	sort.Slice(s.file.Wares, func(i, j int) bool { return s.file.Wares[i].Code < s.file.Wares[j].Code })
	return s.file
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
