package programme

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"membergate/programmes"
)

// mostBytes is the most that a programme file may hold: forty times the largest preset. It keeps a wrong path from being read whole.
const mostBytes = 2 << 20

// Load reads the one programme of a preset or of a YAML file, and checks it.
func Load(nameOrPath string) (*Programme, error) {
	all, err := read(nameOrPath)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("programme %q holds %d versions; allowed is one here", nameOrPath, len(all))
	}
	return all[0], nil
}

// LoadBook reads the versions of a programme: a preset's one, those of a YAML file (one a document), or those of all
// YAML files in a folder.
func LoadBook(nameOrPath string) (*Book, error) {
	all, err := read(nameOrPath)
	if err != nil {
		return nil, err
	}
	return NewBook(all...)
}

func read(nameOrPath string) ([]*Programme, error) {
	if slices.Contains(programmes.Names(), nameOrPath) {
		b, err := programmes.Read(nameOrPath)
		if err != nil {
			return nil, err
		}
		return ParseAll("programmes/"+nameOrPath+".yaml", b)
	}
	info, err := os.Stat(nameOrPath)
	switch {
	case err != nil:
		return nil, fmt.Errorf("programme %q is neither a preset nor a file; allowed are %s, a YAML file or a folder of them",
			nameOrPath, strings.Join(programmes.Names(), ", "))
	case info.IsDir():
		return readFolder(nameOrPath)
	default:
		return readFile(nameOrPath, info.Size())
	}
}

func readFolder(folder string) ([]*Programme, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("programme folder %q cannot be read: %w", folder, err)
	}
	var all []*Programme
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || e.IsDir() || !isYAML(e.Name()) {
			continue
		}
		versions, err := readFile(filepath.Join(folder, e.Name()), info.Size())
		if err != nil {
			return nil, err
		}
		all = append(all, versions...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("programme folder %q holds no YAML file; needed is at least one .yaml or .yml", folder)
	}
	return all, nil
}

func readFile(path string, size int64) ([]*Programme, error) {
	if !isYAML(path) {
		return nil, fmt.Errorf("programme file %q is no YAML file; allowed are names that end in .yaml or .yml", path)
	}
	if size > mostBytes {
		return nil, fmt.Errorf("programme file %q has %d bytes; allowed are %d", path, size, mostBytes)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("programme file %q cannot be read: %w", path, err)
	}
	return ParseAll(path, b)
}

func isYAML(name string) bool {
	return slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(filepath.Ext(name)))
}
