package boltstore

import (
	"testing"

	"membergate/internal/storetest"
)

func TestCommunity(t *testing.T) { storetest.Community(t, open(t).Community()) }

func TestPosting(t *testing.T) { storetest.Posting(t, open(t).Community()) }
