package programme

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong in a programme file.
type Problem struct {
	File string
	Line int
	Text string // one sentence: the path, the value, what is allowed
}

// String is the problem as compilers write it: file:line: sentence.
func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Problems are all things that are wrong in a programme file, in the order of its lines.
type Problems []Problem

// shown is how many problems are told at once: more than that is seldom read, and usually follows from the first.
const shown = 20

// Error lists the first 20 problems, one a line, and counts the others.
func (ps Problems) Error() string {
	lines := make([]string, 0, shown+1)
	for _, p := range ps[:min(len(ps), shown)] {
		lines = append(lines, p.String())
	}
	if more := len(ps) - shown; more > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// report collects what is wrong in one document of a file. Paths are written as in tiers[2].routes[0].when.
type report struct {
	file  string
	first int            // the document's first line
	lines map[string]int // by path, of everything that the document gives
	found Problems
}

// add notes a problem at a path; the sentence begins with the path.
func (r *report) add(path, format string, args ...any) {
	r.found = append(r.found, Problem{File: r.file, Line: r.line(path), Text: cmp.Or(path, "the file") + " " + fmt.Sprintf(format, args...)})
}

// given tells whether the document gives something at the path.
func (r *report) given(path string) bool {
	_, ok := r.lines[path]
	return ok
}

// line is where a path stands; for something that is missing, where the nearest thing around it stands.
func (r *report) line(path string) int {
	for path != "" {
		if n, ok := r.lines[path]; ok {
			return n
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return r.first
}

// err is nil, or everything that was found, by line.
func (r *report) err() error {
	if len(r.found) == 0 {
		return nil
	}
	slices.SortStableFunc(r.found, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return r.found
}
