package recommend

import "math"

// The signals of a product for a member. Each is a number that tends to be larger for what is bought next; what it is
// worth is learned. A score is the sum of signals times weights, so that a reason can be told from it.
const (
	sHeat     = iota // log of the month's buyers
	sTaken           // log of those who bought it for the first time lately
	sNew             // 1 for what came into the shop today, falling
	sStale           // log of the days since anybody bought it
	sNear            // log of how strongly the member's purchases speak for it: bought by the same people
	sBasket          // the same, of what stood in one order
	sLately          // the same, of the member's last purchases first
	sKnown           // 1 for what the member bought before
	sHabit           // log of how often, fading
	sShare           // in which part of the member's orders it was
	sRebought        // log of the share of its buyers who bought it again
	sWarm            // log of the week's buyers
	sEcho            // sNear once more: what speaks for discoveries says less of habits
	sOrders          // log of how many orders the member has
	signals
)

const (
	onShelf = sStale + 1  // signals below are the same for every member
	forAll  = sLately + 1 // signals from here are 0 for what the member never bought
)

// signalled are the signals of one product, and worth is what each of them is worth.
type (
	signalled [signals]float64
	worth     [signals]float64
)

func (w *worth) score(x *signalled) (sum float64) {
	for k, v := range x {
		sum += w[k] * v
	}
	return sum
}

// floor keeps the log of what nothing speaks for finite; it is the strength of the weakest neighbours that are kept.
const floor = 0.003

// scale is the desk on which one member's signals are made; it is used for one member after the other.
type scale struct {
	f                    *facts
	near, basket, lately []float64 // sums of strengths
	touched              []int32   // products that have any of them, and those bought before
	seen                 []bool
	habit                []*habit // of what the member bought
	weight               [3]float64
	orders               float64
	member               int32
}

func newScale(f *facts) *scale {
	n := len(f.alive)
	return &scale{f: f, near: make([]float64, n), basket: make([]float64, n), lately: make([]float64, n), seen: make([]bool, n), habit: make([]*habit, n)}
}

// take puts a member's purchases on the scale in place of those before.
func (s *scale) take(m int32) {
	s.member = m
	for _, i := range s.touched {
		s.near[i], s.basket[i], s.lately[i], s.seen[i], s.habit[i] = 0, 0, 0, false, nil
	}
	s.touched = s.touched[:0]
	all, late := 0.0, 0.0
	habits := s.f.habits[m]
	for k := range habits {
		h := &habits[k]
		s.touch(h.item)
		s.habit[h.item] = h
		fade := fading(s.f.now-h.last(), monthFor)
		all, late = all+1, late+fade
		for _, n := range s.f.near[h.item] {
			s.touch(n.item)
			s.near[n.item] += n.strength
		}
		for _, n := range s.f.basket[h.item] {
			s.touch(n.item)
			s.basket[n.item] += n.strength
			s.lately[n.item] += n.strength * fade
		}
	}
	s.weight = [3]float64{1 / math.Sqrt(all+1), 1 / math.Sqrt(all+1), 1 / math.Sqrt(late+1)}
	s.orders = s.f.orders[m]
}

func (s *scale) touch(i int32) {
	if !s.seen[i] {
		s.seen[i], s.touched = true, append(s.touched, i)
	}
}

// read gives the signals of one product.
func (s *scale) read(i int32) (x signalled) {
	for k := range s.f.shelf {
		x[k] = s.f.shelf[k][i]
	}
	x[sNear] = math.Log(s.near[i]*s.weight[0] + floor)
	x[sBasket] = math.Log(s.basket[i]*s.weight[1] + floor)
	x[sLately] = math.Log(s.lately[i]*s.weight[2] + floor)
	h := s.habit[i]
	if h == nil {
		return x
	}
	x[sKnown] = 1
	often := 0.0
	for _, at := range h.days {
		often += fading(s.f.now-at, quarterFor)
	}
	x[sHabit] = math.Log(often+0.1) - math.Log(0.1)
	x[sShare] = float64(len(h.days)) / (s.orders + 2)
	x[sRebought] = s.f.rebought[i] + 2
	x[sWarm] = s.f.warm[i]
	x[sEcho] = x[sNear] + 3
	x[sOrders] = math.Log(s.orders)
	return x
}
