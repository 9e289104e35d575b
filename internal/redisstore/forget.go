package redisstore

import (
	"context"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Forget deletes every list of a member, and what the member hid from them.
func (l *Lists) Forget(ctx context.Context, m member.ID) error {
	keys := []string{l.hiddenKey(m)}
	for _, s := range recommend.Surfaces {
		keys = append(keys, l.key(recommend.MemberList(m, s)))
	}
	return translate(l.s.redis.Del(ctx, keys...).Err())
}
