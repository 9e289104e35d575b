package live

import "context"

type resumeKey struct{}

// WithResume says which event a client saw last before it came back.
func WithResume(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, resumeKey{}, id)
}

// Resume is the id of the event that the client saw last; empty when it comes for the first time.
func Resume(ctx context.Context) string {
	id, _ := ctx.Value(resumeKey{}).(string)
	return id
}
