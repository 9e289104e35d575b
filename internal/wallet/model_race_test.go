//go:build race

package wallet_test

func init() { walked = 100 }
