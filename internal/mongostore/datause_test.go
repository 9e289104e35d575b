package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestDataUses(t *testing.T) { storetest.DataUses(t, open(t).DataUses()) }
