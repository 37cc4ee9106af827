package ec2

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"occigate/providers"
	"occigate/providers/providertest"
)

func TestErrorCodesHaveKinds(t *testing.T) {
	for code, want := range map[string]error{
		"InvalidInstanceID.NotFound":           providers.ErrNotFound,
		"InvalidVolume.NotFound":               providers.ErrNotFound,
		"InvalidAMIID.Unavailable":             providers.ErrNotFound,
		"UnauthorizedOperation":                providers.ErrDenied,
		"AuthFailure":                          providers.ErrDenied,
		"InvalidClientTokenId":                 providers.ErrDenied,
		"SignatureDoesNotMatch":                providers.ErrDenied,
		"ExpiredToken":                         providers.ErrDenied,
		"OptInRequired":                        providers.ErrDenied,
		"InstanceLimitExceeded":                providers.ErrQuota,
		"VcpuLimitExceeded":                    providers.ErrQuota,
		"InsufficientInstanceCapacity":         providers.ErrQuota,
		"InsufficientFreeAddressesInSubnet":    providers.ErrQuota,
		"MaxSpotInstanceCountExceeded":         providers.ErrQuota,
		"RequestLimitExceeded":                 providers.ErrThrottled,
		"Throttling":                           providers.ErrThrottled,
		"ThrottlingException":                  providers.ErrThrottled,
		"IncorrectInstanceState":               providers.ErrConflict,
		"IncorrectState":                       providers.ErrConflict,
		"DependencyViolation":                  providers.ErrConflict,
		"InvalidIPAddress.InUse":               providers.ErrConflict,
		"VolumeInUse":                          providers.ErrConflict,
		"InvalidKeyPair.Duplicate":             providers.ErrConflict,
		"InvalidSubnet.Conflict":               providers.ErrConflict,
		"IdempotentParameterMismatch":          providers.ErrConflict,
		"OperationNotPermitted":                providers.ErrConflict,
		"Resource.AlreadyAssociated":           providers.ErrConflict,
		"InvalidParameterValue":                providers.ErrInvalid,
		"InvalidParameterCombination":          providers.ErrInvalid,
		"MissingParameter":                     providers.ErrInvalid,
		"InvalidAMIID.Malformed":               providers.ErrInvalid,
		"SomethingNew":                         providers.ErrInvalid,
		"Unavailable":                          providers.ErrUnavailable,
		"InternalError":                        providers.ErrUnavailable,
		"UnsupportedOperation":                 providers.ErrUnsupported,
		"UnsupportedHibernationConfiguration":  providers.ErrUnsupported,
		"InvalidAction":                        providers.ErrUnsupported,
		"InvalidNetworkInterface.InUse":        providers.ErrConflict,
		"InvalidInstanceAttributeValue":        providers.ErrInvalid,
		"AttachmentLimitExceeded":              providers.ErrQuota,
		"NetworkInterfaceLimitExceeded":        providers.ErrQuota,
		"InvalidVolume.ZoneMismatch":           providers.ErrInvalid,
		"VolumeModificationRateExceeded":       providers.ErrQuota,
		"InvalidAllocationID.NotFound":         providers.ErrNotFound,
		"InvalidNetworkInterfaceID.NotFound":   providers.ErrNotFound,
		"InvalidSubnetID.NotFound":             providers.ErrNotFound,
		"IncorrectModificationState":           providers.ErrConflict,
		"AccessDenied":                         providers.ErrDenied,
		"InvalidSubnet.Range":                  providers.ErrInvalid,
		"InvalidAMIName.Malformed":             providers.ErrInvalid,
		"InvalidAMIName.Duplicate":             providers.ErrConflict,
		"SubnetLimitExceeded":                  providers.ErrQuota,
		"AddressLimitExceeded":                 providers.ErrQuota,
		"Client.RequestLimitExceeded.NotFound": providers.ErrNotFound,
	} {
		if got := kindOf(code, 400); got != want {
			t.Errorf("%s is %v, want %v", code, got, want)
		}
	}
	if got := kindOf("SomethingNew", 503); got != providers.ErrUnavailable {
		t.Errorf("an unknown code with 503 is %v", got)
	}
}

