// Package test holds what is asked of the program as a whole. This part reads
// the source and holds it to the layout: who may import whom, what stays in one
// place, and what no package has.
package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "occigate/"

// imports says which of our packages a package may import. The first row that
// fits counts; a package without a row fails. A star stands for one name.
var imports = []struct {
	of   string
	from []string
}{
	{"cmd/app", []string{"*", "*/*", "*/*/*"}},
	{"cmd/occigate", []string{"cmd/app"}},
	{"config", nil},
	{"gateway", []string{"translate", "translate/occi", "providers", "gateway/*", "gateway/*/*"}},
	{"gateway/broker/tariff", nil},
	{"gateway/broker/geo", nil},
	{"gateway/broker/desk", []string{"providers", "gateway/inventory", "gateway/broker", "gateway/broker/*"}},
	{"gateway/broker/placement", []string{"providers", "gateway/broker", "gateway/broker/tariff"}},
	{"gateway/broker/history", []string{"gateway/store", "gateway/broker/tariff"}},
	{"gateway/broker/sources", []string{"providers", "gateway/store", "gateway/broker/tariff", "gateway/broker/history"}},
	{"gateway/broker/*", []string{"gateway/broker/tariff"}}, // files and rates: into the model, no further
	{"gateway/broker", []string{"providers", "gateway/store", "gateway/inventory", "gateway/broker/*"}},
	{"gateway/budget", []string{"providers", "gateway/store"}},
	{"gateway/inventory", []string{"providers", "gateway/store"}},
	{"gateway/store", nil},
	{"gateway/store/*", []string{"gateway/store"}},
	{"gateway/store/bolt/bolttest", []string{"gateway/store/bolt"}},
	{"gateway/*", nil},
	{"providers", nil},
	{"providers/internal/wire", []string{"providers", "providers/internal/pace"}},
	{"providers/internal/*", []string{"providers"}},
	{"providers/providertest", []string{"providers", "providers/internal/condition", "test/cloudsim/fault", "test/cloudsim/timeline"}},
	{"providers/registry", []string{"providers", "providers/*", "providers/internal/pace"}},
	{"providers/ec2", []string{"providers", "providers/internal/*", "providers/ec2/pricelist"}},
	{"providers/ec2/pricelist", []string{"providers"}}, // the form of price lists, pure
	{"providers/*", []string{"providers", "providers/internal/*"}},
	{"test", []string{"*", "*/*", "*/*/*"}},
	{"test/cloudsim/fault", nil},
	{"test/cloudsim/timeline", nil},
	{"test/cloudsim/*", []string{"test/cloudsim/fault", "test/cloudsim/timeline"}},
	{"test/servers", nil},
	{"test/*", []string{"*", "*/*", "*/*/*"}},
	{"test/conformance/generate", []string{"test/conformance"}},
	{"translate", []string{"translate/occi", "providers"}},
	{"translate/occi", nil},
}

// testsToo is what every test may import beside what its package may. The
// embedded store is what tests above it stand on.
var testsToo = []string{"providers/providertest", "gateway/store/storetest", "gateway/store/bolt", "gateway/store/bolt/bolttest", "test/cloudsim/*", "test/servers"}

// confined says which packages alone may import a library, by the start of its
// path. Tests are free.
var confined = map[string][]string{
	"github.com/aws/":                {"providers/ec2"},
	"github.com/gophercloud/":        {"providers/openstack"},
	"github.com/labstack/echo/":      {"gateway"},
	"github.com/redis/go-redis/":     {"gateway/store/redis"},
	"go.etcd.io/bbolt":               {"gateway/store/bolt"},
	"go.uber.org/zap":                {"cmd/app", "gateway", "gateway/*", "gateway/*/*"},
	"go.yaml.in/yaml/":               {"config", "gateway/broker/ratecard", "providers/providertest"},
	"github.com/spf13/":              {"cmd/app"},
	"github.com/prometheus/":         {"cmd/app", "gateway", "gateway/*"},
	"github.com/alicebob/miniredis/": nil,
	"github.com/google/go-cmp/":      {"providers/providertest", "gateway/store/storetest"},
	"pgregory.net/rapid":             {"gateway/store/storetest"},
}

