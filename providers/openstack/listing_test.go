package openstack_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"occigate/providers"
	"occigate/test/cloudsim/fault"
	cloudsim "occigate/test/cloudsim/openstack"
)

// TestThousandServers counts the calls of a listing at several page sizes: its
// pages and one more. As in Nova, a full page says that there is a next one,
// which is empty where the size divides the thousand.
func TestThousandServers(t *testing.T) {
	s := newSite(t)
	wide := s.AddNetwork(cloudsim.Network{Name: "wide"}, "10.1.0.0/20").ID
	for i := range 1000 {
		s.AddServer(cloudsim.Server{Name: fmt.Sprintf("server-%d", i)}, wide)
	}
	p := s.adapter(t, s.settings())
	if _, err := p.Identity(t.Context()); err != nil {
		t.Fatal(err)
	}
	for size, pages := range map[int]int{1000: 2, 999: 2, 400: 3, 100: 11} {
		s.Plan.Set(fault.Fault{Kind: fault.PageSize, Size: size, Call: "GET /servers/detail"})
		s.Plan.ResetCalls()
		rows, err := p.Servers(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int{"GET /servers/detail": pages, "GET /ports": 1}
		if diff := cmp.Diff(want, s.Plan.Calls()); diff != "" {
			t.Errorf("pages of %d: calls wanted (-) and made (+):\n%s", size, diff)
		}
		if len(rows) != 1000 {
			t.Errorf("pages of %d: %d servers", size, len(rows))
		}
		for _, r := range rows {
			if len(r.Interfaces) != 1 || r.Interfaces[0].NetworkID != wide {
				t.Fatalf("server %s has the interfaces %+v", r.Name, r.Interfaces)
			}
		}
	}
}

// BenchmarkThousandServers is the adapter's own part of a refresh: the answers
// are ready.
func BenchmarkThousandServers(b *testing.B) {
	s := newSite(b)
	wide := s.AddNetwork(cloudsim.Network{Name: "wide"}, "10.1.0.0/20").ID
	for i := range 999 {
		s.AddServer(cloudsim.Server{Name: fmt.Sprintf("server-%d", i)}, wide)
	}
	answers := map[string]*http.Response{}
	bodies := map[string][]byte{}
	canned := roundTrip(func(r *http.Request) (*http.Response, error) {
		key := r.URL.String()
		if answers[key] == nil {
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			answers[key] = answer
			bodies[key], _ = io.ReadAll(answer.Body)
		}
		again := *answers[key]
		again.Body = io.NopCloser(bytes.NewReader(bodies[key]))
		return &again, nil
	})
	p := newAdapter(b, s.settings(), &http.Client{Transport: canned})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Servers(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestListingIsEverythingOrAnError gives pages that are not what they should
// be.
func TestListingIsEverythingOrAnError(t *testing.T) {
	const servers = "GET /compute/v2.1/servers/detail"
	row := `{"id": "a", "status": "ACTIVE", "flavor": {"original_name": "f"}}`
	next := `"servers_links": [{"rel": "next", "href": "http://elsewhere/servers/detail?marker=a"}]`
	second := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("marker") == "" {
				says(http.StatusOK, `{"servers": [`+row+`], `+next+`}`)(w, r)
				return
			}
			says(status, body)(w, r)
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"no collection":           says(http.StatusOK, `{}`),
		"null":                    says(http.StatusOK, `{"servers": null}`),
		"another collection":      says(http.StatusOK, `{"images": []}`),
		"a proxy's page":          says(http.StatusOK, `<html>maintenance</html>`),
		"cut short":               says(http.StatusOK, `{"servers": [`+row),
		"page that leads to it":   says(http.StatusOK, `{"servers": [`+row+`], `+next+`}`),
		"next without a marker":   says(http.StatusOK, `{"servers": [], "servers_links": [{"rel": "next", "href": "/servers"}]}`),
		"marker gone meanwhile":   second(http.StatusBadRequest, `{"badRequest": {"message": "marker [a] not found"}}`),
		"second page not allowed": second(http.StatusNotFound, `{"itemNotFound": {"message": "marker"}}`),
		"second page fails":       second(http.StatusBadGateway, ``),
		"cell that is down":       says(http.StatusOK, `{"servers": [`+row+`, {"id": "b", "status": "UNKNOWN"}]}`),
		"404 of a proxy":          says(http.StatusNotFound, `<html><h1>Not Found</h1></html>`),
	} {
		s := newStub(t)
		s.paths[servers] = answer
		rows, err := s.adapter(t).Servers(t.Context())
		if !errors.Is(err, providers.ErrUnavailable) || len(rows) > 0 {
			t.Errorf("%s: %d rows and %v, want no row and unavailable", name, len(rows), err)
		}
	}
}

// TestServerRows reads rows as Nova writes them.
func TestServerRows(t *testing.T) {
	s := newStub(t)
	s.paths["GET /compute/v2.1/servers/detail"] = says(http.StatusOK, `{"servers": [
		{"id": "volume", "name": "v", "status": "SHUTOFF", "image": "", "created": "2026-11-23T15:21:31Z", "metadata": {"occigate:token": "t1"},
		 "flavor": {"original_name": "m1", "vcpus": 2, "ram": 2048, "disk": 20}, "OS-EXT-STS:task_state": null, "OS-SRV-USG:launched_at": "2026-11-23T15:21:33.000000",
		 "addresses": {"z-first": [{"addr": "10.0.0.9", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:02"}, {"addr": "203.0.113.7", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:02"}],
		               "a-second": [{"addr": "10.1.0.9", "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01"}]}},
		{"id": "task", "status": "ACTIVE", "image": {"id": "i1"}, "flavor": {"original_name": "m1"}, "OS-EXT-STS:task_state": "powering-off", "OS-SRV-USG:launched_at": "2026-11-23T15:21:33.000000"},
		{"id": "nohost", "status": "ERROR", "flavor": {"original_name": "m1"}, "fault": {"code": 500, "message": "No valid host was found."}, "OS-SRV-USG:launched_at": null},
		{"id": "broken", "status": "ERROR", "flavor": {"original_name": "m1"}, "OS-SRV-USG:launched_at": "2026-11-23T15:21:33.000000"},
		{"id": "moved", "status": "VERIFY_RESIZE", "flavor": {"original_name": "m1"}},
		{"id": "odd", "status": "SOMETHING_NEW", "flavor": {"original_name": "m1"}},
		{"id": "deleted", "status": "DELETED", "flavor": {"original_name": "m1"}},
		{"id": "trash", "status": "SOFT_DELETED", "flavor": {"original_name": "m1"}}]}`)
	s.paths["GET /network/v2.0/ports"] = says(http.StatusOK, `{"ports": [
		{"id": "p1", "network_id": "n1", "mac_address": "fa:16:3e:00:00:01", "device_id": "volume", "device_owner": "compute:nova", "status": "DOWN", "fixed_ips": [{"ip_address": "10.1.0.9"}]},
		{"id": "p2", "network_id": "n2", "mac_address": "fa:16:3e:00:00:02", "device_id": "volume", "device_owner": "compute:zone-b", "status": "ACTIVE", "fixed_ips": [{"ip_address": "10.0.0.9"}, {"ip_address": "2001:db8::9"}]},
		{"id": "p3", "network_id": "n3", "mac_address": "fa:16:3e:00:00:03", "device_id": "volume", "device_owner": "compute:nova", "status": "BUILD"},
		{"id": "r1", "device_id": "volume", "device_owner": "network:router_interface"}]}`)
	rows, err := s.adapter(t).Servers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, r := range rows {
		seen = append(seen, fmt.Sprintf("%s %s %v %v %q", r.ID, r.State, r.Power, r.Abilities, r.Message))
	}
	want := []string{
		`volume inactive [start] [save resize] ""`,
		`task stopping [] [] ""`,
		`nohost error [] [] "No valid host was found."`,
		`broken error [reset] [] ""`,
		`moved resizing [] [] "resized, waits to be confirmed or reverted"`,
		`odd unknown [] [] ""`,
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("states wanted (-) and seen (+):\n%s", diff)
	}
	v := rows[0]
	if v.ImageID != "" || v.Token != "t1" || v.SizeID != "m1" || v.Cores != 2 || v.MemoryMiB != 2048 || v.DiskGiB != 20 || v.Created.Year() != 2026 {
		t.Errorf("row %+v", v)
	}
	var plugs []string
	for _, i := range v.Interfaces {
		plugs = append(plugs, strings.Join([]string{i.Device, i.ID, i.NetworkID, i.IP, string(i.State), strings.Join(i.MoreIPs, ",")}, " "))
	}
	wantPlugs := []string{"eth0 p2 n2 10.0.0.9 online 2001:db8::9", "eth1 p1 n1 10.1.0.9 offline ", "eth2 p3 n3  pending "}
	if diff := cmp.Diff(wantPlugs, plugs); diff != "" {
		t.Errorf("interfaces wanted (-) and seen (+):\n%s", diff)
	}
}
