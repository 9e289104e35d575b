package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestSupply(t *testing.T) { storetest.Supply(t, open(t).Supply()) }
