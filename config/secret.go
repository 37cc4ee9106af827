package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Secret is text that must not be shown. Printing, logging or encoding it gives
// asterisks; Reveal gives the text.
type Secret string

const hidden = "******"

// String gives asterisks.
func (Secret) String() string { return hidden }

// GoString gives asterisks.
func (Secret) GoString() string { return hidden }

// MarshalText gives asterisks.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Reveal gives the text itself.
func (s Secret) Reveal() string { return string(s) }

const (
	prefix    = "OCCIGATE_"
	maxSecret = 64 << 10 // bytes of a secret file
)

// reference is ${NAME}; a second dollar before it makes it plain text.
var reference = regexp.MustCompile(`\$?\$\{[^}]*\}`)

// variables is what values may refer to.
type variables struct {
	env  map[string]string
	dir  string // that secret files are relative to
	used map[string]bool
}

// expand puts variables and secret files into the values of the document.
func (d *document) expand(v *variables) Problems {
	return d.expandNode(d.root, "", v)
}

func (d *document) expandNode(n *yaml.Node, key string, v *variables) (problems Problems) {
	switch n.Kind {
	case yaml.MappingNode:
		for name, value := range pairs(n) {
			problems = append(problems, d.expandNode(value, join(key, name.Value), v)...)
		}
	case yaml.SequenceNode:
		for i, value := range n.Content {
			problems = append(problems, d.expandNode(value, fmt.Sprintf("%s[%d]", key, i), v)...)
		}
	case yaml.ScalarNode:
		text, err := v.value(n.Value)
		if err != nil {
			return Problems{d.problem(key, err.Error())}
		}
		if text != n.Value {
			n.Value, n.Tag, n.Style = text, "!!str", yaml.DoubleQuotedStyle
		}
	}
	return problems
}

// value is a text with what it refers to.
func (v *variables) value(text string) (string, error) {
	path, isFile := strings.CutPrefix(text, "file:")
	var failed error
	out := reference.ReplaceAllStringFunc(path, func(ref string) string {
		if plain, escaped := strings.CutPrefix(ref, "$$"); escaped {
			return "$" + plain
		}
		name := ref[len("${") : len(ref)-1]
		value, err := v.lookup(name)
		if err != nil && failed == nil {
			failed = err
		}
		return value
	})
	if failed != nil || !isFile {
		return out, failed
	}
	return v.read(out)
}

func (v *variables) lookup(name string) (string, error) {
	if !strings.HasPrefix(name, prefix) {
		return "", fmt.Errorf("only variables that start with %s can be used, not %s", prefix, name)
	}
	v.used[name] = true
	value, there := v.env[name]
	if !there {
		return "", fmt.Errorf("the variable %s is not set", name)
	}
	return value, nil
}

// read gives the content of a secret file.
func (v *variables) read(path string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(v.dir, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", err
	}
	if len(text) > maxSecret {
		return "", fmt.Errorf("%s is longer than %d bytes", path, maxSecret)
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
}

// unused are the variables of ours that nothing referred to.
func (v *variables) unused() (names []string) {
	for name := range v.env {
		if strings.HasPrefix(name, prefix) && !v.used[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
