// Package web holds the explorer, the page that the gateway serves at "/" in development, as built into dist.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built explorer with index.html at its root; its names are fixed, so whoever serves it must let browsers revalidate.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only an invalid path can fail, and "dist" is none
	}
	return files
}
