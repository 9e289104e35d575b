package edge

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"membergate/internal/fault"
)

// comeBack is when somebody who was turned away should come again.
const comeBack = time.Second

// Crowd counts requests that run at once, and turns away who comes when there are too many: whoever waits in a queue
// that grows gets an answer that nobody waits for any more. It is safe for concurrent use.
type Crowd struct {
	most    int64 // 0 is as many as come
	inside  atomic.Int64
	refused atomic.Int64
}

// NewCrowd lets so many requests run at once; 0 is as many as come.
func NewCrowd(most int) *Crowd { return &Crowd{most: int64(most)} }

// Inside is how many run now.
func (c *Crowd) Inside() int64 { return c.inside.Load() }

// Refused is how many were turned away.
func (c *Crowd) Refused() int64 { return c.refused.Load() }

// Enter lets one more run, unless there are too many; whoever is let in calls Leave. A nil crowd lets everybody in.
func (c *Crowd) Enter() error {
	if c == nil {
		return nil
	}
	if n := c.inside.Add(1); c.most > 0 && n > c.most {
		c.inside.Add(-1)
		c.refused.Add(1)
		return &fault.Fault{Kind: fault.Unavailable, Part: "gateway", Message: "too many requests run at once", RetryAfter: comeBack}
	}
	return nil
}

// Leave says that a request which was let in is done.
func (c *Crowd) Leave() {
	if c != nil {
		c.inside.Add(-1)
	}
}

// turnedAway answers a request that may not run now.
func turnedAway(ctx context.Context, w http.ResponseWriter, err error) answer {
	w.Header().Set("Retry-After", "1")
	return answer{status: http.StatusServiceUnavailable, errors: gqlerror.List{present(ctx, err)}, request: true}
}
