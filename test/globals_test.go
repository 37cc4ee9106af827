package test

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

func TestNothingRunsByItself(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.Decls {
			if f, is := d.(*ast.FuncDecl); is && f.Name.Name == "init" && f.Recv == nil {
				t.Errorf("%s: init runs without being called", s.at(f))
			}
		}
		if s.isTest() || strings.HasPrefix(s.pkg, "test") || strings.HasSuffix(s.pkg, "test") {
			continue
		}
		ast.Inspect(s.File, func(n ast.Node) bool {
			if call, is := n.(*ast.CallExpr); is && name(call.Fun) == "time.Sleep" {
				t.Errorf("%s: time.Sleep does not end with its context", s.at(call))
			}
			return true
		})
	}
}

// makers are the calls whose result a package variable may hold, since it does
// not change once it is made. Errors may be made by any call.
var makers = []string{
	"embed.FS", "errors.New", "fmt.Errorf", "regexp.MustCompile", "reflect.TypeFor", "strings.NewReplacer",
	"netip.MustParseAddr", "netip.MustParsePrefix", "template.Must", "uuid.MustParse",
	"decimal.NewFromInt", "decimal.New", "prometheus.NewDesc", "redis.NewScript", "[]byte",
}

// TestNoMutableState lets package variables be tables, errors and the like, and
// nothing that can change: a variable without a value, a pointer, a lock, or
// one that the package writes to.
func TestNoMutableState(t *testing.T) {
	packages := map[string][]source{}
	for _, s := range sources(t) {
		if !s.isTest() {
			packages[s.pkg] = append(packages[s.pkg], s)
		}
	}
	for _, files := range packages {
		written := writes(files)
		for _, s := range files {
			for _, d := range s.Decls {
				if vars, is := d.(*ast.GenDecl); is && vars.Tok == token.VAR {
					checkVars(t, s, vars, written)
				}
			}
		}
	}
}

func checkVars(t *testing.T, s source, vars *ast.GenDecl, written map[string]bool) {
	t.Helper()
	embedded := vars.Doc != nil && slices.ContainsFunc(vars.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed")
	})
	for _, spec := range vars.Specs {
		v := spec.(*ast.ValueSpec)
		for i, id := range v.Names {
			switch {
			case id.Name == "_" || embedded:
			case len(v.Values) <= i:
				t.Errorf("%s: variable %s has no value, so that something must change it", s.at(v), id.Name)
			case !constant(v.Values[i]) && !strings.HasPrefix(strings.ToLower(id.Name), "err"):
				t.Errorf("%s: variable %s can hold what changes", s.at(v), id.Name)
			case written[id.Name]:
				t.Errorf("%s: variable %s is written to", s.at(v), id.Name)
			}
		}
	}
}

// constant reports whether a value stays as it is unless it is written to.
func constant(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit, *ast.BasicLit, *ast.FuncLit, *ast.Ident, *ast.SelectorExpr, *ast.BinaryExpr:
		return true
	case *ast.CallExpr:
		called := name(e.Fun)
		return slices.Contains(makers, called)
	}
	return false
}

// writes collects the package-level names that are assigned to, deleted from,
// cleared, or whose address is taken.
func writes(files []source) map[string]bool {
	written := map[string]bool{}
	note := func(e ast.Expr) {
		if id := root(e); id != nil && (id.Obj == nil || topLevel(files, id.Obj.Decl)) {
			written[id.Name] = true
		}
	}
	for _, s := range files {
		ast.Inspect(s.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						note(e)
					}
				}
			case *ast.IncDecStmt:
				note(n.X)
			case *ast.UnaryExpr:
				if id, is := n.X.(*ast.Ident); is && n.Op == token.AND {
					note(id)
				}
			case *ast.CallExpr:
				if f := name(n.Fun); f == "delete" || f == "clear" {
					note(n.Args[0])
				}
			}
			return true
		})
	}
	return written
}

// root is the variable at the left of a[i].b, nil when there is none.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func topLevel(files []source, decl any) bool {
	return slices.ContainsFunc(files, func(s source) bool {
		return slices.ContainsFunc(s.Decls, func(d ast.Decl) bool {
			g, is := d.(*ast.GenDecl)
			return is && slices.ContainsFunc(g.Specs, func(spec ast.Spec) bool { return spec == decl })
		})
	})
}

// name is how a function is called: "f", "pkg.F", "[]byte".
func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return name(e.X) + "." + e.Sel.Name
	case *ast.IndexExpr:
		return name(e.X)
	case *ast.ArrayType:
		return "[]" + name(e.Elt)
	}
	return ""
}
