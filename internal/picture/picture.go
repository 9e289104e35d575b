// Package picture draws the demo's pictures: faces of members, products, rewards and what posts show. A picture is an
// SVG made from its path alone, so that nothing is stored and the same path always gives the same bytes.
package picture

import (
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// Root is where all pictures lie.
const Root = "/media/demo/"

// The kinds of pictures: the folders below Root.
const (
	Avatar  = "avatar"
	Product = "product"
	Reward  = "reward"
	Post    = "post"
)

// valid is what a path may look like: a kind, a motif with an optional number of its colours, and what tells it from
// others of its motif. Nothing of a path is ever written into a picture.
var valid = regexp.MustCompile(`^/media/demo/([a-z]{1,16})/([a-z]{1,24})([1-9]?)((?:-[A-Za-z0-9]{1,24}){0,4})\.svg$`)

// plain is a face's path that names no motif.
var plain = regexp.MustCompile(`^/media/demo/avatar/[A-Za-z0-9]{1,32}\.svg$`)

// sketch is a picture about to be drawn.
type sketch struct {
	*rand.Rand
	motif  string
	colour int // 1…9 picks the motif's colours; 0 leaves it to chance
	out    strings.Builder
}

// format is a kind's size in pixels and how it is drawn.
type format struct {
	width, height int
	motifs        func() []string
	draw          func(*sketch)
}

var formats = map[string]format{
	Avatar:  {240, 240, avatarMotifs, (*sketch).avatar},
	Product: {400, 400, productMotifs, (*sketch).product},
	Reward:  {400, 400, rewardMotifs, (*sketch).reward},
	Post:    {640, 480, postMotifs, (*sketch).post},
}

// Path names a picture: of a kind, with a motif (see Motifs), told apart from others by a variant such as "FR-001".
func Path(kind, motif, variant string) string {
	if variant == "" {
		return Root + kind + "/" + motif + ".svg"
	}
	return Root + kind + "/" + motif + "-" + variant + ".svg"
}

// Motifs are the names of what pictures of a kind can show, in alphabetical order.
func Motifs(kind string) []string {
	f, ok := formats[kind]
	if !ok {
		return nil
	}
	names := f.motifs()
	slices.Sort(names)
	return names
}

// Size is a picture's width and height in pixels, and false if there is no picture at the path.
func Size(path string) (width, height int, ok bool) {
	f, _, ok := parse(path)
	return f.width, f.height, ok
}

// Draw draws the picture at a path, and gives false if there is none.
func Draw(path string) ([]byte, bool) {
	f, s, ok := parse(path)
	if !ok {
		return nil, false
	}
	s.add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d">`, f.width, f.height, f.width, f.height)
	f.draw(s)
	s.out.WriteString("</svg>\n")
	return []byte(s.out.String()), true
}

func parse(path string) (format, *sketch, bool) {
	kind, motif, colour := "", "", 0
	if m := valid.FindStringSubmatch(path); m != nil {
		kind, motif = m[1], m[2]
		if m[3] != "" {
			colour = int(m[3][0] - '0')
		}
	}
	f, ok := formats[kind]
	if !ok || !slices.Contains(f.motifs(), motif) {
		if !plain.MatchString(path) {
			return format{}, nil, false
		}
		f, motif, colour = formats[Avatar], "", 0 // a face of its own for every name
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(path))
	return f, &sketch{Rand: rand.New(rand.NewPCG(h.Sum64(), 1)), motif: motif, colour: colour}, true
}
