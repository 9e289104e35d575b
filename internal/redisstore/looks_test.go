package redisstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestLooks(t *testing.T) {
	onEvents(t, func(t *testing.T, s *Store, _ *Events) { storetest.Looks(t, s.Looks()) })
}
