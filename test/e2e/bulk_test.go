package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"occigate/translate/occi"
)

// both are what machines at each cloud of a demo are made of.
func both(t *testing.T, p *Program) []Wish {
	t.Helper()
	return []Wish{
		{Image: p.Mixin(t, occi.MixinOSTemplate, "amazon-.*debian"), Size: p.Mixin(t, occi.MixinResourceTemplate, "amazon-t3_micro")},
		{Image: p.Mixin(t, occi.MixinOSTemplate, "private-.*(debian|cirros|ubuntu)"), Size: p.Mixin(t, occi.MixinResourceTemplate, "private-m1_small")},
	}
}

// machines describes n computes in JSON, at each cloud in turn.
func machines(wishes []Wish, title string, n int) []string {
	var list []string
	for i := range n {
		w := wishes[i%len(wishes)]
		w.Title = title + strconv.Itoa(i)
		list = append(list, speakers[occi.OCCIJSON].compute(w))
	}
	return list
}

// volume describes a storage in JSON at a cloud.
func volume(cloud, title string, gib int) string {
	return fmt.Sprintf(`{"kind":%q,"title":%q,"mixins":[%q],"attributes":{"occi.storage.size":%d}}`,
		infra+"storage", title, cloudScheme+cloud, gib)
}

func resources(list ...string) string { return `{"resources":[` + strings.Join(list, ",") + `]}` }

// titled are the paths of the entities that were asked for under titles that
// begin with something. Boot disks, which some clouds name after their machine,
// are not among them: their ids are computed, those of what we make are of
// version 8.
func (p *Program) titled(t *testing.T, title string) (paths []string) {
	t.Helper()
	for _, e := range p.entities(t, "/resource/") {
		if strings.HasPrefix(e.Title, title) && strings.TrimPrefix(e.ID, "urn:uuid:")[14] == '8' {
			paths = append(paths, e.location())
		}
	}
	return paths
}

func TestBulkCreate(t *testing.T) {
	p := StartTwo(t, "100ms")
	wishes := both(t, p)
	for _, media := range collectionMedia {
		t.Run(string(media), func(t *testing.T) {
			title := "bulk " + strings.ReplaceAll(string(media), "/", " ") + " "
			list := append(machines(wishes, title, 3), volume("amazon", title+"v0", 1), volume("private", title+"v1", 2))
			a := p.Must(t, 201, "POST", "/", resources(list...), "Content-Type", "application/occi+json", "Accept", string(media))
			if got := a.Header.Get("Location"); got != "" {
				t.Errorf("many entities have one Location: %s", got)
			}
			got := createdPaths(t, p, a, media)
			var kinds []string
			for _, path := range got {
				kinds = append(kinds, strings.Split(path, "/")[1])
			}
			if want := []string{"compute", "compute", "compute", "storage", "storage"}; !slices.Equal(kinds, want) {
				t.Fatalf("created %q", got)
			}
			want := p.titled(t, title)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("created %q, listed are %q", got, want)
			}
		})
	}
	t.Run("one of an array", func(t *testing.T) {
		a := p.Must(t, 201, "POST", "/storage/", "["+volume("amazon", "alone", 1)+"]", "Content-Type", "application/json")
		if got := a.Header.Get("Location"); got == "" || a.Body != "X-OCCI-Location: "+got {
			t.Errorf("Location %q, body %q", got, a.Body)
		}
	})
	t.Run("X-33 any kind at /", func(t *testing.T) {
		a := p.Must(t, 201, "POST", "/", speakers[occi.TextPlain].storage(wishes[1]), "Content-Type", "text/plain")
		if got := a.Header.Get("Location"); !strings.HasPrefix(got, p.URL+"/storage/") {
			t.Errorf("Location %q", got)
		}
	})
}

// createdPaths reads the locations in the answer to a create.
func createdPaths(t *testing.T, p *Program, a Answer, media occi.MediaType) []string {
	t.Helper()
	if media != occi.OCCIJSON {
		return p.paths(t, a, media)
	}
	var urls []string
	p.decode(t, a, &urls)
	return p.paths(t, Answer{Body: strings.Join(urls, "\n")}, occi.URIList)
}

