//go:build chaos

package chaos_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFile damages the embedded store's file while the gateway is down, after it
// was killed: the gateway starts, says so, and has everything.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	w := newWorld(t, fmt.Sprintf("{embedded: {path: %s}}", path), 0)
	g := w.gates[0]
	damages := []struct {
		name   string
		damage func(t *testing.T, b []byte) []byte
	}{
		{"killed", func(_ *testing.T, b []byte) []byte { return b }},
		{"cut in half", func(_ *testing.T, b []byte) []byte { return b[:len(b)/2] }},
		{"cut anywhere", func(_ *testing.T, b []byte) []byte { return b[:w.r.IntN(len(b)/2)] }},
		{"cut to nothing", func(*testing.T, []byte) []byte { return nil }},
		{"a flipped byte", func(_ *testing.T, b []byte) []byte { b[16+w.r.IntN(48)] ^= 0x10; return b }},
		{"flipped bytes", func(_ *testing.T, b []byte) []byte {
			for range 100 {
				b[w.r.IntN(len(b))] ^= byte(1 + w.r.IntN(255))
			}
			return b
		}},
	}
	for _, d := range damages {
		w.during("the store's file: "+d.name, func(t *testing.T) {
			g.kill()
			before := aside(path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, d.damage(t, b), 0o600); err != nil {
				t.Fatal(err)
			}
			g.restart()
			damaged := d.name != "killed"
			if said := strings.Contains(g.process.Said(), "the store's file is damaged"); damaged && !said {
				t.Error("the gateway does not say that the file is damaged")
			}
			if kept := aside(path) > before; damaged && d.name != "cut to nothing" && !kept {
				t.Error("the damaged file is not kept")
			}
		})
	}
}

// aside is how many damaged files were put aside.
func aside(path string) int {
	all, _ := filepath.Glob(path + ".damaged-*")
	return len(all)
}
