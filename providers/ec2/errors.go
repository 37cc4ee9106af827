package ec2

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"occigate/providers"
)

// kinds is the kind of each error code that no pattern covers (Amazon EC2 API
// Reference, "Error codes for the Amazon EC2 API"; AWS STS API Reference,
// "Common Errors").
var kinds = map[string]error{
	"InvalidAMIID.Unavailable":            providers.ErrNotFound, // deregistered
	"IdempotentParameterMismatch":         providers.ErrConflict,
	"InvalidSnapshot.InUse":               providers.ErrConflict,
	"OperationNotPermitted":               providers.ErrConflict, // disableApiTermination, root volume
	"VolumeInUse":                         providers.ErrConflict,
	"DependencyViolation":                 providers.ErrConflict,
	"InvalidInstanceID":                   providers.ErrConflict, // "The pending instance ... is not in a valid state"
	"InvalidParameterCombination.State":   providers.ErrConflict,
	"VPCIdNotSpecified":                   providers.ErrConflict, // no default VPC
	"MissingInput":                        providers.ErrConflict, // no subnet in the default VPC
	"DefaultVpcDoesNotExist":              providers.ErrConflict,
	"InvalidVolume.ZoneMismatch":          providers.ErrInvalid,
	"InvalidInstanceAttributeValue":       providers.ErrInvalid,
	"InvalidUserData":                     providers.ErrInvalid,
	"MissingParameter":                    providers.ErrInvalid,
	"AccessDenied":                        providers.ErrDenied,
	"AccessDeniedException":               providers.ErrDenied,
	"AuthFailure":                         providers.ErrDenied,
	"Blocked":                             providers.ErrDenied,
	"ExpiredToken":                        providers.ErrDenied,
	"ExpiredTokenException":               providers.ErrDenied,
	"IncompleteSignature":                 providers.ErrDenied,
	"InvalidAccessKeyId":                  providers.ErrDenied,
	"InvalidClientTokenId":                providers.ErrDenied,
	"MissingAuthenticationToken":          providers.ErrDenied,
	"OptInRequired":                       providers.ErrDenied,
	"PendingVerification":                 providers.ErrDenied,
	"RequestExpired":                      providers.ErrDenied,
	"SignatureDoesNotMatch":               providers.ErrDenied,
	"UnauthorizedOperation":               providers.ErrDenied,
	"UnrecognizedClientException":         providers.ErrDenied,
	"VolumeModificationRateExceeded":      providers.ErrQuota, // once in six hours
	"EC2ThrottledException":               providers.ErrThrottled,
	"RequestLimitExceeded":                providers.ErrThrottled,
	"RequestThrottled":                    providers.ErrThrottled,
	"SlowDown":                            providers.ErrThrottled,
	"TooManyRequestsException":            providers.ErrThrottled,
	"InternalError":                       providers.ErrUnavailable,
	"InternalFailure":                     providers.ErrUnavailable,
	"ServiceUnavailable":                  providers.ErrUnavailable,
	"Unavailable":                         providers.ErrUnavailable,
	"InvalidAction":                       providers.ErrUnsupported,
	"Unsupported":                         providers.ErrUnsupported,
	"UnsupportedHibernationConfiguration": providers.ErrUnsupported,
	"UnsupportedOperation":                providers.ErrUnsupported,
}

// patterns are tried in this order for a code that is not among kinds.
var patterns = []struct {
	code string
	kind error
}{
	{"*.NotFound", providers.ErrNotFound},
	{"*.Malformed", providers.ErrInvalid},
	{"Incorrect*", providers.ErrConflict}, // IncorrectState, IncorrectInstanceState, IncorrectModificationState
	{"*.InUse", providers.ErrConflict},
	{"*InUse", providers.ErrConflict},
	{"*.Duplicate", providers.ErrConflict},
	{"*.Conflict", providers.ErrConflict},
	{"*AlreadyAssociated", providers.ErrConflict},
	{"*AlreadyExists", providers.ErrConflict},
	{"Throttling*", providers.ErrThrottled},
	{"*LimitExceeded", providers.ErrQuota},
	{"Insufficient*", providers.ErrQuota}, // ...InstanceCapacity, ...FreeAddressesInSubnet
	{"Max*Exceeded", providers.ErrQuota},
	{"Unsupported*", providers.ErrUnsupported},
	{"Invalid*", providers.ErrInvalid},
}

// hints say what to configure where EC2's own words do not.
var hints = map[string]string{
	"VPCIdNotSpecified":      "set default_network or vpc",
	"MissingInput":           "set default_network or vpc",
	"DefaultVpcDoesNotExist": "set vpc",
	"RequestExpired":         "check the clock of this machine and how long the credentials are valid",
	"SignatureDoesNotMatch":  "check the secret and the clock of this machine",
}

// kindOf is the kind of a refusal. A code that nothing covers goes by the
// status: 5xx is the cloud's fault, anything else the request's.
func kindOf(code string, status int) error {
	if kind, there := kinds[code]; there {
		return kind
	}
	for _, p := range patterns {
		if fits, _ := path.Match(p.code, code); fits {
			return p.kind
		}
	}
	switch {
	case status == http.StatusTooManyRequests:
		return providers.ErrThrottled
	case status >= 500:
		return providers.ErrUnavailable
	}
	return providers.ErrInvalid
}

// refusal turns an error of the SDK into one of the house. name is the call
// that was made; a call made on its way, such as AssumeRole, is named instead.
func refusal(name string, err error) *providers.Error {
	var own *providers.Error
	if errors.As(err, &own) {
		return own
	}
	e := &providers.Error{Kind: providers.ErrUnavailable, Op: name, Err: err}
	status := 0
	var answer *smithyhttp.ResponseError
	if errors.As(err, &answer) && answer.Response != nil {
		status = answer.HTTPStatusCode()
		e.RetryAfter = retryAfter(answer.Response.Header)
	}
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused) && refused.ErrorCode() != "" && refused.ErrorCode() != "UnknownError":
		e.Code = refused.ErrorCode()
		e.Kind = kindOf(e.Code, status)
		e.Message = inPublic(refused.ErrorMessage(), hints[e.Code])
		e.Err = &smithy.GenericAPIError{Code: e.Code, Message: e.Message, Fault: refused.ErrorFault()}
	case status >= 300:
		e.Code, e.Message = strconv.Itoa(status), "the answer is not in the form of EC2"
		if status == http.StatusTooManyRequests {
			e.Kind = providers.ErrThrottled
		}
	default:
		e.Message = cause(err)
	}
	return e
}

// inPublic is the first line of the cloud's words. The further lines of
// SignatureDoesNotMatch repeat the request's headers, the session token among
// them.
func inPublic(message, hint string) string {
	first, _, _ := strings.Cut(message, "\n")
	if hint != "" {
		first += " (" + hint + ")"
	}
	return strings.TrimSpace(first)
}

// cause is what happened, without the SDK's and net/http's preambles.
func cause(err error) string {
	var sent *url.Error
	if errors.As(err, &sent) {
		return sent.Err.Error()
	}
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// retryAfter reads the header of that name: seconds or a date (RFC 9110 section
// 10.2.3). A date counts from the answer's own Date.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, until.Sub(now))
}

// notFound is the error of a resource that is in the answer but gone, or not in
// it at all.
func notFound(operation, id string) error {
	return providers.Errorf(providers.ErrNotFound, operation, "%s does not exist", id)
}
