// Package personal knows what is stored of people, why, for how long, and what becomes of it: one map of every field of
// every store. Deletions, closed accounts and what may be read of them are made by it.
package personal
