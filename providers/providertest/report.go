package providertest

import (
	"maps"
	"slices"
	"strings"

	"occigate/providers"
)

// Report is what a run of the suite saw of a cloud.
type Report struct {
	seen  map[string]outcome // by case
	power map[providers.PowerOp]bool
	cost  *Cost
	paged bool
	cold  bool

	missing []string // abilities that the adapter has not, in order
}

// outcome is how a case ended, and what the cloud lacks or why it deviates.
type outcome struct{ result, text string }

// The results of a case, as the tables show them, from the best to the worst.
const (
	works   = "yes"
	lacks   = "-"
	differs = "differs"
	failed  = "fails"
)

var order = []string{works, lacks, differs, failed}

func newReport() *Report {
	return &Report{seen: map[string]outcome{}, power: map[providers.PowerOp]bool{}}
}

// look notes what is known of a cloud before any case.
func (r *Report) look(c Cloud) {
	r.cost, r.paged, r.cold, r.missing = c.Cost, c.Faults.Paged, c.Cold, nil
	for _, has := range abilities() {
		if name, there := has(c); !there {
			r.missing = append(r.missing, name)
		}
	}
	slices.Sort(r.missing)
}

// merge puts the reports of a cloud's forms together: what differs in one form
// differs.
func merge(reports []*Report) *Report {
	all := newReport()
	for _, r := range reports {
		for name, o := range r.seen {
			was, there := all.seen[name]
			if !there || slices.Index(order, o.result) > slices.Index(order, was.result) {
				all.seen[name] = o
			}
		}
		maps.Copy(all.power, r.power)
		all.cold = all.cold || r.cold
		all.missing = r.missing
		if all.cost == nil || r.cost != nil && r.cost.PerServer > all.cost.PerServer {
			all.cost, all.paged = r.cost, r.paged
		}
	}
	return all
}

// whole reports whether every case was run.
func (r *Report) whole() bool { return len(r.seen) == len(suite()) }

// cell is what a table says of the cases: the worst of their results.
func (r *Report) cell(cases []testCase) string {
	worst := 0
	for _, tc := range cases {
		worst = max(worst, slices.Index(order, r.seen[tc.name].result))
	}
	return order[worst]
}

// powers are the operations that were seen to work, in the order of the
// contract.
func (r *Report) powers() string {
	var ops []string
	for _, op := range []providers.PowerOp{
		providers.PowerStart, providers.PowerStop, providers.PowerOff, providers.PowerReboot,
		providers.PowerReset, providers.PowerSuspend, providers.PowerHibernate,
	} {
		if r.power[op] {
			ops = append(ops, string(op))
		}
	}
	return strings.Join(ops, ", ")
}

// columns are the cells of the two tables, in order: what can be done, and what
// is promised beside.
func (r *Report) columns() (operations, promises []row) {
	by := map[string][]testCase{}
	for _, tc := range suite() {
		if tc.does == "" {
			promises = append(promises, row{tc.name, r.cell([]testCase{tc})})
			continue
		}
		if by[tc.does] == nil {
			operations = append(operations, row{name: tc.does})
		}
		by[tc.does] = append(by[tc.does], tc)
	}
	for i, o := range operations {
		operations[i].cell = r.cell(by[o.name])
		switch {
		case operations[i].cell != works:
		case o.name == powerRow:
			operations[i].cell = r.powers()
		case r.cold && (o.name == attachRow || o.name == assignRow):
			operations[i].cell = works + ", when stopped"
		}
	}
	return operations, promises
}

// row is one cloud's part of a row of a table.
type row struct{ name, cell string }

// The operations whose cells say more than that they work: which ones, and in
// which state of the server.
const (
	powerRow  = "power, every operation that a server offers"
	attachRow = "attach and detach volumes"
	assignRow = "assign addresses"
)
