package loaders

import "sync"

// Once works something out at most once in an operation, under a name: rules that many fields ask the same of.
func Once[T any](o *Operation, name string, work func() (T, error)) (T, error) {
	f, _ := o.once.LoadOrStore(name, sync.OnceValues(work))
	return f.(func() (T, error))()
}

// Again forgets what was worked out under a name: for an operation that has changed what it rests on.
func Again(o *Operation, name string) { o.once.Delete(name) }
