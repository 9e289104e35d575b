// Package clients holds the documents that apps send, and the manifest of those that come with this program.
package clients

import (
	"embed"
	"io/fs"
)

//go:embed manifests
var files embed.FS

// Manifests is a folder of one manifest: what stands in operations/. `make manifest` writes it.
func Manifests() fs.FS {
	folder, err := fs.Sub(files, "manifests")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return folder
}
