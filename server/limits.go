package main

import (
	"membergate/internal/allowance"
	"membergate/internal/edge"
	"membergate/internal/secret"
)

// limits are the buckets of everybody who asks. Their keys do not tell whose they are.
func limits(store allowance.Store, keys *secret.Keys) *allowance.Limits {
	return &allowance.Limits{
		Store:  store,
		Key:    func(kind, of string) string { return kind + ":" + keys.Hashes("allowance", kind+":"+of)[0] },
		Member: edge.MemberRate, Address: edge.AddressRate, Device: edge.DeviceRate,
	}
}
