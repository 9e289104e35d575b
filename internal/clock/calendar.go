package clock

import "time"

// AddMonths gives the same local clock time n months later; where that day does not exist, the last day of the month:
// 31 January and one month is 28 or 29 February. (time.AddDate would give March.)
func AddMonths(t time.Time, n int, zone *time.Location) time.Time {
	l := t.In(zone)
	first := time.Date(l.Year(), l.Month(), 1, 0, 0, 0, 0, zone).AddDate(0, n, 0)
	day := min(l.Day(), lastDay(first))
	return time.Date(first.Year(), first.Month(), day, l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), zone).UTC()
}

// AddDays gives the same local clock time n days later.
func AddDays(t time.Time, n int, zone *time.Location) time.Time {
	return t.In(zone).AddDate(0, 0, n).UTC()
}

// MonthStart gives 00:00 local time of the month's first day, n months after t's month.
func MonthStart(t time.Time, n int, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), 1, 0, 0, 0, 0, zone).AddDate(0, n, 0).UTC()
}

// DayStart gives 00:00 local time of t's day.
func DayStart(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, zone).UTC()
}

// Day names t's local day, such as 2011-10-31.
func Day(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

func lastDay(firstOfMonth time.Time) int { return firstOfMonth.AddDate(0, 1, -1).Day() }
