package flexiscale

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"occigate/test/cloudsim/fault"
	"occigate/test/cloudsim/timeline"
)

const transition = 12 * time.Second

// site is a seeded cloud behind a server, with a clock that the test moves and
// a client that keeps cookies.
type site struct {
	*Cloud
	*timeline.Clock
	t      *testing.T
	url    string
	plan   *fault.Plan
	client *http.Client
}

func newSite(t *testing.T, o Options) *site {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, plan: new(fault.Plan), client: &http.Client{Jar: jar}, Clock: timeline.NewClock(time.Date(2009, 3, 1, 12, 0, 0, 0, time.UTC))}
	o.Clock, o.Faults, o.Transition = s.Now, s.plan, transition
	s.Cloud = New(o)
	s.Seed()
	server := httptest.NewServer(s.Cloud)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// call makes a call with its parameters as XML and gives the body of the answer.
func (s *site) call(op, params string) (status int, body string) {
	s.t.Helper()
	text := prologue + "<ns1:" + op + ">" + params + "</ns1:" + op + ">" + epilogue
	res, err := s.client.Post(s.url, "text/xml", strings.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

func (s *site) login() *site {
	s.t.Helper()
	s.must("Login", "<username>demo</username><password>demo-password</password>")
	return s
}

// must makes a call that is to succeed.
func (s *site) must(op, params string) string {
	s.t.Helper()
	status, body := s.call(op, params)
	if status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", op, status, body)
	}
	return body
}

var faultstring = regexp.MustCompile(`<faultstring>(.*)</faultstring>`)

// refused makes a call that is to be a fault that begins with the words.
func (s *site) refused(op, params, words string) {
	s.t.Helper()
	status, body := s.call(op, params)
	m := faultstring.FindStringSubmatch(body)
	if status != http.StatusInternalServerError || m == nil || !strings.HasPrefix(strings.ReplaceAll(m[1], "&#34;", `"`), words) {
		s.t.Errorf("%s: %d %s, want the fault %q", op, status, body, words)
	}
}

func named(name string) string { return "<server_name>" + name + "</server_name>" }

func TestSessions(t *testing.T) {
	s := newSite(t, Options{})
	s.refused("ListServers", "", notLoggedIn)
	s.refused("Login", "<username>demo</username><password>wrong</password>", wrongLogin)
	s.login().must("ListServers", "")
	s.Pass(25 * time.Minute)
	s.refused("ListServers", "", notLoggedIn)
	s.login().must("Logout", "")
	s.refused("ListServers", "", notLoggedIn)
	s.login().plan.Set(fault.Fault{Kind: fault.Expire, Times: 1})
	s.refused("ListServers", "", notLoggedIn)
}

// wish are the parameters of a create.
const wish = `<specification><server_name>new</server_name><package_id>12345</package_id><processors>1</processors><memory>512</memory>` +
	`<operating_system_image><operating_system_image_id>27</operating_system_image_id></operating_system_image><disk_capacity>20</disk_capacity></specification>` +
	`<vlan><vlan_id>552</vlan_id></vlan>`

func TestLifeOfAServer(t *testing.T) {
	s := newSite(t, Options{}).login()
	s.must("CreateServer", wish)
	row := s.must("ListServers", "<list><item>new</item></list>")
	for _, part := range []string{`"ns1:Server[1]"`, ">5</status>", ">20480</disk_capacity>", "ip_addresses soapenc:arrayType=\"xsd:string[1]\""} {
		if !strings.Contains(row, part) {
			t.Errorf("%q is missing in %s", part, row)
		}
	}
	s.refused("StopServer", named("new")+"<stop_method>1</stop_method>", notRunning)
	s.must("StartServer", named("new"))
	s.refused("StartServer", named("new"), invalidServer)
	s.refused("DestroyServer", named("new"), notStopped)
	s.Pass(transition)
	s.must("StopServer", named("new")+"<stop_method>2</stop_method>")
	s.Pass(transition)
	s.must("DestroyServer", named("new"))
	s.Pass(transition)
	s.refused("StartServer", named("new"), `Server "new" not found`)
	s.refused("CreateServer", strings.Replace(wish, ">new<", ">n w<", 1), badName)
	s.refused("CreateServer", strings.Replace(wish, "<processors>1<", "<processors>99<", 1), badProcessors)
	s.refused("CreateServer", strings.Replace(wish, ">27<", ">28<", 1), "An unexpected error")
}

func TestModifiedUntilStoppedAndStarted(t *testing.T) {
	s := newSite(t, Options{}).login()
	first := s.Servers()[0]
	s.must("ModifyServer", "<specification><server_id>"+number("", first.ID).text+"</server_id><processors>2</processors><memory>2048</memory></specification>")
	if now := s.Servers()[0]; !now.Modified || now.Processors != 2 || first.Processors != 1 {
		t.Errorf("%+v after a change of %+v", now, first)
	}
	s.must("RebootServer", named(first.Name))
	s.Pass(transition)
	if !s.Servers()[0].Modified {
		t.Error("a reboot is enough")
	}
	s.must("StopStartServer", named(first.Name))
	s.Pass(transition)
	if s.Servers()[0].Modified {
		t.Error("modified after a stop and start")
	}
}

func TestJobs(t *testing.T) {
	s := newSite(t, Options{}).login()
	s.must("StartServer", named("build")+"<notes>mine</notes>")
	job := s.Jobs()[0]
	waited := make(chan string)
	go func() {
		_, body := s.call("WaitForJobs", "<list><item>"+number("", job.ID).text+"</item></list>")
		waited <- body
	}()
	s.Pass(transition)
	if body := <-waited; !strings.Contains(body, ">true</WaitForJobsReturn>") {
		t.Errorf("waited for: %s", body)
	}
	s.must("RebootServer", named("build"))
	s.FailJobs(Failed)
	if jobs := s.Jobs(); jobs[0].Status != JobCompleted || jobs[0].Notes != "mine" || jobs[1].Status != JobFailed {
		t.Errorf("jobs %+v", jobs)
	}
	if body := s.must("WaitForJobs", "<list><item>"+number("", s.Jobs()[1].ID).text+"</item></list>"); !strings.Contains(body, ">false<") {
		t.Errorf("waited for a failed one: %s", body)
	}
}

func TestForms(t *testing.T) {
	s := newSite(t, Options{MultiRef: true, NilLists: true, WordStates: true}).login()
	body := s.must("ListServers", "")
	for _, part := range []string{`<ListServersReturn href="#id0"/>`, `<multiRef id="id0"`, ">Running</status>"} {
		if !strings.Contains(body, part) {
			t.Errorf("%q is missing in %s", part, body)
		}
	}
	if body := s.must("ListServers", "<list><item>nobody</item></list>"); !strings.Contains(body, `xsi:nil="true"`) {
		t.Errorf("an empty list: %s", body)
	}
}
