package openstack

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"occigate/providers"
	"occigate/providers/internal/pace"
)

// kindOf turns a status into a kind. Other 4xx are [providers.ErrInvalid],
// everything else is [providers.ErrUnavailable].
var kindOf = map[int]error{
	http.StatusUnauthorized:          providers.ErrDenied,
	http.StatusForbidden:             providers.ErrDenied,
	http.StatusNotFound:              providers.ErrNotFound,
	http.StatusMethodNotAllowed:      providers.ErrUnsupported,
	http.StatusNotAcceptable:         providers.ErrUnsupported, // the microversion
	http.StatusRequestTimeout:        providers.ErrUnavailable,
	http.StatusConflict:              providers.ErrConflict,
	http.StatusGone:                  providers.ErrNotFound,
	http.StatusRequestEntityTooLarge: providers.ErrQuota, // Cinder's VolumeLimitExceeded and the like
	http.StatusLocked:                providers.ErrConflict,
	http.StatusTooManyRequests:       providers.ErrThrottled,
	498:                              providers.ErrThrottled, // Swift's and proxies' "rate limited"
	http.StatusNotImplemented:        providers.ErrUnsupported,
}

// exceptions are what the services say under a status that means something
// else in general. The first row that fits decides.
var exceptions = []struct {
	status int
	words  string // in the message, in lower case
	kind   error
}{
	{http.StatusForbidden, "quota", providers.ErrQuota},                             // Nova: Quota exceeded for instances
	{http.StatusConflict, "quota", providers.ErrQuota},                              // Neutron: OverQuota
	{http.StatusConflict, "no more ip addresses", providers.ErrQuota},               // Neutron: IpAddressGenerationFailure
	{http.StatusBadRequest, "no valid host", providers.ErrQuota},                    // Nova: resize
	{http.StatusBadRequest, "status must be", providers.ErrConflict},                // Cinder, Nova: a volume that is busy
	{http.StatusBadRequest, "invalid volume", providers.ErrConflict},                // Nova: likewise
	{http.StatusNotFound, "external network", providers.ErrConflict},                // Neutron: ExternalGatewayForFloatingIPNotFound
	{http.StatusForbidden, "is protected and cannot be", providers.ErrConflict},     // Glance: a protected image
	{http.StatusBadRequest, "already exists on the network", providers.ErrConflict}, // Neutron: a fixed address twice
}

// failure turns an error of gophercloud or of the transport into one of a
// kind. nil stays nil, and so does what has a kind already.
func (s *session) failure(op string, err error) error {
	var (
		own     *providers.Error
		renewal *gophercloud.ErrUnableToReauthenticate
		answer  gophercloud.ErrUnexpectedResponseCode
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.As(err, &renewal):
		return s.failure(loginOp, renewal.ErrReauth)
	case errors.As(err, &answer):
		return s.refusal(op, answer)
	}
	return &providers.Error{Kind: providers.ErrUnavailable, Op: op, Message: err.Error(), Err: err}
}

// refusal is an answer with a status that says no.
func (s *session) refusal(op string, answer gophercloud.ErrUnexpectedResponseCode) error {
	code, words := said(answer.Body)
	kind, known := kindOf[answer.Actual]
	switch {
	case !known && answer.Actual >= 400 && answer.Actual < 500:
		kind = providers.ErrInvalid
	case !known:
		kind = providers.ErrUnavailable
	case kind == providers.ErrNotFound && words == "" && answer.ResponseHeader.Get("X-Openstack-Request-Id") == "":
		// A proxy's page, not the service's: no evidence that a thing is gone.
		kind = providers.ErrUnavailable
	}
	for _, x := range exceptions {
		if x.status == answer.Actual && strings.Contains(strings.ToLower(words), x.words) {
			kind = x.kind
			break
		}
	}
	if code == "" {
		code = strconv.Itoa(answer.Actual)
	}
	if words == "" {
		words = http.StatusText(answer.Actual)
	}
	return &providers.Error{
		Kind: kind, Op: op, Code: code, Message: s.hide(words),
		RetryAfter: pace.RetryAfter(answer.ResponseHeader, s.clock.Now()), Err: answer,
	}
}

// hide takes what proves who we are out of a refusal that repeats it.
func (s *session) hide(words string) string {
	who := s.credential.auth
	for _, secret := range []string{who.Password, who.ApplicationCredentialSecret, who.TokenID, who.Passcode, s.client.Token()} {
		if secret != "" {
			words = strings.ReplaceAll(words, secret, providers.Secret(secret).String())
		}
	}
	return words
}

// said finds the cloud's own words in the body of a refusal:
// {"badRequest": {"message"}} (Nova, Cinder), {"NeutronError": {"type",
// "message"}}, {"error": {"message"}} (Keystone), {"message"} (Glance). What
// is no such JSON, a proxy's page for one, says nothing.
func said(body []byte) (code, words string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return "", ""
	}
	var inner struct{ Type, Message string }
	if json.Unmarshal(body, &inner) == nil && inner.Message != "" {
		return inner.Type, plain(inner.Message)
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if json.Unmarshal(members[name], &words) == nil && words != "" {
			return "", plain(words)
		}
		if json.Unmarshal(members[name], &inner) == nil && inner.Message != "" {
			return inner.Type, plain(inner.Message)
		}
	}
	return "", ""
}

// plain takes Glance's line breaks out of a message.
func plain(message string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(message, "<br />", " ")), " ")
}
