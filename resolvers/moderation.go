package resolvers

import (
	"context"
	"strings"
	"time"

	"membergate/graph"
	"membergate/internal/community"
	"membergate/internal/cursor"
	"membergate/internal/report"
	"membergate/loaders"
)

// ModerationQueue is what somebody has to look at, for moderators.
func (q query) ModerationQueue(ctx context.Context, filter *graph.ModerationQueueFilter, first *int, after *string) (*graph.ModerationCaseConnection, error) {
	defer loaders.Leave(ctx)
	if err := staffWith(ctx, "moderator", "moderator"); err != nil {
		return nil, err
	}
	ask, l := report.Queue{}, cursor.List{Name: "moderationQueue"}
	if filter != nil && filter.Cause != nil {
		ask.Cause = community.Cause(*filter.Cause)
	}
	if filter != nil && filter.Kind != nil {
		ask.Kind = community.SubjectKind(strings.ToLower(string(*filter.Kind)))
	}
	l.Filter = []string{string(ask.Cause), string(ask.Kind)}
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	ask.After, ask.Limit = placeAfter(span), span.Limit+1
	read, err := q.Reporting.Contents.Queue(ctx, ask)
	if err != nil {
		return nil, err
	}
	for _, c := range read {
		loaders.From(ctx).People.Want(c.Author())
	}
	page := slice(q.Cursors, l, span, read, func(c report.Content) cursor.Place {
		return cursor.Place{Key: c.Waits().Since.UnixMilli(), ID: c.Subject().ID}
	})
	out := &graph.ModerationCaseConnection{Edges: []*graph.ModerationCaseEdge{}, Nodes: []*graph.ModerationCase{}, PageInfo: pageInfo(page)}
	for i, c := range page.Nodes {
		node := q.moderationCase(ctx, c)
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.ModerationCaseEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

func (r *Root) moderationCase(ctx context.Context, c report.Content) *graph.ModerationCase {
	o, on, v, w := loaders.From(ctx), c.Subject(), c.Review(), c.Waits()
	out := &graph.ModerationCase{
		ID: globalID(kindCase, string(on.Kind)+":"+on.ID), SubjectID: subjectID(on), Kind: strings.ToUpper(string(on.Kind)), Body: c.Body(),
		Media: []*graph.MediaImage{}, Moderation: string(c.State()), Ruling: r.ruling(ctx, c.State(), c.Ruling()), Cause: text(string(w.Cause)),
		Since: momentOf(w.Since), ReportCount: int(v.Reports), ReportScore: int(v.Score), Edition: c.Edition(),
		CanDecide: c.MayDecide(string(o.Me())), Content: c,
	}
	if c.Post != nil {
		out.CreatedAt, out.Media = c.Post.CreatedAt, r.pictures(c.Post.Media)
	} else {
		out.CreatedAt = c.Comment.CreatedAt
	}
	if m := r.programme(ctx).Moderation; m != nil && w.Cause != "" {
		due := w.Since.Add(time.Duration(m.AnswerHours) * time.Hour)
		out.DueBy, out.Late = &due, o.Now.After(due)
	}
	return out
}

// pictures are shown with the small ones of those that were uploaded.
func (r *Root) pictures(media []community.Picture) []*graph.MediaImage {
	out := []*graph.MediaImage{}
	for _, m := range media {
		out = append(out, mediaImage(r.address(m.Path), m.Width, m.Height, m.Alt))
	}
	return out
}

// Author is who wrote what the case is about.
func (f caseFields) Author(ctx context.Context, obj *graph.ModerationCase) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Content.Author())
}

// shownReports is how many reports of a case are shown: more say nothing new.
const shownReports = 20

// Reports are those that wait, without who made them.
func (f caseFields) Reports(ctx context.Context, obj *graph.ModerationCase) ([]*graph.ReportedReason, error) {
	out := []*graph.ReportedReason{}
	if obj.Content.Review().Reports == 0 {
		return out, nil
	}
	read, err := f.Reporting.Store.On(ctx, obj.Content.Subject(), shownReports)
	for _, q := range read {
		out = append(out, &graph.ReportedReason{Reason: q.Reason, ReasonName: f.reportReason(ctx, q.At, q.Reason), Text: text(f.Reporting.Read(q.Sealed)), CreatedAt: q.At})
	}
	return out, err
}

