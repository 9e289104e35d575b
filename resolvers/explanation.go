package resolvers

import (
	"context"
	"strconv"
	"strings"

	"membergate/graph"
	"membergate/internal/order"
	"membergate/internal/phrase"
	"membergate/internal/viewer"
	"membergate/internal/wallet"
)

// title is what an entry is called: the programme's words for its earning rule, else the gateway's own.
func (r *Root) title(ctx context.Context, e *wallet.Entry) string {
	if rule, ok := r.Book.At(e.OccurredAt).EarnRule(e.Title, order.RuleOf(e.Lines)); ok && e.Kind == wallet.Earn {
		return rule.Titles.In(locale(ctx))
	}
	return phrase.Say(viewer.From(ctx).Locale, e.Title)
}

// explanation tells how an entry's coins came about; nil if there is nothing to tell.
func (r *Root) explanation(ctx context.Context, e *wallet.Entry) *graph.EarnExplanation {
	if len(e.Lines) == 0 || e.Kind != wallet.Earn && e.Kind != wallet.Adjust {
		return nil
	}
	out := &graph.EarnExplanation{ProgrammeVersion: e.Programme}
	for _, l := range e.Lines {
		out.Lines = append(out.Lines, &graph.EarnLine{Label: r.label(ctx, e, l), Coins: int(l.Coins)})
		if l.Code == "WALLET_FULL" || l.Code == "CAP" {
			out.CappedBy = text(l.Code)
		}
	}
	return out
}

func (r *Root) label(ctx context.Context, e *wallet.Entry, l wallet.Line) string {
	fill := l.Detail
	switch l.Code {
	case "ADJUSTED":
		return r.categoryName(ctx, e.OccurredAt, l.Detail)
	case "BASE": // basis points as percent
		fill = hundredths(l.Detail)
	case "INDEX": // basis points, and the audit
		points, _, _ := strings.Cut(l.Detail, " ")
		fill = hundredths(points)
	case "MULTIPLIER": // percent as times
		fill = hundredths(l.Detail)
	case "TIER":
		fill = r.tierByCode(ctx, l.Detail).Name
	}
	return phrase.Say(viewer.From(ctx).Locale, "line."+l.Code, fill)
}

// hundredths writes a whole number of hundredths without needless zeros: 150 is "1.5", 300 is "3".
func hundredths(n string) string {
	v, err := strconv.ParseInt(n, 10, 64)
	if err != nil {
		return n
	}
	s := strconv.FormatFloat(float64(v)/100, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
