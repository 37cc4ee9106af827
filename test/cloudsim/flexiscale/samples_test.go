package flexiscale

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shared are the constructed documents that are no part of this repository.
const shared = "../../../../shared/fixtures/flexiscale/constructed-soap-0.5"

// shape is the names of the elements of an answer, of arrays that of the first
// item.
func shape(t *testing.T, text string) string {
	t.Helper()
	root, err := parse([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var b strings.Builder
	var walk func(*tree, int)
	walk = func(n *tree, depth int) {
		b.WriteString(strings.Repeat(" ", depth) + n.name + "\n")
		for i, k := range n.kids {
			if k.name != "item" || i == 0 {
				walk(k, depth+1)
			}
		}
	}
	walk(root, 0)
	return b.String()
}

// TestSamples compares what the simulator answers with the constructed answers,
// where those are at hand.
func TestSamples(t *testing.T) {
	s := newSite(t, Options{}).login()
	answers := map[string]string{
		"login_response.xml":                        s.must("Login", "<username>demo</username><password>demo-password</password>"),
		"list_servers_response.xml":                 s.must("ListServers", ""),
		"list_disks_response.xml":                   s.must("ListDisks", ""),
		"list_vlans_response.xml":                   s.must("ListVlans", ""),
		"list_ip_blocks_response.xml":               s.must("ListIpBlocks", ""),
		"list_packages_response.xml":                s.must("ListPackages", ""),
		"list_network_interfaces_response.xml":      s.must("ListNetworkInterfaces", ""),
		"list_operating_system_images_response.xml": s.must("ListOperatingSystemImages", ""),
		"start_server_response.xml":                 s.must("StartServer", named("build")),
		"list_jobs_response.xml":                    s.must("ListJobs", ""),
		"wait_for_jobs_response_true.xml":           s.must("WaitForJobs", ""),
		"create_server_response.xml":                s.must("CreateServer", wish),
	}
	for name, q := range map[string]struct{ op, params string }{
		"fault_server_not_found.xml":    {"StartServer", named("kkkkkk")},
		"fault_server_not_stopped.xml":  {"DestroyServer", named("shop_db")},
		"fault_invalid_server.xml":      {"StartServer", named("shop_db")},
		"fault_server_stopping.xml":     {"StopServer", named("staging") + "<stop_method>1</stop_method>"},
		"fault_bad_name.xml":            {"CreateServer", strings.Replace(wish, ">new<", ">n w<", 1)},
		"fault_bad_processors.xml":      {"CreateServer", strings.Replace(wish, "<processors>1<", "<processors>99<", 1)},
		"fault_unexpected.xml":          {"CreateServer", strings.Replace(wish, ">27<", ">28<", 1)},
		"fault_invalid_credentials.xml": {"Login", "<username>demo</username><password>wrong</password>"},
	} {
		_, answers[name] = s.call(q.op, q.params)
	}
	_, answers["fault_not_logged_in.xml"] = newSite(t, Options{}).call("ListServers", "")
	if _, err := os.Stat(shared); err != nil {
		t.Skip("samples: FlexiScale, simulator: none is here")
	}
	for name, got := range answers {
		want, err := os.ReadFile(filepath.Join(shared, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if diff := cmp.Diff(shape(t, string(want)), shape(t, got)); diff != "" {
			t.Errorf("%s (-sample +simulator):\n%s", name, diff)
		}
	}
	t.Logf("samples: FlexiScale, simulator: %d answers of API 0.5", len(answers))
}
