package ec2_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/timeline"
)

// step is the transition time of the clouds under test.
const step = 30 * time.Second

// sender sends the SDK's requests with a body that lies in memory. As the SDK
// makes them, net/http looks once more into a body that the SDK has closed by
// then, if the answer comes as fast as here, and gives the connection up.
type sender struct{}

func (sender) Do(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	q.Body = io.NopCloser(bytes.NewReader(body))
	return http.DefaultClient.Do(q)
}

// rig is a cloud behind a server, with the vendor's client and a bare one.
type rig struct {
	*ec2.Cloud
	*timeline.Clock
	t    *testing.T
	url  string
	sdk  *api.Client
	user aws.Credentials // the bare client's
}

func newRig(t *testing.T, opts ec2.Options) *rig {
	t.Helper()
	r := &rig{
		Clock: timeline.NewClock(time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)), t: t,
		user: aws.Credentials{AccessKeyID: ec2.ExampleAccessKeyID, SecretAccessKey: ec2.ExampleSecretAccessKey},
	}
	opts.Clock, opts.Transition, opts.Region = r.Now, step, "eu-central-1"
	r.Cloud = ec2.New(opts)
	server := httptest.NewServer(r.Cloud)
	t.Cleanup(server.Close)
	r.url = server.URL
	r.sdk = api.New(api.Options{
		Region: "eu-central-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{}, HTTPClient: sender{},
		Credentials: credentials.NewStaticCredentialsProvider(r.user.AccessKeyID, r.user.SecretAccessKey, ""),
	})
	return r
}

// document is what the bare client reads of an answer.
type document struct {
	XMLName xml.Name
	Text    string                           `xml:",innerxml"`
	Errors  []struct{ Code, Message string } `xml:"Errors>Error"`
	Error   struct{ Code string }            // of STS
	Request string                           `xml:"RequestID"`
}

func (d document) code() string {
	if len(d.Errors) > 0 {
		return d.Errors[0].Code
	}
	return d.Error.Code
}

// form makes a form of the EC2 API from names and values in turn.
func form(action string, pairs ...string) url.Values {
	f := url.Values{"Action": {action}, "Version": {"2016-11-15"}}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// request makes a signed request of a form.
func (r *rig) request(ctx context.Context, f url.Values, at time.Time) *http.Request {
	r.t.Helper()
	service := "ec2"
	if f.Get("Version") == "2011-06-15" {
		service = "sts"
	}
	body := f.Encode()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(ctx, r.user, q, hex.EncodeToString(sum[:]), service, "eu-central-1", at); err != nil {
		r.t.Fatal(err)
	}
	return q
}

// send sends a request and reads the answer.
func (r *rig) send(q *http.Request) (*http.Response, document) {
	r.t.Helper()
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	var d document
	if err := xml.NewDecoder(bytes.NewReader(text)).Decode(&d); err != nil {
		r.t.Fatalf("%v in %s", err, text)
	}
	return res, d
}

// bare carries out an action with the bare client.
func (r *rig) bare(action string, pairs ...string) (*http.Response, document) {
	r.t.Helper()
	return r.send(r.request(r.t.Context(), form(action, pairs...), time.Now()))
}

// launch runs n instances and gives their ids.
func (r *rig) launch(n int32) []string {
	r.t.Helper()
	out, err := r.sdk.RunInstances(r.t.Context(), r.wish(n))
	r.must(err)
	var ids []string
	for _, i := range out.Instances {
		ids = append(ids, *i.InstanceId)
	}
	return ids
}

func (r *rig) wish(n int32) *api.RunInstancesInput {
	return &api.RunInstancesInput{
		ImageId: aws.String(r.Image("debian-12-amd64*")), InstanceType: types.InstanceTypeT3Micro,
		MinCount: aws.Int32(n), MaxCount: aws.Int32(n),
	}
}

// running runs one instance and waits until it runs.
func (r *rig) running() string {
	r.t.Helper()
	id := r.launch(1)[0]
	r.Pass(step)
	return id
}

// volume makes a volume in the first zone and waits until it is available.
func (r *rig) volume(gib int32) string {
	r.t.Helper()
	v, err := r.sdk.CreateVolume(r.t.Context(), &api.CreateVolumeInput{
		AvailabilityZone: aws.String("eu-central-1a"), Size: &gib, VolumeType: types.VolumeTypeGp3,
	})
	r.must(err)
	r.Pass(step)
	return *v.VolumeId
}

func (r *rig) instance(id string) types.Instance {
	r.t.Helper()
	out, err := r.sdk.DescribeInstances(r.t.Context(), &api.DescribeInstancesInput{InstanceIds: []string{id}})
	r.must(err)
	return out.Reservations[0].Instances[0]
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// code is the error code of an SDK error, empty for none.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
