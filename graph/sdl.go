package graph

// SDL is the schema as it was written, comments and descriptions included.
func SDL() string {
	for _, s := range sources {
		if !s.BuiltIn {
			return s.Input
		}
	}
	return ""
}