// TestBulkCreateChecksFirst sends requests of which one entity is wrong: nothing
// of them may be carried out.
func TestBulkCreateChecksFirst(t *testing.T) {
	p := StartTwo(t, "100ms")
	wishes := both(t, p)
	good := machines(wishes, "unborn", 2)
	mixed := wishes[0]
	mixed.Size = wishes[1].Size
	for name, c := range map[string]struct {
		path, bad string
		status    int
		says      string
	}{
		"an unknown attribute":   {"/compute/", `{"kind":"` + occi.KindCompute + `","attributes":{"colour":"red"}}`, 400, "colour"},
		"a missing attribute":    {"/", `{"kind":"` + occi.KindStorage + `"}`, 400, "occi.storage.size"},
		"no size at all":         {"/", volume("amazon", "unborn", 0), 400, "entity 3"},
		"another kind":           {"/compute/", volume("amazon", "unborn", 1), 400, "entity 3"},
		"a kind without members": {"/", `{"kind":"` + occi.KindResource + `"}`, 400, "resource"},
		"things of two clouds":   {"/compute/", speakers[occi.OCCIJSON].compute(mixed), 409, "entity 3"},
		"a link from nowhere": {"/", fmt.Sprintf(`{"kind":%q,"source":{"location":"/compute/none"},"target":{"location":"/storage/none"}}`,
			occi.KindStorageLink), 400, "entity 3"},
	} {
		t.Run(name, func(t *testing.T) {
			a := p.Must(t, c.status, "POST", c.path, "["+strings.Join(append(slices.Clone(good), c.bad), ",")+"]", "Content-Type", "application/occi+json")
			if !strings.Contains(a.Body, c.says) {
				t.Errorf("%q does not say %q", a.Body, c.says)
			}
		})
	}
	t.Run("too many", func(t *testing.T) {
		p.Must(t, 413, "POST", "/", resources(machines(wishes, "unborn", 251)...), "Content-Type", "application/occi+json")
	})
	t.Run("more than headers can tell", func(t *testing.T) {
		p.Must(t, 406, "POST", "/", resources(machines(wishes, "unborn", 250)...), "Content-Type", "application/occi+json", "Accept", "text/occi")
	})
	if got := p.titled(t, "unborn"); len(got) > 0 {
		t.Errorf("created all the same: %q", got)
	}
}

// TestBulkCreateUndoes has a cloud refuse one entity of many: the others are
// deleted again or never begun, and the answer says so of each.
func TestBulkCreateUndoes(t *testing.T) {
	p := StartTwo(t, "100ms")
	list := append(machines(both(t, p), "doomed", 14), volume("private", "doomed", 1<<20))
	slices.Reverse(list)
	list[0], list[2] = list[2], list[0]
	a := p.Must(t, 403, "POST", "/", resources(list...), "Content-Type", "application/occi+json", "Accept", "application/occi+json")
	results := p.results(t, a)
	words := map[string]int{}
	for i, r := range results {
		words[r.Result]++
		if i == 2 && (r.Result != "failed" || !strings.Contains(r.Message, "quota")) {
			t.Errorf("the entity that cannot be is %+v", r)
		}
		if r.Result == "undone" {
			p.Must(t, 404, "GET", r.Location, "")
		}
	}
	if len(results) != 15 || words["failed"] != 1 || words["undone"] == 0 || words["undone"]+words["not tried"] != 14 {
		t.Errorf("%d results: %v in %s", len(results), words, a.Body)
	}
	if got := p.titled(t, "doomed"); len(got) > 0 {
		t.Errorf("still there: %q", got)
	}
	t.Run("text", func(t *testing.T) {
		a := p.Must(t, 403, "POST", "/storage/", resources(volume("private", "doomed", 1<<20), volume("amazon", "doomed", 1)), "Content-Type", "application/occi+json")
		want := regexp.MustCompile(`^.+: entity 1: .*quota.*\n1 failed: .*quota.*\n2 (undone ` + p.URL + `/storage/[0-9a-f-]{36}|not tried)$`)
		if !want.MatchString(a.Body) {
			t.Errorf("%q is not %s", a.Body, want)
		}
		if got := p.titled(t, "doomed"); len(got) > 0 {
			t.Errorf("still there: %q", got)
		}
	})
}

// naming writes the paths of entities in a media type, as a body or as headers.
func naming(media occi.MediaType, paths ...string) (body string, headers []string) {
	headers = []string{"Content-Type", string(media)}
	switch media {
	case occi.TextOCCI:
		return "", append(headers, "X-OCCI-Location", strings.Join(paths, ", "))
	case occi.OCCIJSON:
		var list []map[string]string
		for _, path := range paths {
			list = append(list, map[string]string{"id": path[strings.LastIndexByte(path, '/')+1:]})
		}
		text, _ := json.Marshal(map[string]any{"resources": list}) // of strings alone
		return string(text), headers
	case occi.URIList:
		return strings.Join(paths, "\r\n"), headers
	}
	return "X-OCCI-Location: " + strings.Join(paths, "\nX-OCCI-Location: "), headers
}

