package mongostore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestInsights(t *testing.T) { storetest.Insights(t, open(t).Insights()) }
