// Command generate writes the tables of the requirements into docs/occi.md. It
// is run by "go generate"; a test says when it has to be.
package main

import (
	"fmt"
	"os"

	"occigate/test/conformance"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate DOCUMENT")
		os.Exit(2)
	}
	if err := generate(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	out, err := conformance.Document(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(out), 0o644)
}
