package redisstore

import (
	"context"

	"membergate/internal/member"
	"membergate/internal/recommend"
)

// Forget deletes every list of a member, and all that is known of the member beside them.
func (l *Lists) Forget(ctx context.Context, m member.ID) error {
	keys := []string{l.ofMember(m, tasteName), l.ofMember(m, traceName), l.ofMember(m, toldName)}
	for _, s := range recommend.Surfaces {
		keys = append(keys, l.key(recommend.MemberList(m, s)))
	}
	return translate(l.s.redis.Del(ctx, keys...).Err())
}
