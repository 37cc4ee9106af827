package test

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"occigate/providers/registry"
)

// adapters are the hand-written ones, with the longest that each may be without
// its wire files, in lines that are neither blank nor comments: about 450. The
// files of the wire are not counted: they know the cloud's words and documents,
// and nothing of the contract but its errors and surroundings.
var adapters = map[string]int{
	"providers/elastichosts": 460, // 26 methods of 14 interfaces, the others have 14 to 21
	"providers/flexiscale":   450,
	"providers/gogrid":       455, // prices too, which the others do not tell
	"providers/suncloud":     450,
}

// onSDKs are the others, whose wire is a library's.
var onSDKs = []string{"ec2", "openstack"}

// wiresMayUse are the names of the contract that wire files may know.
var wiresMayUse = []string{"Err*", "Kind", "RetryAfter", "Unmade", "Secret", "Surroundings", "Clock"}

func TestFilesOfAdapters(t *testing.T) {
	lines := map[string]int{}
	for _, s := range sources(t) {
		if s.isTest() || adapters[s.pkg] == 0 {
			continue
		}
		if isWire(s.name) {
			knowsNoModel(t, s)
			continue
		}
		lines[s.pkg] += codeLines(t, s)
	}
	for _, cloud := range registry.Clouds() {
		if adapters["providers/"+cloud] == 0 && !slices.Contains(onSDKs, cloud) {
			t.Errorf("providers/%s may be as long as it likes: adapters has no row for it", cloud)
		}
	}
	for pkg, most := range adapters {
		if n := lines[pkg]; n == 0 || n > most {
			t.Errorf("%s has %d lines of code without its wire files, want at most %d", pkg, n, most)
		}
		t.Logf("%s: %d lines of code without its wire files", pkg, lines[pkg])
	}
}

func isWire(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(base, "wire") || base == "soap.go"
}

func knowsNoModel(t *testing.T, s source) {
	ast.Inspect(s.File, func(n ast.Node) bool {
		if used, is := n.(*ast.SelectorExpr); is && name(used.X) == "providers" && !fits(wiresMayUse, used.Sel.Name) {
			t.Errorf("%s: the wire may not know providers.%s", s.at(used), used.Sel.Name)
		}
		return true
	})
}

// codeLines counts the lines that hold more than a comment.
func codeLines(t *testing.T, s source) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", s.name))
	if err != nil {
		t.Fatal(err)
	}
	file := token.NewFileSet().AddFile(s.name, -1, len(text))
	var scan scanner.Scanner
	scan.Init(file, text, nil, 0)
	code := map[int]bool{}
	for {
		at, kind, literal := scan.Scan()
		if kind == token.EOF {
			return len(code)
		}
		if literal == "\n" { // a semicolon that is not written
			continue
		}
		for n := range strings.Count(literal, "\n") + 1 {
			code[file.Line(at)+n] = true
		}
	}
}
