package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestIncidents(t *testing.T) { storetest.Incidents(t, open(t).Incidents()) }
