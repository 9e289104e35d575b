package resolvers

import (
	"context"
	"time"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/phrase"
	"membergate/internal/programme"
	"membergate/internal/report"
	"membergate/internal/viewer"
	"membergate/loaders"
)

// subjectIf reads the id of a post or a comment; what is neither is as unknown as any.
func subjectIf(id string) community.Subject {
	kind, key, _ := readID(id)
	switch kind {
	case kindPost:
		return community.Subject{Kind: community.OnPost, ID: key}
	case kindComment:
		return community.Subject{Kind: community.OnComment, ID: key}
	default:
		return community.Subject{Kind: community.OnPost}
	}
}

func subjectID(on community.Subject) string {
	if on.Kind == community.OnComment {
		return globalID(kindComment, on.ID)
	}
	return globalID(kindPost, on.ID)
}

// ContentReport reports what somebody else wrote.
func (m mutation) ContentReport(ctx context.Context, input graph.ContentReportInput) (*graph.ContentReportPayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	h, err := m.holder(ctx)
	if err != nil {
		return nil, err
	}
	q, err := m.Reporting.Report(ctx, reader, report.Ask{On: subjectIf(input.SubjectID), Reason: input.Reason, Text: said(input.Text),
		Joined: h.Profile.JoinedAt, Block: input.AlsoBlock != nil && *input.AlsoBlock}, loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.ContentReportPayload{UserErrors: []*graph.ContentReportUserError{}}
	if refused != nil {
		out.UserErrors = append(out.UserErrors, &graph.ContentReportUserError{
			Field: refused.field, Message: refused.message, Code: graph.ContentReportErrorCode(refused.code), Nearest: refused.nearest,
		})
	}
	if q.ID != "" {
		out.Report = m.report(ctx, q)
	}
	return out, m.tiesAgain(ctx)
}

func (r *Root) report(ctx context.Context, q report.Report) *graph.Report {
	return &graph.Report{
		ID: globalID(kindReport, q.ID), SubjectID: subjectID(q.On), Reason: q.Reason, ReasonName: r.reportReason(ctx, q.At, q.Reason),
		Text: text(r.Reporting.Read(q.Sealed)), State: string(q.State), Outcome: phrase.Say(viewer.From(ctx).Locale, "report."+string(q.State)),
		CreatedAt: q.At, ResolvedAt: momentOf(q.Decided),
	}
}

// reportReason is a reason in words, as the programme had it at a time.
func (r *Root) reportReason(ctx context.Context, at time.Time, code string) string {
	var all []programme.Named
	if m := r.Book.At(at).Moderation; m != nil {
		all = m.Reports.Reasons
	}
	return choice(ctx, all, code).Name
}

// Reports lists what the member has reported, newest first.
func (m memberFields) Reports(ctx context.Context, obj *graph.Member, first *int, after *string) (*graph.ReportConnection, error) {
	who := obj.Holder.Profile.ID
	l := cursor.List{Name: "member.reports", Owner: string(who)}
	span, err := m.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	read, err := m.Reporting.Store.Of(ctx, who, placeAfter(span), span.Limit+1)
	if err != nil {
		return nil, err
	}
	page := slice(m.Cursors, l, span, read, func(q report.Report) cursor.Place { return cursor.Place{Key: q.At.UnixMilli(), ID: q.ID} })
	out := &graph.ReportConnection{Edges: []*graph.ReportEdge{}, Nodes: []*graph.Report{}, PageInfo: pageInfo(page)}
	for i, q := range page.Nodes {
		node := m.report(ctx, q)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.ReportEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// placeAfter is where a page of a list by time begins; nil for its beginning.
func placeAfter(s cursor.Span) *report.Place {
	if s.After == nil {
		return nil
	}
	return &report.Place{At: time.UnixMilli(s.After.Key).UTC(), ID: s.After.ID}
}

// reportNode shows a report to who made it.
func (r *Root) reportNode(ctx context.Context, key string) (graph.Node, error) {
	o := loaders.From(ctx)
	if !o.Viewer.SignedIn() {
		return nil, nil
	}
	q, known, err := r.Reporting.Store.ByID(ctx, key)
	if err != nil || !known || q.Reporter != o.Me() {
		return nil, err
	}
	return r.report(ctx, q), nil
}

// ContentAppeal asks for a second look.
func (m mutation) ContentAppeal(ctx context.Context, input graph.ContentAppealInput) (*graph.ContentAppealPayload, error) {
	reader, err := m.writer(ctx)
	if err != nil {
		return nil, err
	}
	c, err := m.Reporting.Appeal(ctx, reader.Member, subjectIf(input.SubjectID), input.Text, loaders.From(ctx).Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	out := &graph.ContentAppealPayload{UserErrors: []*graph.ContentAppealUserError{}}
	switch {
	case refused != nil:
		out.UserErrors = append(out.UserErrors, &graph.ContentAppealUserError{Field: refused.field, Message: refused.message, Code: graph.ContentAppealErrorCode(refused.code)})
	case c.Post != nil:
		out.Post = m.written(ctx, *c.Post, reader)
	default:
		loaders.From(ctx).Comments.Replace(c.Comment.ID, *c.Comment)
		shown := c.Comment.As(reader)
		out.Comment = comment(&shown)
	}
	return out, nil
}

// moderationRules are what can be reported; nil where nothing.
func moderationRules(ctx context.Context, m *programme.Moderation) *graph.ModerationRules {
	if m == nil {
		return nil
	}
	out := &graph.ModerationRules{DailyReports: int(m.Reports.Daily), AnswerHours: int(m.AnswerHours), AppealDays: int(m.AppealDays),
		ReportReasons: []*graph.ModerationReason{}, Reasons: []*graph.ModerationReason{}}
	for _, n := range m.Reports.Reasons {
		out.ReportReasons = append(out.ReportReasons, &graph.ModerationReason{Code: n.Code, Name: n.Names.In(locale(ctx))})
	}
	for _, n := range m.Reasons {
		out.Reasons = append(out.Reasons, &graph.ModerationReason{Code: n.Code, Name: n.Names.In(locale(ctx)), NeedsNote: n.Note})
	}
	return out
}
