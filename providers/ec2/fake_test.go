package ec2

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/timeline"
)

// The credentials of the tests. Neither secret may appear in an error text.
const (
	accessKey    = "AKIDEXAMPLE"
	secretKey    = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	sessionToken = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22"
)

// reply is what the fake answers: the inside of an answer, a refusal with a
// code, or a raw body.
type reply struct {
	status  int
	header  http.Header
	code    string
	message string
	body    string
	raw     bool
}

func ok(body string) reply     { return reply{body: body} }
func raw(body string) reply    { return reply{body: body, raw: true} }
func refuse(code string) reply { return reply{status: 400, code: code, message: "the cloud's words"} }

// fake is an EC2 that answers from a script, one queue of replies an
// operation; the last reply of a queue stays.
type fake struct {
	t      *testing.T
	server *httptest.Server
	clock  *timeline.Clock
	mu     sync.Mutex
	script map[string][]reply
	calls  []url.Values
}

func newFake(t *testing.T) *fake {
	f := &fake{t: t, script: map[string][]reply{}, clock: timeline.NewClock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	f.on("GetCallerIdentity", ok(`<GetCallerIdentityResult><Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/u</Arn><UserId>U</UserId></GetCallerIdentityResult>`))
	return f
}

func (f *fake) on(operation string, replies ...reply) *fake {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.script[operation] = replies
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(body))
	operation := form.Get("Action")
	f.mu.Lock()
	f.calls = append(f.calls, form)
	queue := f.script[operation]
	if len(queue) > 1 {
		f.script[operation] = queue[1:]
	}
	f.mu.Unlock()
	if len(queue) == 0 {
		f.t.Errorf("unexpected call of %s: %v", operation, form)
		queue = []reply{refuse("InternalError")}
	}
	queue[0].write(w, operation)
}

func (a reply) write(w http.ResponseWriter, operation string) {
	for key := range a.header {
		w.Header().Set(key, a.header.Get(key))
	}
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	switch {
	case a.raw:
		io.WriteString(w, a.body)
	case a.code != "":
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>r</RequestID></Response>`, a.code, a.message)
	default:
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>%s</%sResponse>`, operation, a.body, operation)
	}
}

// settings are those of an account behind the fake, with further lines.
func (f *fake) settings(more ...string) providertest.Settings {
	return providertest.Settings(fmt.Sprintf("region: eu-central-1\nendpoint: %s\naccess_key_id: %s\nsecret_access_key: %s\nsession_token: %s\n%s\n",
		f.server.URL, accessKey, secretKey, sessionToken, strings.Join(more, "\n")))
}

func (f *fake) provider(more ...string) *Provider {
	f.t.Helper()
	p, err := New(f.settings(more...), providers.Surroundings{UID: "aws", HTTP: f.server.Client(), Clock: f.clock})
	if err != nil {
		f.t.Fatal(err)
	}
	return p.(*Provider)
}

// operations are the calls so far, by name and in order.
func (f *fake) operations() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var names []string
	for _, c := range f.calls {
		names = append(names, c.Get("Action"))
	}
	return strings.Join(names, " ")
}

// last is the newest call of an operation.
func (f *fake) last(operation string) url.Values {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for n := len(f.calls) - 1; n >= 0; n-- {
		if f.calls[n].Get("Action") == operation {
			return f.calls[n]
		}
	}
	f.t.Fatalf("%s was not called", operation)
	return nil
}

// instanceXML is an instance i-1 in a state, as DescribeInstances tells it.
func instanceXML(state string, more ...string) string {
	return `<reservationSet><item><reservationId>r-1</reservationId><ownerId>111122223333</ownerId><instancesSet>` +
		itemXML("i-1", state, more...) + `</instancesSet></item></reservationSet>`
}

func itemXML(id, state string, more ...string) string {
	return fmt.Sprintf(`<item><instanceId>%s</instanceId><instanceState><code>0</code><name>%s</name></instanceState>%s</item>`,
		id, state, strings.Join(more, ""))
}

// oneNIC is the primary interface of an instance.
const oneNIC = `<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><subnetId>subnet-1</subnetId>
<macAddress>02:00:00:00:00:01</macAddress><privateIpAddress>10.0.0.5</privateIpAddress>
<attachment><attachmentId>eni-attach-1</attachmentId><deviceIndex>0</deviceIndex><status>attached</status><attachTime>2026-01-01T00:00:00.000Z</attachTime></attachment>
</item></networkInterfaceSet>`

// kindIs fails unless the error matches the kind and no other, and holds no
// secret.
func kindIs(t *testing.T, err, want error) {
	t.Helper()
	if err == nil || providers.Kind(err) != want {
		t.Errorf("error is %v, want of kind %v", err, want)
		return
	}
	said := fmt.Sprintf("%v %+v", err, err)
	for e := err; e != nil; {
		wrapped, is := e.(interface{ Unwrap() []error })
		if !is {
			break
		}
		e = wrapped.Unwrap()[len(wrapped.Unwrap())-1]
		said += fmt.Sprintf(" %v", e)
	}
	for _, secret := range []string{secretKey, sessionToken} {
		if strings.Contains(said, secret) {
			t.Errorf("a secret shows in %q", said)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
