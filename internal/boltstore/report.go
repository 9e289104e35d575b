package boltstore

import (
	"context"
	"math"
	"time"

	"membergate/internal/community"
	"membergate/internal/member"
	"membergate/internal/report"
)

// Reports:
//
//	reports           report id → report.Report
//	reportsOf         reporter, 0, when, 8 bytes, report id → nothing
//	openReports       subject, 0, when, 8 bytes, report id → nothing, while it waits for a decision
//	reportSlots       slot → report id
//	uncountedReports  report id → nothing, while it is not known to be in its subject's review
//	moderationLog     subject, 0, number of the line, 8 bytes → report.Entry
//	moderationTimes   when, 8 bytes, subject, 0, number, 8 bytes → nothing
var (
	reports          = newBucket("reports")
	reportsOf        = newBucket("reportsOf")
	openReports      = newBucket("openReports")
	reportSlots      = newBucket("reportSlots")
	uncountedReports = newBucket("uncountedReports")
	moderationLog    = newBucket("moderationLog")
	moderationTimes  = newBucket("moderationTimes")
)

// Reports is a report.Store.
type Reports struct{ s *Store }

// Reports gives the store of reports and the log of moderation.
func (s *Store) Reports() *Reports { return &Reports{s} }

// Add implements report.Store.
func (q *Reports) Add(ctx context.Context, r report.Report) error {
	return q.s.write(ctx, func(t *tx) error {
		key := []byte(r.ID)
		switch {
		case t.has(reports, key):
			return report.ErrExists
		case t.has(reportSlots, []byte(r.Slot)):
			return report.ErrTaken
		}
		if err := t.set(reportSlots, []byte(r.Slot), key); err != nil {
			return err
		}
		if err := t.mark(reportsOf, path(string(r.Reporter), moment(r.At), key), true); err != nil {
			return err
		}
		if err := t.mark(uncountedReports, key, true); err != nil {
			return err
		}
		return putReport(t, r)
	})
}

func putReport(t *tx, r report.Report) error {
	if err := t.mark(openReports, path(subjectName(r.On), moment(r.At), []byte(r.ID)), r.State == report.Open); err != nil {
		return err
	}
	return t.put(reports, []byte(r.ID), r)
}

// ByID implements report.Store.
func (q *Reports) ByID(ctx context.Context, id string) (r report.Report, ok bool, err error) {
	err = q.s.read(ctx, func(t *tx) (err error) {
		r, ok, err = get[report.Report](t, reports, []byte(id))
		return err
	})
	return r, ok, err
}

// Of implements report.Store.
func (q *Reports) Of(ctx context.Context, who member.ID, after *report.Place, n int) (out []report.Report, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		prefix := path(string(who))
		var end []byte
		if after != nil {
			end = path(string(who), moment(after.At), []byte(after.ID))
		}
		for k := range t.backwards(reportsOf, prefix, end) {
			if len(out) >= n {
				return nil
			}
			r, _, err := get[report.Report](t, reports, k[len(prefix)+8:])
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// opened gives at most n reports of a subject that wait, oldest first.
func opened(t *tx, on community.Subject, n int) (out []report.Report, err error) {
	prefix := path(subjectName(on))
	for k := range t.from(openReports, prefix, prefix) {
		if len(out) >= n {
			break
		}
		r, _, err := get[report.Report](t, reports, k[len(prefix)+8:])
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// On implements report.Store.
func (q *Reports) On(ctx context.Context, on community.Subject, n int) (out []report.Report, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out, err = opened(t, on, n)
		return err
	})
	return out, err
}

// Sum implements report.Store.
func (q *Reports) Sum(ctx context.Context, on community.Subject) (sum report.Sum, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		all, err := opened(t, on, math.MaxInt)
		sum = report.Sum{Reports: int64(len(all))}
		for _, r := range all {
			sum.Score += r.Weight
			if r.Weight > 0 {
				sum.Weighty++
			}
			if sum.Since.IsZero() {
				sum.Since = r.At
			}
		}
		return err
	})
	return sum, err
}

// Settle implements report.Store.
func (q *Reports) Settle(ctx context.Context, on community.Subject, before int64, s report.State, at time.Time) error {
	return q.s.write(ctx, func(t *tx) error {
		all, err := opened(t, on, math.MaxInt)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.Round >= before {
				continue
			}
			r.State, r.Decided = s, at
			if err := putReport(t, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// Record implements report.Store.
func (q *Reports) Record(ctx context.Context, who member.ID) (out report.Record, err error) {
	all, err := q.Of(ctx, who, nil, math.MaxInt)
	for _, r := range all {
		switch r.State {
		case report.Actioned:
			out.Agreed++
		case report.Dismissed:
			out.Refused++
		}
	}
	return out, err
}

// Uncounted implements report.Store.
func (q *Reports) Uncounted(ctx context.Context, n int) (out []report.Report, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		for k := range t.after(uncountedReports, nil) {
			if len(out) >= n {
				return nil
			}
			r, _, err := get[report.Report](t, reports, k)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// Counted implements report.Store.
func (q *Reports) Counted(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return q.s.write(ctx, func(t *tx) error {
		for _, id := range ids {
			if err := t.mark(uncountedReports, []byte(id), false); err != nil {
				return err
			}
		}
		return nil
	})
}

func logKey(e report.Entry) []byte { return path(subjectName(e.On), number(e.Number)) }

// logTime begins with a text, as keys of one list do: every line is on it.
func logTime(e report.Entry) []byte { return path("all", moment(e.At), logKey(e)) }

// Write implements report.Store.
func (q *Reports) Write(ctx context.Context, e report.Entry) error {
	return q.s.write(ctx, func(t *tx) error {
		if t.has(moderationLog, logKey(e)) {
			return nil
		}
		if err := t.mark(moderationTimes, logTime(e), true); err != nil {
			return err
		}
		return t.put(moderationLog, logKey(e), e)
	})
}

// Log implements report.Store.
func (q *Reports) Log(ctx context.Context, ask report.LogQuery) (out []report.Entry, err error) {
	err = q.s.read(ctx, func(t *tx) error {
		out = nil
		var end []byte
		if ask.After != nil {
			end = path("all", moment(ask.After.At), placeOfLine(ask.After.ID))
		}
		for k := range t.backwards(moderationTimes, path("all"), end) {
			if len(out) >= ask.Limit {
				return nil
			}
			e, _, err := get[report.Entry](t, moderationLog, k[len(path("all"))+8:])
			if err != nil {
				return err
			}
			if (ask.On == community.Subject{} || e.On == ask.On) && (ask.Staff == "" || e.Staff == ask.Staff) {
				out = append(out, e)
			}
		}
		return nil
	})
	return out, err
}

// placeOfLine reads the id of a line: its subject and its number.
func placeOfLine(id string) []byte {
	on, n := report.LineOf(id)
	return path(subjectName(on), number(n))
}
