package recommend

import (
	"math"
	"math/rand/v2"
)

// What a shop's own last weeks teach: the signals as they were before them, and what was then bought. Nothing later than
// the time of the facts has a say, so whoever looks at lists as of a time can compare them with what came after it.
const (
	lessonFor     = 40 * daily // how far lists look ahead: most members who come again have come by then
	lessonTerms   = 3          // such stretches of time that teach: one alone teaches its own season
	lessonApart   = 20 * daily // from the end of one to that of the one before
	lessonMembers = 700        // members who teach in each; more would only take longer
	lessonLeast   = 100        // fewer members teach more of themselves than of the shop
	lessonBought  = 30         // purchases of one member that teach, so that a heavy buyer does not outvote the others
	lessonLeft    = 300        // products that one member left, of those bought before and of the others each
	lessonRounds  = 30
	lessonStep    = 0.1
	lessonRestful = 0.02 // pulls weights towards zero
)

// pupil learns what signals are worth from what members took and left.
type pupil struct {
	lessons  []lesson
	mean, sd signalled
}

// lesson is one member's: what was bought, and samples of what was not. A sample stands for many.
type lesson struct {
	bought, left []signalled
	standsFor    []float64 // of each that was left
}

// learn gives what signals are worth: for products that a member never bought, and for all of them.
func (b *Builder) learn(now int64) (fresh, all worth) {
	fresh, all = plainFresh, plainAll
	discoveries, choices := &pupil{}, &pupil{}
	for k := range int64(lessonTerms) {
		until := now - k*lessonApart
		f := b.gather(until - lessonFor)
		b.lessons(discoveries, f, until, false)
		b.lessons(choices, f, until, true)
	}
	if w, ok := discoveries.study(); ok {
		fresh = w
	}
	if w, ok := choices.study(); ok {
		all = w
	}
	return fresh, all
}

// lessons teach a pupil what members bought between the facts and a time.
func (b *Builder) lessons(p *pupil, f *facts, now int64, known bool) {
	next := make([]map[int32]bool, len(f.habits))
	var ready []int32
	for _, p := range b.bought {
		if p.at > f.now && p.at <= now && len(f.habits[p.member]) > 0 && f.alive[p.item] {
			if next[p.member] == nil {
				next[p.member] = map[int32]bool{}
				ready = append(ready, p.member)
			}
			next[p.member][p.item] = true
		}
	}
	chance := rand.New(rand.NewPCG(1, uint64(len(ready)))) // fixed: the same orders make the same lists
	if len(ready) > lessonMembers {
		chance.Shuffle(len(ready), func(i, j int) { ready[i], ready[j] = ready[j], ready[i] })
		ready = ready[:lessonMembers]
	}
	var sold []int32
	for i, is := range f.alive {
		if is {
			sold = append(sold, int32(i))
		}
	}
	s := newScale(f)
	for _, m := range ready {
		s.take(m)
		if l := s.lesson(sold, next[m], known, chance); len(l.bought) > 0 && len(l.left) > 0 {
			p.lessons = append(p.lessons, l)
		}
	}
}

// lesson is that of the member on the scale.
func (s *scale) lesson(sold []int32, next map[int32]bool, known bool, chance *rand.Rand) (l lesson) {
	var took, left []int32
	for _, h := range s.f.habits[s.member] {
		if known && next[h.item] {
			took = append(took, h.item)
		} else if known {
			left = append(left, h.item)
		}
	}
	for _, i := range sold {
		if next[i] && s.habit[i] == nil {
			took = append(took, i)
		}
	}
	sample := func(of []int32, n int) []int32 {
		chance.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		return of[:min(n, len(of))]
	}
	for _, i := range sample(took, lessonBought) {
		l.bought = append(l.bought, s.read(i))
	}
	each := float64(len(left)) / lessonLeft
	for _, i := range sample(left, lessonLeft) {
		l.left, l.standsFor = append(l.left, s.read(i)), append(l.standsFor, max(1, each))
	}
	unknown := len(sold) - len(s.f.habits[s.member])
	each = max(1, float64(unknown)/lessonLeft)
	for n, tries := 0, 0; n < min(lessonLeft, unknown-len(took)) && tries < 20*lessonLeft; tries++ {
		if i := sold[chance.IntN(len(sold))]; s.habit[i] == nil && !next[i] {
			l.left, l.standsFor = append(l.left, s.read(i)), append(l.standsFor, each)
			n++
		}
	}
	return l
}

