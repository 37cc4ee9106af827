package ec2_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
)

func TestStatusFaults(t *testing.T) {
	r := newRig(t, ec2.Options{})
	for _, c := range []struct {
		fault fault.Fault
		code  string
	}{
		{fault.Fault{Status: 503}, "RequestLimitExceeded"},
		{fault.Fault{Status: 503, Code: "Unavailable"}, "Unavailable"},
		{fault.Fault{Status: 500}, "InternalError"},
		{fault.Fault{Status: 500, Code: "InsufficientInstanceCapacity", Body: "none left"}, "InsufficientInstanceCapacity"},
		{fault.Fault{Status: 403}, "UnauthorizedOperation"},
	} {
		c.fault.Kind, c.fault.Times = fault.Status, 1
		c.fault.RetryAfter = 7 * time.Second
		r.Faults().Set(c.fault)
		res, d := r.bare("DescribeInstances")
		same(t, "status", res.StatusCode, c.fault.Status)
		same(t, "code", d.code(), c.code)
		same(t, "Retry-After", res.Header.Get("Retry-After"), "7")
		if d.Request == "" || !strings.Contains(d.Text, c.fault.Body) {
			t.Errorf("no request id or message in %s", d.Text)
		}
		_, d = r.bare("DescribeInstances")
		same(t, "after the fault", d.code(), "")
	}
}

func TestLag(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.Faults().Set(fault.Fault{Kind: fault.Lag, Delay: 10 * time.Second})
	id := r.launch(1)[0]
	rows := func() int {
		out, err := r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{})
		r.must(err)
		return len(out.Reservations)
	}
	same(t, "rows at once", rows(), 0)
	_, err := r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{InstanceIds: []string{id}})
	same(t, "by id", code(err), "InvalidInstanceID.NotFound")
	r.Pass(10 * time.Second)
	same(t, "rows later", rows(), 1)
	same(t, "by id later", *r.instance(id).InstanceId, id)
}

func TestRowFaults(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.launch(3)
	for kind, want := range map[fault.Kind]int{fault.Vanish: 2, fault.Duplicate: 4, fault.Shuffle: 3} {
		r.Faults().Set(fault.Fault{Kind: kind, Size: 1, Times: 1, Call: "DescribeInstances"})
		for _, n := range []int{want, 3} { // one listing only
			out, err := r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{})
			r.must(err)
			same(t, string(kind), len(out.Reservations[0].Instances), n)
		}
	}
}

// TestCutAfterTheLaunch loses the answer of a launch; the client token finds
// what was made.
func TestCutAfterTheLaunch(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.Faults().Set(fault.Fault{Kind: fault.Cut, Call: "RunInstances", Times: 1})
	in := r.wish(1)
	in.ClientToken = aws.String("lost")
	if _, err := r.sdk.RunInstances(t.Context(), in); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got error %v, want a cut answer", err)
	}
	out, err := r.sdk.RunInstances(t.Context(), in)
	r.must(err)
	same(t, "instance", *out.Instances[0].InstanceId, r.InstancesByToken("lost")[0].ID)
	same(t, "instances", r.Counts().Instances, 1)
	found, err := r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{
		Filters: []types.Filter{{Name: aws.String("client-token"), Values: []string{"lost"}}},
	})
	r.must(err)
	same(t, "found by token", len(found.Reservations), 1)
}

func TestHang(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.Faults().Set(fault.Fault{Kind: fault.Hang, Call: "DescribeVolumes"})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := r.sdk.DescribeVolumes(ctx, &api.DescribeVolumesInput{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v, want the deadline", err)
	}
	_, err = r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{})
	same(t, "another call", code(err), "")
}

func TestBody(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.Faults().Set(fault.Fault{Kind: fault.Body, Body: "<html><p>proxy</html>"})
	_, err := r.sdk.DescribeVolumes(t.Context(), &api.DescribeVolumesInput{})
	if err == nil {
		t.Error("the client took HTML for a listing")
	}
}

// TestSkew puts the server's clock ahead: what is signed now is out of time,
// and the Date header says so.
func TestSkew(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.Faults().Set(fault.Fault{Kind: fault.Skew, Delay: time.Hour})
	res, d := r.bare("DescribeRegions")
	same(t, "code", d.code(), "RequestExpired")
	at, err := http.ParseTime(res.Header.Get("Date"))
	r.must(err)
	if ahead := time.Until(at); ahead < 59*time.Minute || ahead > time.Hour {
		t.Errorf("the Date header is %v ahead, not an hour", ahead)
	}
	_, d = r.send(r.request(t.Context(), form("DescribeRegions"), time.Now().Add(time.Hour)))
	same(t, "signed by the server's clock", d.code(), "")
}

func TestCallsAreCounted(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.launch(1)
	r.bare("DescribeInstances")
	r.bare("DescribeInstances")
	if diff := cmp.Diff(map[string]int{"RunInstances": 1, "DescribeInstances": 2}, r.Faults().Calls()); diff != "" {
		t.Error(diff)
	}
}
