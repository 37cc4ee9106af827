package inventory

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"occigate/providers"
)

func TestTokensNameTheirAccountAndKind(t *testing.T) {
	token := newToken("a", KindServer, uuid.New())
	if u := uuid.MustParse(token); u.Version() != 8 || u.Variant() != uuid.RFC4122 || !isUUID(token) {
		t.Errorf("%s is no UUIDv8", token)
	}
	if !tokenNames(token, "a", KindServer) {
		t.Error("it does not name its account")
	}
	for _, no := range []bool{
		tokenNames(token, "b", KindServer), tokenNames(token, "a", KindVolume), tokenNames("x", "a", KindServer),
		tokenNames(uuid.NewString(), "a", KindServer), isUUID("{" + token + "}"),
	} {
		if no {
			t.Error("something else is taken for a token")
		}
	}
}

// Ids are published: this must never change.
func TestComputedIDsNeverChange(t *testing.T) {
	const want = "59faf955-cdfa-5085-9106-dce657f5b800" // uuid5(uuid5(URL, "urn:occigate:inventory"), "aws-1\0server\0i-1"), by Python's uuid
	if got := computedID("aws-1", KindServer, "i-1"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAssign(t *testing.T) {
	old, now := noon.Add(-time.Hour), noon
	token := newToken("a", KindServer, uuid.UUID{1})
	chosen := "11111111-2222-4333-8444-555555555555"
	computed := func(native string) string { return computedID("a", KindServer, native) }
	server := func(native, token string, created time.Time) listed {
		return serverRow(&providers.Server{ID: native, Token: token, Created: created})
	}
	stored := func(id, native string, created time.Time) map[string]*row {
		return map[string]*row{native: {ID: id, Kind: KindServer, Native: native, thing: server(native, "", created).thing}}
	}
	open := map[string]*intent{chosen: {ID: chosen, Kind: KindServer, Class: classCreate, Phase: calling, Started: noon.Add(-10 * time.Minute)}}
	tests := map[string]struct {
		known knowledge
		rows  []listed
		want  []string // ids in the order of the rows
		held  int
		died  int
		fault int // rows with a problem
	}{
		"a stranger":                            {rows: []listed{server("i-1", "", old)}, want: []string{computed("i-1")}},
		"a published id never changes":          {known: knowledge{rows: stored("x", "i-1", old)}, rows: []listed{server("i-1", token, old)}, want: []string{"x"}},
		"another incarnation":                   {known: knowledge{rows: stored(computed("i-1"), "i-1", old)}, rows: []listed{server("i-1", "", now)}, want: []string{computed("i-1")}, died: 1},
		"another incarnation of ours":           {known: knowledge{rows: stored(chosen, "i-1", old)}, rows: []listed{server("i-1", "", now)}, want: []string{computed("i-1")}},
		"own data knows the native id":          {known: knowledge{bound: map[string]binding{"i-1": {chosen, old}}}, rows: []listed{server("i-1", "", old)}, want: []string{chosen}},
		"own data of another incarnation":       {known: knowledge{bound: map[string]binding{"i-1": {chosen, old}}}, rows: []listed{server("i-1", "", now)}, want: []string{computed("i-1")}},
		"a token that an intent waits for":      {known: knowledge{creates: open}, rows: []listed{server("i-1", chosen, old)}, want: []string{chosen}},
		"a row without name, ours":              {known: knowledge{creates: open}, rows: []listed{server("", chosen, old)}, want: []string{chosen}},
		"a row without name, a stranger's":      {rows: []listed{server("", "", old)}, held: 1},
		"a stranger while an answer is awaited": {known: knowledge{creates: open}, rows: []listed{server("i-1", "", noon.Add(-9*time.Minute))}, held: 1},
		"a stranger where ours has a token":     {known: knowledge{creates: open}, rows: []listed{server("i-1", "", noon.Add(-9*time.Minute)), server("i-2", chosen, noon.Add(-9*time.Minute))}, want: []string{computed("i-1"), chosen}},
		"where an own row has a token":          {known: knowledge{creates: open, owns: map[string]*own{token: {Kind: KindServer, Native: "i-2"}}, bound: map[string]binding{"i-2": {id: token}}}, rows: []listed{server("i-1", "", now), server("i-2", token, old)}, want: []string{computed("i-1"), token}},
		"where a published row has a token":     {known: knowledge{creates: open, rows: stored(token, "i-2", old)}, rows: []listed{server("i-1", "", now), server("i-2", token, old)}, want: []string{computed("i-1"), token}},
		"where a token says nothing":            {known: knowledge{creates: open}, rows: []listed{server("i-1", "", now), server("i-2", token, old)}, want: []string{computed("i-2")}, held: 1},
		"an old stranger meanwhile":             {known: knowledge{creates: open}, rows: []listed{server("i-1", "", old)}, want: []string{computed("i-1")}},
		"a token that nobody knows":             {rows: []listed{server("i-1", token, old)}, want: []string{computed("i-1")}},
		"the same after the loss of the store":  {known: knowledge{first: true}, rows: []listed{server("i-1", token, old)}, want: []string{token}},
		"a client's id after the loss":          {known: knowledge{first: true}, rows: []listed{server("i-1", chosen, old)}, want: []string{computed("i-1")}},
		"two with one token after the loss":     {known: knowledge{first: true}, rows: []listed{server("i-1", token, old), server("i-2", token, now)}, want: []string{computed("i-1"), computed("i-2")}, fault: 2},
		"a clone, native id known":              {known: knowledge{creates: map[string]*intent{chosen: {ID: chosen, Native: "i-2"}}, bound: map[string]binding{"i-2": {id: chosen}}}, rows: []listed{server("i-1", chosen, old), server("i-2", chosen, now)}, want: []string{computed("i-1"), chosen}, fault: 1},
		"a clone, native id unknown: the older": {known: knowledge{creates: open}, rows: []listed{server("i-2", chosen, now), server("i-1", chosen, old)}, want: []string{computed("i-2"), chosen}, fault: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.known.uid, tt.known.kind = "a", KindServer
			got := assign(tt.known, tt.rows, noon)
			ids, faults := map[string]string{}, 0
			for _, r := range got.rows {
				ids[r.Native] = r.ID
				if r.Problem != "" {
					faults++
				}
			}
			var have []string
			for _, l := range tt.rows {
				if id := ids[l.native]; id != "" {
					have = append(have, id)
				}
			}
			if !slices.Equal(have, tt.want) || got.held != tt.held || len(got.died) != tt.died || faults != tt.fault {
				t.Errorf("ids %v, held %d, died %v, %d problems; want %v, %d, %d, %d", have, got.held, got.died, faults, tt.want, tt.held, tt.died, tt.fault)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	stored := func(id, native, name string, missing int) *row {
		r := &row{ID: id, Kind: KindServer, Native: native, Born: noon, Missing: missing, thing: serverRow(&providers.Server{ID: native, Name: name}).thing}
		r.sum = digest(r.write("a").Data)
		return r
	}
	known := []*row{stored("same", "i-1", "n", 0), stored("changed", "i-2", "old", 0), stored("absent", "i-3", "n", 1), stored("replaced", "i-4", "n", 0), stored("back", "i-5", "n", 1)}
	c := diff("a", known, assigned{rows: []*row{stored("same", "i-1", "n", 0), stored("changed", "i-2", "new", 0), stored("other", "i-4", "n", 0), stored("back", "i-5", "n", 0), stored("fresh", "i-6", "n", 0)}})
	var written []string
	for _, w := range c.writes {
		written = append(written, w.ID)
	}
	if want := []string{"changed", "other", "back", "fresh"}; !slices.Equal(written, want) {
		t.Errorf("written %v, want %v", written, want)
	}
	if len(c.absent) != 1 || c.absent[0].ID != "absent" || c.absent[0].Missing != 2 || known[2].Missing != 1 {
		t.Errorf("absent %+v", c.absent)
	}
	if len(c.gone) != 1 || c.gone[0].ID != "replaced" {
		t.Errorf("gone %+v", c.gone)
	}
}

// TestSameIncarnation takes a create's answer and the listed row for one thing
// though their times differ by what clouds round away.
func TestSameIncarnation(t *testing.T) {
	made := time.Date(2026, 11, 23, 16, 34, 3, 184_490_000, time.UTC)
	for _, c := range []struct {
		name string
		a, b time.Time
		want bool
	}{
		{"equal", made, made, true},
		{"listed in whole seconds", made, made.Truncate(time.Second), true},
		{"another clock", made, made.Add(20 * time.Second), true},
		{"one does not tell", made, time.Time{}, true},
		{"the id was used again", made, made.Add(time.Hour), false},
		{"the earlier user of the id", made, made.Add(-time.Hour), false},
	} {
		if got := sameIncarnation(c.a, c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
