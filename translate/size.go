package translate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"occigate/providers"
	"occigate/translate/occi"
)

// Need is what a compute must have at least; zero asks for nothing.
type Need struct {
	Cores        int
	MemoryMiB    int
	DiskGiB      float64
	Architecture providers.Architecture
}

// abstract are the sizes of the compute template profile (GFD.222 section 7,
// requirements R0306 to R0311), by type identifier. Each is mapped to a cloud's
// smallest size that is enough.
var abstract = map[string]Need{
	occi.SchemeComputeTemplate + "small":      {Cores: 1, MemoryMiB: 1024, DiskGiB: 10},
	occi.SchemeComputeTemplate + "medium":     {Cores: 2, MemoryMiB: 2048, DiskGiB: 20},
	occi.SchemeComputeTemplate + "large":      {Cores: 4, MemoryMiB: 4096, DiskGiB: 40},
	occi.SchemeComputeTemplate + "mem_small":  {Cores: 1, MemoryMiB: 4096, DiskGiB: 10},
	occi.SchemeComputeTemplate + "mem_medium": {Cores: 2, MemoryMiB: 8192, DiskGiB: 20},
	occi.SchemeComputeTemplate + "mem_large":  {Cores: 4, MemoryMiB: 16384, DiskGiB: 40},
}

// IsAbstract reports whether a mixin is a size of the profile.
func IsAbstract(mixin string) bool {
	_, ok := abstract[mixin]
	return ok
}

// size chooses the size of a new compute: a cloud's own template, else an
// abstract one or the asked cores and memory rounded up to the smallest size of
// the account, else none, which is the account's default. A template overrides
// sizes given beside it (GFD.224 section 3.5.2).
func (w Wishes) size(uid string, e *occi.Entity, tpl Template) (string, error) {
	if tpl.Native != "" {
		return tpl.Native, nil
	}
	n, asked := asks(e)
	if !asked {
		return "", nil
	}
	best := Smallest(w.Templates.catalogues[uid].Sizes, n)
	if best == nil {
		return "", noSize("create", uid, n)
	}
	return best.ID, nil
}

// noSize says what no size of an account has.
func noSize(op, uid string, n Need) error {
	var wanted []string
	if n.Cores > 0 {
		wanted = append(wanted, fmt.Sprintf("%d cores", n.Cores))
	}
	if n.MemoryMiB > 0 {
		wanted = append(wanted, fmt.Sprintf("%g GiB of memory", gib(n.MemoryMiB)))
	}
	if n.DiskGiB > 0 {
		wanted = append(wanted, fmt.Sprintf("%g GiB of disk", n.DiskGiB))
	}
	if n.Architecture != "" {
		wanted = append(wanted, "the architecture "+string(n.Architecture))
	}
	return providers.Errorf(providers.ErrInvalid, op, "no size of %s has %s: its resource_tpl mixins in /-/ are all there are", uid, strings.Join(wanted, " and "))
}

// asks reads what a request asks of the size.
func asks(e *occi.Entity) (Need, bool) {
	for _, id := range e.Mixins {
		if n, ok := abstract[id]; ok {
			return n, true
		}
	}
	n := dimensions(e.Attributes)
	asked := n != Need{}
	arch, _ := e.Attributes[occi.AttrArchitecture].(string)
	n.Architecture = providers.Architecture(arch)
	return n, asked
}

// dimensions are the cores and the memory among attributes. No number of MiB is
// too large for an int.
func dimensions(a occi.Attributes) Need {
	cores, _ := a[occi.AttrCores].(int64)
	memory, _ := a[occi.AttrMemory].(float64)
	return Need{Cores: int(cores), MemoryMiB: int(min(memory*1024, math.MaxInt32))}
}

// oneAbstract refuses a second size of the profile on a new compute (GFD.222
// requirement R0302).
func oneAbstract(mixins []string) error {
	var found string
	for _, id := range mixins {
		if !IsAbstract(id) {
			continue
		}
		if found != "" {
			return providers.Errorf(providers.ErrConflict, "create", "%s and %s: only one size can apply", found, id)
		}
		found = id
	}
	return nil
}

// Smallest returns the smallest size that is enough, by memory, then cores, then
// disk, then name; nil when none is. Sizes that state no architecture or no disk
// fit any: the disk is then made apart from the size.
func Smallest(sizes []providers.Size, n Need) *providers.Size {
	var best *providers.Size
	for i := range sizes {
		if s := &sizes[i]; n.metBy(s) && (best == nil || smaller(s, best)) {
			best = s
		}
	}
	return best
}

func (n Need) metBy(s *providers.Size) bool {
	return s.Cores >= n.Cores && s.MemoryMiB >= n.MemoryMiB &&
		(s.DiskGiB == 0 || s.DiskGiB >= n.DiskGiB) &&
		(n.Architecture == "" || len(s.Architectures) == 0 || slices.Contains(s.Architectures, n.Architecture))
}

func smaller(a, b *providers.Size) bool {
	switch {
	case a.MemoryMiB != b.MemoryMiB:
		return a.MemoryMiB < b.MemoryMiB
	case a.Cores != b.Cores:
		return a.Cores < b.Cores
	case a.DiskGiB != b.DiskGiB:
		return a.DiskGiB < b.DiskGiB
	}
	return a.Name < b.Name
}
