package invoice

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"membergate/internal/member"
	"membergate/internal/order"
)

// Channel is where the orders of a file were placed.
const Channel = "ONLINE_FLAGSHIP"

// dateLayout is how a file writes times, in the programme's zone.
const dateLayout = time.DateTime

// Read reads a whole file, gzipped or not. Wrong rows become problems; only a file that cannot be read at all, or
// whose header is another's, is an error.
func Read(r io.Reader, name string, zone *time.Location) (File, error) {
	in, err := plain(r)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	c := csv.NewReader(in)
	c.FieldsPerRecord, c.ReuseRecord = -1, true
	s := &sheet{
		name: name, zone: zone, invoices: map[string]*order.Event{}, spoilt: map[string]bool{},
		country: map[member.ID]string{}, wares: map[string]*Ware{},
	}
	if err := header(c, name); err != nil {
		return File{}, err
	}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return s.finish(), nil
		}
		var wrong *csv.ParseError
		switch {
		case errors.As(err, &wrong):
			s.problem(wrong.StartLine, "", first(row), "is no CSV row: "+wrong.Err.Error())
		case err != nil:
			return File{}, fmt.Errorf("%s: %w", name, err)
		default:
			line, _ := c.FieldPos(0)
			s.row(row, line)
		}
	}
}

// plain unpacks a gzipped file, told by its first two bytes.
func plain(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if magic, err := b.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		return gzip.NewReader(b)
	}
	return b, nil
}

func header(c *csv.Reader, name string) error {
	row, err := c.Read()
	if err != nil {
		return fmt.Errorf("%s:1: the file has no header; allowed is %s", name, strings.Join(Columns, ","))
	}
	row[0] = strings.TrimPrefix(row[0], "\ufeff")
	if got := strings.Join(row, ","); got != strings.Join(Columns, ",") {
		return fmt.Errorf("%s:1: the header is %q; allowed is %q", name, got, strings.Join(Columns, ","))
	}
	return nil
}

// row takes one row in. A field that is wrong spoils the row's invoice, and the rest of the row counts for nothing.
func (s *sheet) row(row []string, line int) {
	s.file.Rows++
	if len(row) < len(Columns) {
		s.problem(line, "", first(row), fmt.Sprintf("the row has %d columns; allowed are %d", len(row), len(Columns)))
		return
	}
	no := strings.Clone(row[colInvoice])
	quantity, err := strconv.ParseInt(row[colQuantity], 10, 32)
	if err != nil {
		s.problem(line, "Quantity", no, fmt.Sprintf("is %q; allowed are whole numbers of 32 bits", row[colQuantity]))
		return
	}
	price, err := parseMilli(row[colPrice])
	if err != nil {
		s.problem(line, "UnitPrice", no, err.Error())
		return
	}
	at, err := time.ParseInLocation(dateLayout, row[colDate], s.zone)
	if err != nil {
		s.problem(line, "InvoiceDate", no, fmt.Sprintf("is %q; allowed are times such as 2011-10-31 17:19:00", row[colDate]))
		return
	}
	customer := strings.TrimSuffix(strings.TrimSpace(row[colCustomer]), ".0")
	if customer != "" {
		if _, err := strconv.ParseUint(customer, 10, 63); err != nil {
			s.problem(line, "CustomerID", no, fmt.Sprintf("is %q; allowed are numbers, or nothing for a guest", row[colCustomer]))
			return
		}
	}
	if no == "" {
		s.problem(line, "InvoiceNo", no, "is empty; allowed are 1 to 128 characters")
		return
	}
	s.ware(row, price)
	if at.After(s.file.Latest) {
		s.file.Latest = at
	}
	if customer == "" {
		s.file.GuestRows++
		return
	}
	s.line(row, line, no, member.ID(customer), at.UTC(), quantity, price)
}

// line adds a row with a customer to its invoice.
func (s *sheet) line(row []string, line int, no string, who member.ID, at time.Time, quantity, price int64) {
	e := s.invoices[no]
	if e == nil {
		e = &order.Event{Kind: order.Paid, ID: no, Member: member.ID(strings.Clone(string(who))), At: at, Channel: Channel}
		s.invoices[no] = e
	}
	if e.Member != who {
		s.problem(line, "CustomerID", no, fmt.Sprintf("is %q; invoice %s began with %s", row[colCustomer], no, e.Member))
		return
	}
	fen := lineFen(quantity, price)
	e.Fen += fen
	e.Lines = append(e.Lines, order.Line{SKU: s.wares[row[colStock]].Code, Quantity: quantity, Fen: fen})
	s.country[e.Member] = strings.Clone(row[colCountry])
}

// ware keeps what a row says of its product.
func (s *sheet) ware(row []string, price int64) {
	w := s.wares[row[colStock]]
	if w == nil {
		code := strings.Clone(row[colStock])
		w = &Ware{Code: code}
		s.wares[code] = w
	}
	if title := strings.TrimSpace(row[colDescription]); title != "" && title != w.Title {
		w.Title = strings.Clone(title)
	}
	if price > 0 {
		w.PriceMilli = price
	}
}

func (s *sheet) problem(line int, column, invoice, says string) {
	if invoice != "" {
		s.spoilt[strings.Clone(invoice)] = true
	}
	s.file.Problems = append(s.file.Problems, Problem{File: s.name, Line: line, Column: column, Invoice: strings.Clone(invoice), Says: says})
}

func first(row []string) string {
	if len(row) == 0 {
		return ""
	}
	return row[0]
}
