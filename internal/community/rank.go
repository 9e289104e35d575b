package community

import (
	"math"
	"time"
)

// Weight is how much a post moves people: one for being there, and for each of those it moved what that costs them.
// The factors are those of Stream's popularity: reactions 1, comments 2, bookmarks 3, shares 3. A member who reacts in
// several ways, or comments several times, counts once.
func (c Counts) Weight() int64 {
	return 1 + c.Reactors + 2*c.Commenters + 3*c.Bookmarks + 3*c.Shares
}

// halfLife is the time in which a post must double its weight to keep its place in hot feeds: 6 hours, so that a
// day's best (weight 16) stands beside what was written just now.
const halfLife = 6 * time.Hour

// HotKey orders hot feeds: millionths of log2(weight) + time / halfLife, the time counted from 1970. It sorts as weights
// that decay exponentially do, but the present is not in it, so nothing has to be ranked again and a place in the list
// stays a place.
func HotKey(weight int64, created time.Time) int64 {
	age := float64(created.UnixMilli()) / float64(halfLife.Milliseconds())
	return int64(math.Round(1e6 * (math.Log2(float64(max(1, weight))) + age)))
}

// BestKey orders comments by how surely readers like them: millionths of the Wilson lower bound (95 %) of the share of
// readers who found a comment good or helpful. While nobody counts readers, those who reacted are the readers.
func BestKey(c Counts) int64 {
	liked := c.Reactions[Like] + c.Reactions[Helpful]
	return int64(math.Round(1e6 * wilson(liked, max(c.Impressions, c.Reactors, liked))))
}

// wilson is the lower end of the interval in which, at 95 % confidence, the true share lies: of few trials it is far
// below what was seen, so one like of one reader does not beat ninety of a hundred.
func wilson(liked, trials int64) float64 {
	if trials == 0 {
		return 0
	}
	const z = 1.96
	n := float64(trials)
	p := float64(liked) / n
	return (p + z*z/(2*n) - z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))) / (1 + z*z/n)
}
