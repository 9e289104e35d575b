package clock_test

import (
	"testing"
	"time"

	"membergate/internal/clock"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestMonthsAreAddedAsPeopleCountThem(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-31 10:00:00", 1, "2026-02-28 10:00:00"},
		{"2028-01-31 10:00:00", 1, "2028-02-29 10:00:00"},
		{"2028-02-29 10:00:00", 12, "2029-02-28 10:00:00"},
		{"2028-02-29 10:00:00", 48, "2032-02-29 10:00:00"},
		{"2026-03-31 23:59:59", -1, "2026-02-28 23:59:59"},
		{"2026-08-31 00:00:00", 6, "2027-02-28 00:00:00"},
		{"2026-12-31 00:30:00", 2, "2027-02-28 00:30:00"},
		{"2026-07-06 12:00:00", 0, "2026-07-06 12:00:00"},
	} {
		at, err := time.ParseInLocation(time.DateTime, c.from, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := clock.AddMonths(at, c.months, shanghai).In(shanghai).Format(time.DateTime); got != c.want {
			t.Errorf("%s and %d months is %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

func TestInAZoneWithoutSummerTimeEveryMonthBeginsAtFourInTheAfternoonOfUTC(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai") // it had summer time until 1991
	start := time.Date(2000, 1, 15, 0, 0, 0, 0, time.UTC)
	for n := range 600 {
		if got := clock.MonthStart(start, n, shanghai); got.Hour() != 16 || got.Minute() != 0 || got.In(shanghai).Day() != 1 {
			t.Fatalf("month %d begins at %s", n, got)
		}
	}
	for day := start; day.Year() < 2050; day = clock.AddDays(day, 1, shanghai) {
		if next := clock.AddDays(day, 1, shanghai); next.Sub(day) != 24*time.Hour {
			t.Fatalf("the day after %s comes after %s", day, next.Sub(day))
		}
	}
}

func TestInAZoneWithSummerTimeMidnightStaysMidnight(t *testing.T) {
	york := zone(t, "America/New_York")
	at := time.Date(2026, 3, 7, 12, 0, 0, 0, york) // the clocks go forward in the night after
	if got := clock.AddDays(at, 1, york); got.Sub(at) != 23*time.Hour || got.In(york).Hour() != 12 {
		t.Errorf("a day later it is %s", got.In(york))
	}
	for n := range 24 {
		if got := clock.MonthStart(at, n, york).In(york); got.Hour() != 0 || got.Day() != 1 {
			t.Errorf("month %d begins at %s", n, got)
		}
	}
	for _, c := range []struct{ at, day string }{{"2026-11-01T03:59:59Z", "2026-10-31"}, {"2026-11-01T04:00:00Z", "2026-11-01"}} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := clock.Day(at, york); got != c.day || clock.Day(clock.DayStart(at, york), york) != c.day {
			t.Errorf("%s is on %s, want %s", c.at, got, c.day)
		}
	}
}
