package edge

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// measureVariables refuses variables that nest too deep or hold too long a list: they are checked like literals, so
// that a limit cannot be walked around by moving a value out of the document.
func measureVariables(v any, depth int) *gqlerror.Error {
	if depth > maxValueDepth+1 { // the map of variables itself is no value
		return tooDeepValue()
	}
	switch v := v.(type) {
	case map[string]any:
		for _, c := range v {
			if err := measureVariables(c, depth+1); err != nil {
				return err
			}
		}
	case []any:
		if len(v) > maxListLength {
			return tooLongList(len(v))
		}
		for _, c := range v {
			if err := measureVariables(c, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func tooDeepValue() *gqlerror.Error {
	return tooComplex("A value nests more than %d levels deep; at most %d are allowed.", maxValueDepth, maxValueDepth)
}

func tooLongList(n int) *gqlerror.Error {
	return tooComplex("A list of values has %d members; at most %d are allowed.", n, maxListLength)
}

// readable tells whether a number fits 64 bits: the library takes larger ones for granted and panics on them.
func readable(v *ast.Value) bool {
	var err error
	switch v.Kind {
	case ast.IntValue:
		_, err = strconv.ParseInt(v.Raw, 10, 64)
	case ast.FloatValue:
		_, err = strconv.ParseFloat(v.Raw, 64)
	}
	return err == nil
}
