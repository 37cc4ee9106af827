package ec2

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"occigate/test/cloudsim/fault"
)

// maxSkew is how far a request's time may be from the server's (AWS General
// Reference, "Signature Version 4", five minutes).
const maxSkew = 5 * time.Minute

const (
	algorithm  = "AWS4-HMAC-SHA256"
	timeFormat = "20060102T150405Z"
)

// signed is a request with what its signature covers.
type signed struct {
	*http.Request
	body   []byte
	api    api
	action string
}

// authorization is the parsed Authorization header.
type authorization struct {
	accessKey string
	date      string // YYYYMMDD
	region    string
	service   string
	headers   []string
	signature string
}

func (a authorization) scope() string {
	return strings.Join([]string{a.date, a.region, a.service, "aws4_request"}, "/")
}

// authenticate verifies who signed the request (AWS Signature Version 4). wall
// is the server's time.
func (c *Cloud) authenticate(r signed, wall time.Time) (identity, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return identity{}, fail("MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	auth, ok := parseAuthorization(header)
	if !ok {
		return identity{}, fail("IncompleteSignature", "Authorization header is not a complete %s signature", algorithm)
	}
	secret, who, err := c.secretOf(r, auth.accessKey, wall)
	if err != nil {
		return identity{}, err
	}
	at, err := time.Parse(timeFormat, r.Header.Get("X-Amz-Date"))
	if err != nil {
		return identity{}, fail("IncompleteSignature", "X-Amz-Date is missing or not of the form %s", timeFormat)
	}
	if at.Sub(wall).Abs() > maxSkew {
		return identity{}, expired(r.api, "Signature expired: %s is not within five minutes of %s", at.Format(timeFormat), wall.UTC().Format(timeFormat))
	}
	if err := c.scoped(r, auth, at); err != nil {
		return identity{}, err
	}
	if !hmac.Equal([]byte(auth.signature), []byte(signature(r, auth, secret))) {
		return identity{}, fail("SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.")
	}
	return who, nil
}

// expired is what the services say of a request out of time.
func expired(a api, format string, args ...any) error {
	if a == stsAPI {
		return fail("SignatureDoesNotMatch", format, args...)
	}
	return fail("RequestExpired", "Request has expired.")
}

// secretOf finds the secret and the owner of an access key.
func (c *Cloud) secretOf(r signed, accessKey string, wall time.Time) (string, identity, error) {
	token := r.Header.Get("X-Amz-Security-Token")
	if _, ok := c.faults.Take(fault.Expire, r.action); ok {
		return "", identity{}, staleSession(r.api)
	}
	if s, ok := c.sessions[accessKey]; ok && s.token == token {
		if wall.After(s.expires) {
			return "", identity{}, staleSession(r.api)
		}
		return s.secret, s.who, nil
	}
	for _, k := range c.opts.Credentials {
		if k.AccessKeyID == accessKey && token == "" {
			return k.SecretAccessKey, c.user(k), nil
		}
	}
	if r.api == stsAPI {
		return "", identity{}, fail("InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	return "", identity{}, fail("AuthFailure", "AWS was not able to validate the provided access credentials")
}

func staleSession(a api) error {
	if a == stsAPI {
		return fail("ExpiredToken", "The security token included in the request is expired")
	}
	return fail("RequestExpired", "Request has expired.")
}

// scoped checks what the signature is good for and what it covers.
func (c *Cloud) scoped(r signed, auth authorization, at time.Time) error {
	service := "ec2"
	switch r.api {
	case stsAPI:
		service = "sts"
	case pricingAPI:
		service = "pricing"
	}
	switch {
	case auth.service != service:
		return fail("SignatureDoesNotMatch", "Credential should be scoped to correct service: '%s'.", service)
	case auth.region != c.opts.Region && (service == "ec2" || auth.region != "us-east-1"):
		return fail("SignatureDoesNotMatch", "Credential should be scoped to a valid region, not '%s'.", auth.region)
	case auth.date != at.Format("20060102"):
		return fail("SignatureDoesNotMatch", "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP")
	case !slices.Contains(auth.headers, "host") || !slices.Contains(auth.headers, "x-amz-date"):
		return fail("SignatureDoesNotMatch", "'Host' and 'X-Amz-Date' must be signed headers")
	}
	return nil
}

func parseAuthorization(header string) (authorization, bool) {
	fields, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return authorization{}, false
	}
	parts := map[string]string{}
	for field := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || parts["SignedHeaders"] == "" || parts["Signature"] == "" {
		return authorization{}, false
	}
	return authorization{
		accessKey: scope[0], date: scope[1], region: scope[2], service: scope[3],
		headers:   strings.Split(parts["SignedHeaders"], ";"),
		signature: parts["Signature"],
	}, true
}

// signature computes what the client should have sent.
func signature(r signed, auth authorization, secret string) string {
	text := strings.Join([]string{
		algorithm, r.Header.Get("X-Amz-Date"), auth.scope(), hash([]byte(canonical(r, auth.headers))),
	}, "\n")
	key := []byte("AWS4" + secret)
	for _, part := range []string{auth.date, auth.region, auth.service, "aws4_request"} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, text))
}

// canonical is the request in the form that is signed.
func canonical(r signed, headers []string) string {
	var lines strings.Builder
	for _, name := range headers {
		fmt.Fprintf(&lines, "%s:%s\n", name, headerValue(r, name))
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	return strings.Join([]string{
		r.Method, path, query, lines.String(), strings.Join(headers, ";"), hash(r.body),
	}, "\n")
}

func headerValue(r signed, name string) string {
	switch name {
	case "host":
		return r.Host
	case "content-length":
		return fmt.Sprint(len(r.body))
	}
	var values []string
	for _, value := range r.Header.Values(name) {
		values = append(values, strings.Join(strings.Fields(value), " "))
	}
	return strings.Join(values, ",")
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(text))
	return m.Sum(nil)
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
