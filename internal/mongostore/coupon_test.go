package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestCoupons(t *testing.T) {
	storetest.Coupons(t, open(t).Coupons())
}
