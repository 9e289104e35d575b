package wallet

import "context"

// Bound is a rule that what a member sets aside must keep besides the rules of what it is set aside for: it refuses a
// posting, or lets it be, by the wallet as it stands. It is asked again when somebody else wrote first.
type Bound func(ctx context.Context, head Entry, p Posting) error

type boundKey struct{}

// Within gives a context in which commands that set coins aside keep a rule.
func Within(ctx context.Context, b Bound) context.Context {
	return context.WithValue(ctx, boundKey{}, b)
}

// bounded asks the context's rule, if there is one.
func bounded(ctx context.Context, head Entry, p Posting) error {
	b, ok := ctx.Value(boundKey{}).(Bound)
	if !ok || p.Kind != SetAside {
		return nil
	}
	return b(ctx, head, p)
}
