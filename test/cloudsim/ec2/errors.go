package ec2

import (
	"fmt"
	"net/http"
)

// apiError is a refusal in EC2's or STS's words.
type apiError struct {
	status        int
	code, message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

// statuses are the codes that are not answered with 400 (Amazon EC2 API
// Reference, "Error codes for the Amazon EC2 API"; STS, "Common Errors").
var statuses = map[string]int{
	"AuthFailure":                  http.StatusUnauthorized,
	"AccessDenied":                 http.StatusForbidden,
	"ExpiredToken":                 http.StatusForbidden,
	"InvalidClientTokenId":         http.StatusForbidden,
	"MissingAuthenticationToken":   http.StatusForbidden,
	"SignatureDoesNotMatch":        http.StatusForbidden,
	"UnauthorizedOperation":        http.StatusForbidden,
	"DryRunOperation":              http.StatusPreconditionFailed,
	"InsufficientInstanceCapacity": http.StatusInternalServerError,
	"InternalError":                http.StatusInternalServerError,
	"RequestLimitExceeded":         http.StatusServiceUnavailable,
	"Unavailable":                  http.StatusServiceUnavailable,
}

// faultCodes are what a Status fault without a code of its own says.
var faultCodes = map[int]string{
	http.StatusUnauthorized:        "AuthFailure",
	http.StatusForbidden:           "UnauthorizedOperation",
	http.StatusTooManyRequests:     "RequestLimitExceeded",
	http.StatusInternalServerError: "InternalError",
	http.StatusServiceUnavailable:  "RequestLimitExceeded",
}

func fail(code, format string, args ...any) error {
	status, ok := statuses[code]
	if !ok {
		status = http.StatusBadRequest
	}
	return &apiError{status, code, fmt.Sprintf(format, args...)}
}
