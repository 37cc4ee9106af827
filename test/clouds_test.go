package test

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"

	"occigate/providers/registry"
)

// knowNoCloud are the packages that a new cloud changes nothing in, with those
// below them.
var knowNoCloud = []string{"gateway", "translate"}

// vocabulary is what has a cloud's name and is none: the mixins, attributes and
// schemes of OpenStack's OCCI server, which clients send to any cloud.
var vocabulary = regexp.MustCompile(`(?i)(attr|mixin|scheme)openstack\w*|openstackmixins|schemas\.openstack\.org|org\.openstack\.|/mixin/openstack/|OpenStack (Public Key|User Data)`)

// TestNoCloudIsNamed reads every name and every text, but no comment, of the
// packages that must work alike for all clouds.
func TestNoCloudIsNamed(t *testing.T) {
	clouds := regexp.MustCompile(`(?i)` + strings.Join(registry.Clouds(), "|"))
	read := 0
	for _, s := range sources(t) {
		top, _, _ := strings.Cut(s.pkg, "/")
		if s.isTest() || !fits(knowNoCloud, top) {
			continue
		}
		read++
		ast.Inspect(s.File, func(n ast.Node) bool {
			if cloud := clouds.FindString(vocabulary.ReplaceAllString(word(n), "")); cloud != "" {
				t.Errorf("%s: %s is named, where no cloud may be known", s.at(n), cloud)
			}
			return true
		})
	}
	if read < 50 {
		t.Errorf("only %d files were read", read)
	}
}

// word is the text of a name or literal, empty for all else.
func word(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Ident:
		return n.Name
	case *ast.BasicLit:
		return n.Value
	}
	return ""
}

// TestCloudsHaveSimulators looks for each cloud's adapter and simulator, and
// prints how long they are, as the table of docs/add-a-cloud.md.
func TestCloudsHaveSimulators(t *testing.T) {
	type size struct{ above, wire, simulator, tests int }
	sizes := map[string]*size{}
	for _, cloud := range registry.Clouds() {
		sizes[cloud] = &size{}
	}
	for _, s := range sources(t) {
		of, adapter := sizes[path.Base(s.pkg)], path.Dir(s.pkg) == "providers"
		switch n := codeLines(t, s); {
		case of == nil || !adapter && path.Dir(s.pkg) != "test/cloudsim":
		case s.isTest():
			of.tests += n
		case !adapter:
			of.simulator += n
		case isWire(s.name):
			of.wire += n
		default:
			of.above += n
		}
	}
	t.Log("| cloud | adapter above its wire | wire | simulator | tests of both |")
	for _, cloud := range registry.Clouds() {
		of := sizes[cloud]
		t.Logf("| `%s` | %d | %d | %d | %d |", cloud, of.above, of.wire, of.simulator, of.tests)
		if of.above == 0 || of.simulator == 0 || of.tests == 0 {
			t.Errorf("%s has no adapter, no simulator or no tests: %+v", cloud, *of)
		}
	}
}
