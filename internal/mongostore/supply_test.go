package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestSupply(t *testing.T) { storetest.Supply(t, open(t).Supply()) }

func TestPromises(t *testing.T) { storetest.Promises(t, open(t).Supply()) }