// study finds the weights under which what was bought would most likely have been chosen out of what was there: a
// softmax over each member's products, climbed in steps that shrink (Duchi, Hazan and Singer 2011, AdaGrad). False if
// there is too little to learn from.
func (p *pupil) study() (w worth, ok bool) {
	if len(p.lessons) < lessonLeast {
		return w, false
	}
	p.level()
	var past worth
	chance := rand.New(rand.NewPCG(2, uint64(len(p.lessons))))
	for range lessonRounds {
		for _, n := range chance.Perm(len(p.lessons)) {
			up := p.lessons[n].climb(&w)
			for k := range w {
				g := up[k] - lessonRestful*w[k]
				past[k] += g * g
				w[k] += lessonStep * g / math.Sqrt(past[k]+1e-9)
			}
		}
	}
	for k := range w {
		w[k] /= p.sd[k]
	}
	return w, true
}

// climb says in which direction one member's choices become likelier.
func (l *lesson) climb(w *worth) (up signalled) {
	var expected signalled
	odds, sum := make([]float64, len(l.left)), 0.0
	for n := range l.left {
		odds[n] = l.standsFor[n] * math.Exp(w.score(&l.left[n]))
		sum += odds[n]
	}
	for n := range l.left {
		for k, v := range l.left[n] {
			expected[k] += odds[n] / sum * v
		}
	}
	share := 1 / math.Sqrt(float64(len(l.bought)))
	for n := range l.bought {
		this := math.Exp(w.score(&l.bought[n]))
		wrong := share * sum / (this + sum)
		for k, v := range l.bought[n] {
			up[k] += wrong * (v - expected[k])
		}
	}
	return up
}

// level makes every signal have the mean 0 and the deviation 1, so that one step fits all of them.
func (p *pupil) level() {
	var sum, squares signalled
	n := 0.0
	each := func(do func(x *signalled)) {
		for i := range p.lessons {
			for k := range p.lessons[i].bought {
				do(&p.lessons[i].bought[k])
			}
			for k := range p.lessons[i].left {
				do(&p.lessons[i].left[k])
			}
		}
	}
	each(func(x *signalled) {
		n++
		for k, v := range x {
			sum[k] += v
			squares[k] += v * v
		}
	})
	for k := range sum {
		p.mean[k] = sum[k] / n
		p.sd[k] = math.Sqrt(max(1e-6, squares[k]/n-p.mean[k]*p.mean[k]))
	}
	each(func(x *signalled) {
		for k := range x {
			x[k] = (x[k] - p.mean[k]) / p.sd[k]
		}
	})
}

// Where a shop has too few orders to learn from, signals are worth what they were to the shared orders of 2011 (Chen
// 2015, up to October).
var (
	plainFresh = worth{sHeat: -0.438, sTaken: 1.168, sNew: 0.888, sStale: -0.190, sNear: 0.003, sBasket: 0.292, sLately: 0.138}
	plainAll   = worth{
		sHeat: -0.293, sTaken: 0.989, sNew: 0.980, sStale: -0.181, sNear: 0.007, sBasket: 0.258, sLately: 0.152,
		sKnown: 0.972, sHabit: 0.257, sShare: 4.496, sRebought: 0.832, sWarm: -0.253, sEcho: -0.436, sOrders: 0.622,
	}
)
