package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestTastes(t *testing.T) { storetest.Tastes(t, open(t).Tastes()) }
