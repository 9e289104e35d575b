package invoice

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"membergate/internal/order"
)

var shanghai = mustZone("Asia/Shanghai")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func read(t *testing.T, rows ...string) File {
	t.Helper()
	text := strings.Join(append([]string{strings.Join(Columns, ",")}, rows...), "\n")
	f, err := Read(strings.NewReader(text), "orders.csv", shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAnInvoiceIsOneEventAtTheTimeOfItsFirstRow(t *testing.T) {
	f := read(t,
		"1,A,Apple,2,2010-12-01 08:26:00,2.55,17850.0,France",
		"2,B,Bread,1,2010-12-01 09:00:00,1.00,17850.0,France",
		"1,C,Cake,1,2010-12-01 08:30:00,0.125,17850.0,Norway",
		"C3,A,Apple,-1,2010-12-02 08:00:00,2.55,17850.0,Spain",
		"4,D,Guest ware,1,2010-12-03 08:00:00,9.99,,Spain",
	)
	at := func(s string) time.Time {
		v, _ := time.ParseInLocation(time.DateTime, s, shanghai)
		return v.UTC()
	}
	want := []Buyer{{ID: "17850", Country: "Spain", Events: []order.Event{
		{Kind: order.Paid, ID: "1", Member: "17850", At: at("2010-12-01 08:26:00"), Fen: 523, Channel: Channel,
			Lines: []order.Line{{SKU: "A", Quantity: 2, Fen: 510}, {SKU: "C", Quantity: 1, Fen: 13}}},
		{Kind: order.Paid, ID: "2", Member: "17850", At: at("2010-12-01 09:00:00"), Fen: 100, Channel: Channel,
			Lines: []order.Line{{SKU: "B", Quantity: 1, Fen: 100}}},
		{Kind: order.Refunded, ID: "C3", Member: "17850", At: at("2010-12-02 08:00:00"), Fen: 255},
	}}}
	if d := cmp.Diff(want, f.Buyers); d != "" {
		t.Errorf("buyers (-want +got):\n%s", d)
	}
	if f.Rows != 5 || f.GuestRows != 1 || !f.Latest.Equal(at("2010-12-03 08:00:00")) {
		t.Errorf("rows %d, guests %d, latest %s", f.Rows, f.GuestRows, f.Latest)
	}
}

func TestProductsComeFromEveryRowAndKeepTheLastTitleAndPrice(t *testing.T) {
	f := read(t,
		"1,85123A, OLD NAME ,1,2010-12-01 08:26:00,2.55,17850.0,France",
		"2,85123A,NEW NAME,1,2010-12-01 08:27:00,2.95,,France",
		"3,85123A,,1,2010-12-01 08:28:00,0,,France",
		"4,85123a,,1,2010-12-01 08:28:00,-1.5,,France",
	)
	want := []Ware{{Code: "85123A", Title: "NEW NAME", PriceMilli: 2950}, {Code: "85123a", Title: "85123a"}}
	if d := cmp.Diff(want, f.Wares); d != "" {
		t.Errorf("wares (-want +got):\n%s", d)
	}
}

func TestAWrongRowSpoilsItsInvoiceAndNamesFileLineAndColumn(t *testing.T) {
	const good = "9,A,Apple,1,2010-12-01 08:26:00,1.00,17850.0,France"
	for name, c := range map[string]struct{ row, says string }{
		"too few columns":    {"1,A,Apple", "orders.csv:3: the row has 3 columns; allowed are 8"},
		"quantity":           {"1,A,Apple,two,2010-12-01 08:26:00,1.00,1.0,France", `orders.csv:3: Quantity is "two"; allowed are whole numbers of 32 bits`},
		"price":              {"1,A,Apple,2,2010-12-01 08:26:00,1.2345,1.0,France", `orders.csv:3: UnitPrice is "1.2345"; allowed are decimal numbers below 1,000,000 with up to three decimals`},
		"date":               {"1,A,Apple,2,01/12/2010,1.00,1.0,France", `orders.csv:3: InvoiceDate is "01/12/2010"; allowed are times such as 2011-10-31 17:19:00`},
		"customer":           {"1,A,Apple,2,2010-12-01 08:26:00,1.00,Bob,France", `orders.csv:3: CustomerID is "Bob"; allowed are numbers, or nothing for a guest`},
		"no invoice":         {",A,Apple,2,2010-12-01 08:26:00,1.00,1.0,France", "orders.csv:3: InvoiceNo is empty; allowed are 1 to 128 characters"},
		"somebody else's":    {"9,A,Apple,2,2010-12-01 08:26:00,1.00,1.0,France", `orders.csv:3: CustomerID is "1.0"; invoice 9 began with 17850`},
		"a quote left open ": {`1,A,"Apple"s,2,2010-12-01 08:26:00,1.00,1.0,France`, `orders.csv:3: is no CSV row: extraneous or missing " in quoted-field`},
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, good, c.row, "1,B,Bread,1,2010-12-01 08:26:00,1.00,2.0,France")
			if len(f.Problems) != 1 || f.Problems[0].String() != c.says {
				t.Fatalf("problems %q, want %q", f.Problems, c.says)
			}
			for _, b := range f.Buyers {
				for _, e := range b.Events {
					if e.ID == f.Problems[0].Invoice {
						t.Errorf("invoice %s has a wrong row and is applied all the same", e.ID)
					}
				}
			}
		})
	}
}

func TestAFileOfOtherColumnsIsRefused(t *testing.T) {
	for _, text := range []string{"", "a,b,c\n"} {
		if _, err := Read(strings.NewReader(text), "x.csv", shanghai); err == nil || !strings.HasPrefix(err.Error(), "x.csv:1: ") {
			t.Errorf("reading %q gives %v, want an error that names x.csv:1", text, err)
		}
	}
}

func TestLinesAreRoundedHalfAwayFromZeroInDecimals(t *testing.T) {
	for _, c := range []struct {
		quantity int64
		price    string
		fen      int64
	}{{1, "0.125", 13}, {-1, "0.125", -13}, {3, "0.001", 0}, {5, "0.001", 1}, {-5, "0.001", -1}, {1, "2.675", 268}, {80995, "2.08", 16846960}, {1, "-11062.06", -1106206}} {
		milli, err := parseMilli(c.price)
		if err != nil {
			t.Fatal(err)
		}
		if got := lineFen(c.quantity, milli); got != c.fen {
			t.Errorf("%d × %s is %d fen, want %d", c.quantity, c.price, got, c.fen)
		}
	}
}

func TestTheSampleHoldsWhatItsDescriptionSays(t *testing.T) {
	f := readFile(t, "testdata/sample-60000.csv.gz")
	paid, refunds := f.Invoices()
	if f.Rows != 60000 || f.GuestRows != 21951 || len(f.Buyers) != 1165 || len(f.Wares) != 2950 || paid != 1903 || refunds != 422 || len(f.Problems) != 0 {
		t.Errorf("rows %d, guests %d, members %d, products %d, paid %d, refunds %d, problems %v",
			f.Rows, f.GuestRows, len(f.Buyers), len(f.Wares), paid, refunds, f.Problems)
	}
}

func readFile(t *testing.T, name string) File {
	t.Helper()
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	f, err := Read(in, name, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