func TestCollectionDelete(t *testing.T) {
	p := StartTwo(t, "100ms")
	settle(t, p)
	wishes := both(t, p)
	for _, media := range collectionMedia {
		t.Run(string(media), func(t *testing.T) {
			a := p.Must(t, 201, "POST", "/compute/", resources(machines(wishes, "brief", 3)...), "Content-Type", "application/occi+json", "Accept", string(occi.URIList))
			made := p.paths(t, a, occi.URIList)
			before := p.paths(t, p.Must(t, 200, "GET", "/compute/", "", "Accept", string(occi.URIList)), occi.URIList)
			body, headers := naming(media, made[0], made[1], made[0])
			if a := p.Must(t, 200, "DELETE", "/compute/", body, headers...); a.Body != "OK" {
				t.Errorf("body %q", a.Body)
			}
			p.Must(t, 404, "GET", made[0], "")
			p.Must(t, 404, "GET", made[1], "")
			p.Must(t, 200, "GET", made[2], "")
			want := slices.DeleteFunc(before, func(path string) bool { return path == made[0] || path == made[1] })
			if got := p.paths(t, p.Must(t, 200, "GET", "/compute/", "", "Accept", string(occi.URIList)), occi.URIList); !slices.Equal(got, want) {
				t.Errorf("left are %q, want %q", got, want)
			}
		})
	}
	compute, storage := first(t, p, "/compute/"), first(t, p, "/storage/")
	before := len(p.entities(t, "/compute/"))
	const text = "text/plain"
	for name, c := range map[string]struct {
		status        int
		path, body    string
		contentHeader []string
	}{
		"H-37 all":                 {403, "/compute/", "", nil},
		"all, announced as JSON":   {403, "/compute/", "", []string{"Content-Type", "application/occi+json"}},
		"an entity of another":     {400, "/compute/", "X-OCCI-Location: " + storage, []string{"Content-Type", text}},
		"an unknown entity":        {400, "/compute/", "X-OCCI-Location: " + compute + "\nX-OCCI-Location: /compute/none", []string{"Content-Type", text}},
		"a body that lists none":   {400, "/compute/", "Category: " + computeKind, []string{"Content-Type", text}},
		"a header beside the body": {400, "/compute/", "", []string{"Content-Type", text, "X-OCCI-Location", "/compute/none"}},
		"a filter":                 {400, "/compute/?attribute=occi.compute.cores=99", "X-OCCI-Location: " + compute, []string{"Content-Type", text}},
		"a malformed body":         {400, "/compute/", "nonsense", []string{"Content-Type", text}},
		"a malformed location":     {400, "/compute/", "X-OCCI-Location: <", []string{"Content-Type", text}},
	} {
		t.Run(name, func(t *testing.T) { p.Must(t, c.status, "DELETE", c.path, c.body, c.contentHeader...) })
	}
	if got := len(p.entities(t, "/compute/")); got != before {
		t.Errorf("%d of %d entities are left", got, before)
	}
	t.Run("one cannot be deleted", func(t *testing.T) {
		used := p.entities(t, "/storagelink/")[0].Target.Location
		a := p.Must(t, 201, "POST", "/storage/", volume("amazon", "free", 1), "Content-Type", "application/occi+json")
		free := path(a.Header.Get("Location"))
		p.State(t, free, "online")
		body, headers := naming(occi.URIList, used, free)
		a = p.Do(t, "DELETE", "/storage/", body, append(headers, "Accept", "application/occi+json")...)
		got := p.results(t, a)
		if a.Status != 409 || len(got) != 2 || got[0].Result != "failed" || got[0].Location != p.URL+used || got[1].Result != "done" {
			t.Errorf("%d %+v", a.Status, got)
		}
		p.Must(t, 404, "GET", free, "")
		p.Must(t, 200, "GET", used, "")
	})
}

func TestCollectionDeleteAll(t *testing.T) {
	p := Start(t, map[string]string{"OCCIGATE_PASSWORD": "secret"}, "serve", "--listen", "127.0.0.1:0", "--config",
		file(t, "store: {embedded: {path: DIR/all.db}}\nocci: {delete_all: true}\nrefresh: {fast: 500ms, least: 500ms}\n"+twoClouds(t)))
	first(t, p, "/compute/")
	p.Must(t, 405, "DELETE", "/", "")
	p.Must(t, 400, "DELETE", "/compute/", "Category: "+computeKind, "Content-Type", "text/plain")
	first(t, p, "/compute/")
	p.Must(t, 200, "DELETE", "/compute/", "")
	if a := p.Must(t, 200, "GET", "/compute/", ""); a.Body != "" {
		t.Errorf("still there:\n%s", a.Body)
	}
	p.Must(t, 200, "DELETE", "/compute/", "") // nothing left is fine
	first(t, p, "/network/")
}
