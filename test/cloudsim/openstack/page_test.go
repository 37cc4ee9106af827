package openstack

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	ostack "github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"occigate/test/cloudsim/fault"
)

// rows is how many resources each listing of these tests has.
const rows = 5

// stocked is a cloud with that many of everything that has pages.
func stocked(t *testing.T, change func(*Options)) *site {
	s := newSite(t, change)
	for i := range rows {
		n := s.AddNetwork(Network{Name: fmt.Sprintf("net-%d", i)}, fmt.Sprintf("10.%d.0.0/24", i))
		s.AddFlavor(Flavor{ID: fmt.Sprint(i), Name: "f"})
		s.AddImage(Image{Name: "i"})
		s.AddVolume(Volume{Name: "v"})
		s.AddServer(Server{Name: "s", FlavorID: "0"}, n.ID)
		s.Pass(time.Second)
	}
	return s.login()
}

// listings are all that have pages, with the member that holds the rows.
var listings = map[string]string{
	"/compute/v2.1/servers":               "servers",
	"/compute/v2.1/servers/detail":        "servers",
	"/compute/v2.1/flavors":               "flavors",
	"/compute/v2.1/flavors/detail":        "flavors",
	"/image/v2/images":                    "images",
	"/volume/v3/{project}/volumes":        "volumes",
	"/volume/v3/{project}/volumes/detail": "volumes",
	"/network/v2.0/networks":              "networks",
	"/network/v2.0/subnets":               "subnets",
	"/network/v2.0/ports":                 "ports",
}

// page reads one page: the ids of its rows, and the path and query of the next.
func (s *site) page(path, member string) (ids []string, next string) {
	s.t.Helper()
	r := s.want(200, "GET", path, "")
	doc := r.doc(s.t)
	for _, row := range doc[member].([]any) {
		ids = append(ids, row.(object)["id"].(string))
	}
	if relative, ok := doc["next"].(string); ok { // Glance
		u, _ := url.Parse(relative)
		return ids, "/image/v2/images?" + u.RawQuery
	}
	links, _ := doc[member+"_links"].([]any)
	for _, l := range links {
		if link := l.(object); link["rel"] == "next" {
			return ids, strings.TrimPrefix(link["href"].(string), s.url)
		}
	}
	return ids, ""
}

// walk reads all pages and counts them.
func (s *site) walkPages(path, member string) (ids []string, pages int) {
	s.t.Helper()
	for next := path; next != ""; pages++ {
		if pages > 3*rows {
			s.t.Fatalf("%s has no end", path)
		}
		var part []string
		part, next = s.page(next, member)
		ids = append(ids, part...)
	}
	return ids, pages
}

func TestPages(t *testing.T) {
	s := stocked(t, nil)
	for path, member := range listings {
		whole, _ := s.page(path, member)
		if len(whole) != rows {
			t.Fatalf("%s has %d rows, want %d", path, len(whole), rows)
		}
		for limit, pages := range map[int]int{1: rows + 1, 2: 3, rows: 2, rows + 1: 1} {
			got, n := s.walkPages(fmt.Sprintf("%s?limit=%d", path, limit), member)
			if diff := cmp.Diff(whole, got); diff != "" {
				t.Errorf("%s by %d: %s", path, limit, diff)
			}
			if n != pages {
				t.Errorf("%s by %d has %d pages, want %d", path, limit, n, pages)
			}
		}
	}
}

func TestOrder(t *testing.T) {
	s := stocked(t, nil)
	newest := s.Servers()[rows-1].ID
	if ids, _ := s.page("/compute/v2.1/servers", "servers"); ids[0] != newest {
		t.Errorf("Nova begins with %s, want the newest %s", ids[0], newest)
	}
	if ids, _ := s.page("/network/v2.0/networks", "networks"); !slices.IsSorted(ids) {
		t.Errorf("Neutron's rows are not in the order of their ids: %v", ids)
	}
}

func TestMaximumPage(t *testing.T) {
	s := stocked(t, func(o *Options) { o.PageSize = 2 })
	for path, member := range listings {
		first, _ := s.page(path+"?limit=4", member)
		want := 2
		if strings.HasPrefix(path, "/network") {
			want = 4
		}
		if len(first) != want {
			t.Errorf("%s gives %d rows, want %d", path, len(first), want)
		}
		if all, _ := s.walkPages(path, member); len(all) != rows {
			t.Errorf("%s gives %d rows in all, want %d", path, len(all), rows)
		}
	}
}

func TestBadPages(t *testing.T) {
	s := stocked(t, nil)
	for _, c := range []struct {
		path   string
		status int
		words  string
	}{
		{"/compute/v2.1/servers?marker=x", 400, `"marker [x] not found"`},
		{"/compute/v2.1/flavors?marker=x", 400, `"marker [x] not found"`},
		{"/image/v2/images?marker=x", 400, "No image found with ID x"},
		{"/volume/v3/{project}/volumes?marker=x", 404, "Volume x could not be found."},
		{"/network/v2.0/networks?limit=1&marker=x", 404, `"NetworkNotFound"`},
		{"/compute/v2.1/servers?limit=x", 400, "'x' does not match"},
		{"/image/v2/images?limit=-1", 400, "limit param must be an integer"},
		{"/volume/v3/{project}/volumes?limit=x", 400, "limit param must be an integer"},
		{"/network/v2.0/networks?limit=x", 400, "Bad limit request"},
		{"/compute/v2.1/servers/detail?changes-since=x", 400, "is not a 'date-time'"},
	} {
		if r := s.want(c.status, "GET", c.path, ""); !strings.Contains(r.text, c.words) {
			t.Errorf("%s says %s, want %q in it", c.path, r.text, c.words)
		}
	}
}

func TestFaultsOnPages(t *testing.T) {
	s := stocked(t, nil)
	const path, call = "/compute/v2.1/servers/detail", "GET /servers/detail"
	whole, _ := s.page(path, "servers")
	for name, c := range map[string]struct {
		fault fault.Fault
		want  []string
	}{
		"pages of two": {fault.Fault{Kind: fault.PageSize, Size: 2}, whole},
		"lag":          {fault.Fault{Kind: fault.Lag, Delay: 3 * time.Second}, whole[2:]},
		"vanish":       {fault.Fault{Kind: fault.Vanish, Size: 3, Times: 1}, whole[3:]},
		"duplicate":    {fault.Fault{Kind: fault.Duplicate, Times: 1}, append(slices.Clone(whole), whole[0])},
	} {
		for _, query := range []string{"", "?limit=1", "?limit=2"} {
			c.fault.Call = call
			s.plan.Set(c.fault)
			got, _ := s.walkPages(path+query, "servers")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s%s: %s", name, query, diff)
			}
		}
	}
	s.plan.Set(fault.Fault{Kind: fault.Shuffle, Call: call, Times: 1})
	got, _ := s.walkPages(path+"?limit=2", "servers")
	slices.Sort(got)
	slices.Sort(whole)
	if diff := cmp.Diff(whole, got); diff != "" {
		t.Errorf("shuffled: %s", diff)
	}
}

func TestThousandServersThroughGophercloud(t *testing.T) {
	s := newSite(t, nil)
	for range 1001 {
		s.AddServer(Server{Name: "s"})
	}
	compute := serviceClient(t, s.client(), ostack.NewComputeV2)
	if got := len(all(t, servers.List(compute, nil), servers.ExtractServers)); got != 1001 {
		t.Errorf("%d servers, want 1001", got)
	}
	if got := s.plan.Calls()["GET /servers/detail"]; got > 3 {
		t.Errorf("%d calls for 1001 servers", got)
	}
}
