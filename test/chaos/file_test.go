//go:build chaos

package chaos_test

import (
	"encoding/binary"
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
		{"cut before its root", func(_ *testing.T, b []byte) []byte { return b[:root(b)] }},
		{"cut anywhere before it", func(_ *testing.T, b []byte) []byte { return b[:1+w.r.IntN(root(b)-1)] }},
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

// root is where the page of a bbolt file begins from which all that is in use is
// found. What lies behind it may hold nothing, half of the file and more: it grows to
// twice its size, and keeps the pages that are free. Two pages at the start tell: each
// has, behind a header of 16 bytes, the size of a page at 8, the number of the root at
// 16 and that of the transaction at 48, and the later one counts.
func root(b []byte) int {
	const header = 16
	number := func(meta []byte, at int) uint64 { return binary.NativeEndian.Uint64(meta[header+at:]) }
	size := int(binary.NativeEndian.Uint32(b[header+8:]))
	newest := b
	if next := b[size:]; number(next, 48) > number(newest, 48) {
		newest = next
	}
	return int(number(newest, 16)) * size
}

// aside is how many damaged files were put aside.
func aside(path string) int {
	all, _ := filepath.Glob(path + ".damaged-*")
	return len(all)
}
