package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestOffers(t *testing.T) { storetest.Offers(t, open(t).Offers()) }
