package ec2_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"occigate/providers"
	"occigate/providers/providertest"
	"occigate/test/cloudsim/fault"
	"occigate/test/servers"
)

// motoDeviates is where moto 5.2.5 differs from AWS, by the name of the case,
// each with AWS's own sentence and where it stands. Each row must fail against
// moto.
var motoDeviates = map[string]string{
	"wrong credentials are denied": `moto verifies no signature. AWS, of AuthFailure: "The provided credentials could not be validated." ` +
		`(EC2 Developer Guide, Error codes for the Amazon EC2 API: ec2/latest/devguide/errors-overview.html)`,
	"same token makes one server": `moto takes no notice of the client token. AWS, of ClientToken: "Unique, case-sensitive identifier you provide ` +
		`to ensure the idempotency of the request." (EC2 API Reference, RunInstances: AWSEC2/latest/APIReference/API_RunInstances.html)`,
	"lost answer makes no second server": `as for the same token (EC2 API Reference, RunInstances: AWSEC2/latest/APIReference/API_RunInstances.html): ` +
		`"Unique, case-sensitive identifier you provide to ensure the idempotency of the request."`,
	"power operations not offered are refused": `moto hibernates any instance. AWS, of Hibernate: "Hibernates the instance if the instance was enabled ` +
		`for hibernation at launch." (EC2 API Reference, StopInstances: AWSEC2/latest/APIReference/API_StopInstances.html)`,
	"resize": `moto takes any text for an instance type. AWS, of InstanceType: "If the instance type is not valid, the error returned is ` +
		`InvalidInstanceAttributeValue ." (EC2 API Reference, ModifyInstanceAttribute: AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html)`,
	"network in use is kept": `moto deletes it. AWS: "You must terminate all running instances in the subnet before you can delete the subnet." ` +
		`(EC2 API Reference, DeleteSubnet: AWSEC2/latest/APIReference/API_DeleteSubnet.html)`,
	"address is assigned and taken off": `moto names no instance for an address that is mapped to an interface. AWS, of instanceId: "The ID of the ` +
		`instance that the address is associated with (if any)." (EC2 API Reference, Address: AWSEC2/latest/APIReference/API_Address.html)`,
}

// TestMoto holds the adapter against moto, an EC2 that others wrote.
func TestMoto(t *testing.T) {
	moto, err := url.Parse(servers.Moto(t))
	if err != nil {
		t.Fatal(err)
	}
	providertest.Run(t, providertest.Harness{
		New:        func(t testing.TB) providertest.Cloud { return atMoto(t, moto) },
		Deviations: motoDeviates,
	})
}

// atMoto is the account at moto, the same one for every case, behind a proxy
// that misbehaves on request.
func atMoto(t testing.TB, moto *url.URL) providertest.Cloud {
	p := &proxy{moto: httputil.NewSingleHostReverseProxy(moto), plan: new(fault.Plan)}
	server := httptest.NewServer(p.plan.Wrap(http.HandlerFunc(p.serve), action, refuse))
	t.Cleanup(server.Close)
	t.Cleanup(p.plan.Clear)
	f := faults(p.plan)
	f.Media, f.Rows, f.Expires, f.Clocked = "", false, false, false // moto verifies no signature, and its rows are its own
	f.Lag = []fault.Fault{{Kind: fault.Body, Call: f.List, Body: "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>"}}
	text := fmt.Sprintf("region: us-east-1\nendpoint: %s\naccess_key_id: %s\nsecret_access_key: %s\nzone: us-east-1a\n"+
		"images: {owners: [self, amazon], filters: {name: [\"al2023-ami-2023.*\"]}}\nsizes: [t3.micro, t3.small]\n", server.URL, keyID, secret)
	return providertest.Cloud{
		Provider: adapter(t, text),
		Settle:   func(testing.TB) { p.plan.Clear() }, // moto's transitions take no time
		Looks:    5,
		Size:     "t3.micro", OtherSize: "t3.small",
		VolumeZone: "us-east-1a",
		Device:     "/dev/sdk",
		Unknown:    unknown,
		Denied:     func(t testing.TB) providers.Provider { return adapter(t, text) },
		Misspelt:   func() error { return misspelt(text) },
		Secrets:    []string{secret},
		Faults:     f,
	}
}

// proxy passes calls on to moto, and makes its pages small.
type proxy struct {
	moto *httputil.ReverseProxy
	plan *fault.Plan
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	if f, ok := p.plan.Take(fault.PageSize, action(r)); ok {
		resize(r, f.Size)
	}
	p.moto.ServeHTTP(w, r)
}

// resize asks for smaller pages. Moto does not mind that this spoils the
// signature.
func resize(r *http.Request, size int) {
	body, _ := io.ReadAll(r.Body) // of a request that is in memory
	form, _ := url.ParseQuery(string(body))
	if form.Has("MaxResults") {
		form.Set("MaxResults", strconv.Itoa(size))
	}
	text := form.Encode()
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
}

// refuse answers an error in EC2's form or, for its calls, in that of STS.
func refuse(w http.ResponseWriter, r *http.Request, f fault.Fault) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(f.Status)
	form := "<Response><Errors><Error><Code>%s</Code><Message>refused</Message></Error></Errors><RequestID>r</RequestID></Response>"
	if action(r) == "GetCallerIdentity" {
		form = "<ErrorResponse><Error><Code>%s</Code><Message>refused</Message></Error><RequestId>r</RequestId></ErrorResponse>"
	}
	fmt.Fprintf(w, form, f.Code)
}

// action is the call that a request makes; the request can be read again.
func action(r *http.Request) string {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return ""
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body)) // what can be parsed is enough
	return form.Get("Action")
}
