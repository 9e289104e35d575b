package edge

import "time"

// Held counts the places that a gateway's connections hold.
func Held(g *Gateway) (n int) {
	g.open.mu.Lock()
	defer g.open.mu.Unlock()
	for _, of := range g.open.of {
		n += of
	}
	return n
}

// WaitForReaders has a gateway drop slow readers that soon.
func WaitForReaders(g *Gateway, d time.Duration) { g.open.patience = d }