func TestRefusalKeepsTheCloudsWords(t *testing.T) {
	f := newFake(t)
	f.on("DescribeInstances", reply{
		status: 503, code: "RequestLimitExceeded", message: "Request limit exceeded.",
		header: http.Header{"Retry-After": {"7"}},
	})
	_, err := f.provider().Servers(t.Context())
	kindIs(t, err, providers.ErrThrottled)
	if got := providers.RetryAfter(err); got != 7*time.Second {
		t.Errorf("asks to wait %v, want 7s", got)
	}
	if want := "DescribeInstances: throttled: Request limit exceeded. (RequestLimitExceeded)"; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
	if f.operations() != "DescribeInstances" {
		t.Errorf("the adapter repeated by itself: %s", f.operations())
	}
}

// The Security Token Service repeats the request's headers when a signature is
// wrong, and the session token is one of them.
func TestSignatureErrorHidesTheSessionToken(t *testing.T) {
	f := newFake(t)
	words := "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'POST\n/\nx-amz-security-token:" + sessionToken + "'"
	f.on("GetCallerIdentity", raw(`<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>`+words+`</Message></Error><RequestId>r</RequestId></ErrorResponse>`))
	f.script["GetCallerIdentity"][0].status = 403
	_, err := f.provider().Identity(t.Context())
	kindIs(t, err, providers.ErrDenied)
	if !strings.Contains(err.Error(), "signature we calculated does not match") {
		t.Errorf("the cloud's words are missing: %v", err)
	}
}

// A listing must never be empty because the answer was not EC2's.
func TestNonsenseIsUnavailable(t *testing.T) {
	truncated := `<?xml version="1.0"?><DescribeInstancesResponse><reservationSet><item><instancesSet>` + itemXML("i-1", "running")
	for name, answer := range map[string]reply{
		"empty":              raw(""),
		"web page":           raw("<html><head><title>Sign in</title></head><body><p>Welcome</p></body></html>"),
		"broken web page":    raw("<!DOCTYPE html><html><body><br>Welcome"),
		"json":               raw(`{"servers": []}`),
		"text":               raw("it works"),
		"truncated":          raw(truncated),
		"web page, 502":      {status: 502, raw: true, body: "<html><body>Bad Gateway</body></html>"},
		"web page, 403":      {status: 403, raw: true, body: "<html><body>Forbidden</body></html>"},
		"empty, 500":         {status: 500, raw: true},
		"empty, 404":         {status: 404, raw: true},
		"other document":     raw("<Response><ok/></Response2>"),
		"declaration only":   raw(`<?xml version="1.0"?>`),
		"redirect elsewhere": {status: 304, raw: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.on("DescribeInstances", answer)
			rows, err := f.provider().Servers(t.Context())
			kindIs(t, err, providers.ErrUnavailable)
			if len(rows) != 0 {
				t.Errorf("%d rows beside the error", len(rows))
			}
			if err != nil && !strings.Contains(err.Error(), "DescribeInstances") {
				t.Errorf("the error does not name the call: %v", err)
			}
		})
	}
}

func TestTransportErrorIsUnavailable(t *testing.T) {
	f := newFake(t)
	p := f.provider()
	f.server.Close()
	_, err := p.Servers(t.Context())
	kindIs(t, err, providers.ErrUnavailable)
	if err != nil && !strings.Contains(err.Error(), "refused") {
		t.Errorf("the error does not say why: %v", err)
	}
}

func TestEndedContextStaysMatchable(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	f := newFake(t)
	settings := providertest.Settings(strings.ReplaceAll(string(f.settings()), f.server.URL, server.URL))
	p, err := New(settings, providers.Surroundings{HTTP: server.Client(), Clock: f.clock})
	must(t, err)

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = p.Servers(cancelled)
	kindIs(t, err, providers.ErrUnavailable)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v is not context.Canceled", err)
	}
	late, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = p.Servers(late)
	kindIs(t, err, providers.ErrUnavailable)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v is not context.DeadlineExceeded", err)
	}
}

func TestRetryAfter(t *testing.T) {
	date := "Fri, 02 Jan 2026 03:04:05 GMT"
	for _, c := range []struct {
		after, date string
		want        time.Duration
	}{
		{"", "", 0},
		{"12", "", 12 * time.Second},
		{"-3", "", 0},
		{"soon", "", 0},
		{"Fri, 02 Jan 2026 03:04:35 GMT", date, 30 * time.Second},
		{"Fri, 02 Jan 2026 03:04:00 GMT", date, 0},
		{"Fri, 02 Jan 2026 03:04:35 GMT", "", 0},
	} {
		h := http.Header{}
		h.Set("Retry-After", c.after)
		h.Set("Date", c.date)
		if got := retryAfter(h); got != c.want {
			t.Errorf("%q at %q is %v, want %v", c.after, c.date, got, c.want)
		}
	}
}