// standardOnly are the packages that stand on the standard library and these.
var standardOnly = map[string][]string{
	"gateway/broker/tariff":   {"github.com/shopspring/decimal"},
	"providers":               {"github.com/shopspring/decimal"},
	"providers/internal/pace": nil,
	"providers/providertest":  {"github.com/google/go-cmp/cmp", "github.com/google/go-cmp/cmp/cmpopts", "go.yaml.in/yaml/v4"},
	"translate/occi":          {"github.com/go-json-experiment/json", "github.com/go-json-experiment/json/jsontext"},
	"test/cloudsim/fault":     nil,
	"test/cloudsim/timeline":  nil,
}

// source is one Go file of ours.
type source struct {
	*ast.File
	pkg  string // its folder, from the root
	name string // its path, from the root
	set  *token.FileSet
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// at is a place in the source.
func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.set.Position(n.Pos()).Line)
}

// sources parses every Go file of the module.
func sources(t *testing.T) (all []source) {
	t.Helper()
	const root = ".."
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		if e.IsDir() {
			if skipped(rel) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		all = append(all, source{file, filepath.ToSlash(filepath.Dir(rel)), filepath.ToSlash(rel), set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d files found", len(all))
	}
	return all
}

// skipped are folders that hold no package of ours, by Go's own rules and
// because they are another module or wait for their removal.
func skipped(rel string) bool {
	base := path.Base(filepath.ToSlash(rel))
	return rel != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) ||
		base == "testdata" || base == "node_modules" || rel == "tools"
}

// fits reports whether a package is one of those that patterns name.
func fits(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, pkg)
		return ok && err == nil
	})
}

func TestImportsOfOurs(t *testing.T) {
	for _, s := range sources(t) {
		i := slices.IndexFunc(imports, func(r struct {
			of   string
			from []string
		},
		) bool {
			return fits([]string{r.of}, s.pkg)
		})
		if i < 0 {
			t.Errorf("%s: the package has no row in the table of imports", s.name)
			continue
		}
		allowed := imports[i].from
		if s.isTest() {
			allowed = slices.Concat(allowed, testsToo, []string{s.pkg})
		}
		for _, spec := range s.Imports {
			target, ours := strings.CutPrefix(unquote(spec), module)
			if ours && !fits(allowed, target) {
				t.Errorf("%s: %s may not import %s", s.at(spec), s.pkg, target)
			}
		}
	}
}

func TestLibrariesStayInTheirPlace(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || strings.HasPrefix(s.pkg, "test") {
			continue
		}
		for _, spec := range s.Imports {
			target := unquote(spec)
			for library, allowed := range confined {
				if strings.HasPrefix(target, library) && !fits(allowed, s.pkg) {
					t.Errorf("%s: %s may be imported by %v only", s.at(spec), target, allowed)
				}
			}
			few, limited := standardOnly[s.pkg]
			if limited && strings.Contains(target, ".") && !slices.Contains(few, target) {
				t.Errorf("%s: %s may import the standard library and %v only", s.at(spec), s.pkg, few)
			}
		}
	}
}

func unquote(spec *ast.ImportSpec) string {
	text, _ := strconv.Unquote(spec.Path.Value)
	return text
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	lines := map[string]int{}
	for _, s := range sources(t) {
		if s.isTest() && s.pkg != "test" {
			continue
		}
		n := 0
		if s.Doc != nil {
			n = strings.Count(strings.TrimSpace(s.Doc.Text()), "\n") + 1
		}
		lines[s.pkg] = max(lines[s.pkg], n)
	}
	for pkg, n := range lines {
		if n < 2 {
			t.Errorf("%s: the package's comment has %d lines, want 2 to 6", pkg, n)
		}
	}
}

const (
	maxFile     = 450 // lines
	maxFunction = 60  // lines, outside of tests
)

func TestFilesAndFunctionsAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if n := s.set.File(s.Pos()).LineCount(); n > maxFile && !ast.IsGenerated(s.File) {
			t.Errorf("%s has %d lines, want at most %d", s.name, n, maxFile)
		}
		for _, d := range s.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is || s.isTest() {
				continue
			}
			n := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			if n > maxFunction {
				t.Errorf("%s: %s has %d lines, want at most %d", s.at(f), f.Name.Name, n, maxFunction)
			}
		}
	}
}