// caseOf reads the id of a case.
func caseOf(key string) community.Subject {
	kind, id, _ := strings.Cut(key, ":")
	return community.Subject{Kind: community.SubjectKind(kind), ID: id}
}

// caseNode shows a case to moderators.
func (r *Root) caseNode(ctx context.Context, key string) (graph.Node, error) {
	if staffWith(ctx, "moderator", "moderator") != nil {
		return nil, nil
	}
	c, ok, err := r.Reporting.Case(ctx, caseOf(key))
	if err != nil || !ok {
		return nil, err
	}
	return r.moderationCase(ctx, c), nil
}

// ModerationDecide decides about a post or a comment, by a moderator.
func (m mutation) ModerationDecide(ctx context.Context, input graph.ModerationDecideInput) (*graph.ModerationDecidePayload, error) {
	if err := staffWith(ctx, "moderator", "moderator"); err != nil {
		return nil, err
	}
	o := loaders.From(ctx)
	to := map[graph.ModerationDecision]community.Moderation{graph.ModerationDecisionPublish: community.Published,
		graph.ModerationDecisionLimit: community.Limited, graph.ModerationDecisionRemove: community.Removed}[input.Decision]
	c, err := m.Reporting.Decide(ctx, report.Decision{On: caseOf(keyIf(kindCase, input.CaseID)), Edition: input.Edition, To: to, Reason: said(input.Reason),
		Note: said(input.Note), Staff: string(o.Me())}, o.Now)
	refused, err := refusal(ctx, err)
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return &graph.ModerationDecidePayload{UserErrors: []*graph.ModerationDecideUserError{{
			Field: refused.field, Message: refused.message, Code: graph.ModerationDecideErrorCode(refused.code),
		}}}, nil
	}
	return &graph.ModerationDecidePayload{Case: m.moderationCase(ctx, c), UserErrors: []*graph.ModerationDecideUserError{}}, nil
}

// ModerationLog lists what was decided, newest first.
func (q query) ModerationLog(ctx context.Context, subject *string, staff *string, first *int, after *string) (*graph.ModerationNoteConnection, error) {
	defer loaders.Leave(ctx)
	if err := staffWith(ctx, "moderator", "legal"); err != nil {
		return nil, err
	}
	ask, l := report.LogQuery{Staff: said(staff)}, cursor.List{Name: "moderationLog", Filter: []string{said(subject), said(staff)}}
	if subject != nil {
		ask.On = subjectIf(*subject)
	}
	span, err := q.forward(l, first, after)
	if err != nil {
		return nil, err
	}
	ask.After, ask.Limit = placeAfter(span), span.Limit+1
	read, err := q.Reporting.Store.Log(ctx, ask)
	if err != nil {
		return nil, err
	}
	for _, e := range read {
		loaders.From(ctx).People.Want(e.Author)
	}
	page := slice(q.Cursors, l, span, read, func(e report.Entry) cursor.Place { return cursor.Place{Key: e.At.UnixMilli(), ID: e.Line()} })
	out := &graph.ModerationNoteConnection{Edges: []*graph.ModerationNoteEdge{}, Nodes: []*graph.ModerationNote{}, PageInfo: pageInfo(page)}
	for i, e := range page.Nodes {
		node := &graph.ModerationNote{SubjectID: subjectID(e.On), Number: int(e.Number), Kind: string(e.Kind), At: e.At, Staff: text(e.Staff),
			From: string(e.From), To: string(e.To), Reason: text(e.Reason), Words: text(e.Words), TextHash: e.Text, Member: e.Author}
		out.Nodes = append(out.Nodes, node)
		out.Edges = append(out.Edges, &graph.ModerationNoteEdge{Cursor: page.Cursors[i], Node: node})
	}
	return out, nil
}

// Author is who wrote what the line is about.
func (f lineFields) Author(ctx context.Context, obj *graph.ModerationNote) (*graph.PublicProfile, error) {
	return f.person(ctx, obj.Member)
}
