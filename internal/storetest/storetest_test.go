package storetest

import "testing"

// The stores in memory, with which others are compared, keep the promises too.
func TestMemory(t *testing.T) {
	Run(t, func(*testing.T) Stores { return Memory() })
}
