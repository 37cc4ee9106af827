package ec2_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
)

const stsVersion = "2011-06-15"

func TestSignatures(t *testing.T) {
	r := newRig(t, ec2.Options{Credentials: []ec2.Credential{
		{AccessKeyID: ec2.ExampleAccessKeyID, SecretAccessKey: ec2.ExampleSecretAccessKey},
	}})
	now := time.Now()
	unknown := aws.Credentials{AccessKeyID: "AKIANOBODY", SecretAccessKey: "x"}
	wrong := aws.Credentials{AccessKeyID: ec2.ExampleAccessKeyID, SecretAccessKey: "x"}
	session := r.user
	session.SessionToken = "x"
	for name, c := range map[string]struct {
		version string
		user    aws.Credentials // empty for the right one
		at      time.Time
		spoil   func(*http.Request)
		status  int
		code    string
	}{
		"right":                {at: now, status: 200},
		"right, a little late": {at: now.Add(-4 * time.Minute), status: 200},
		"unknown key":          {at: now, user: unknown, status: 401, code: "AuthFailure"},
		"wrong secret":         {at: now, user: wrong, status: 403, code: "SignatureDoesNotMatch"},
		"unknown session":      {at: now, user: session, status: 401, code: "AuthFailure"},
		"late":                 {at: now.Add(-6 * time.Minute), status: 400, code: "RequestExpired"},
		"early":                {at: now.Add(6 * time.Minute), status: 400, code: "RequestExpired"},
		"unsigned":             {at: now, spoil: func(q *http.Request) { q.Header.Del("Authorization") }, status: 403, code: "MissingAuthenticationToken"},
		"other scheme":         {at: now, spoil: func(q *http.Request) { q.Header.Set("Authorization", "Basic eDp5") }, status: 400, code: "IncompleteSignature"},
		"changed header":       {at: now, spoil: func(q *http.Request) { q.Header.Set("Content-Type", "text/plain") }, status: 403, code: "SignatureDoesNotMatch"},
		"changed query":        {at: now, spoil: func(q *http.Request) { q.URL.RawQuery = "a=b" }, status: 403, code: "SignatureDoesNotMatch"},
		"sts":                  {version: stsVersion, at: now, status: 200},
		"sts, unknown key":     {version: stsVersion, at: now, user: unknown, status: 403, code: "InvalidClientTokenId"},
		"sts, wrong secret":    {version: stsVersion, at: now, user: wrong, status: 403, code: "SignatureDoesNotMatch"},
		"sts, late":            {version: stsVersion, at: now.Add(-6 * time.Minute), status: 403, code: "SignatureDoesNotMatch"},
	} {
		t.Run(name, func(t *testing.T) {
			r := *r
			r.t = t
			if c.user.AccessKeyID != "" {
				r.user = c.user
			}
			f := form("DescribeRegions")
			if c.version == stsVersion {
				f = form("GetCallerIdentity")
				f.Set("Version", stsVersion)
			}
			q := r.request(t.Context(), f, c.at)
			if c.spoil != nil {
				c.spoil(q)
			}
			res, d := r.send(q)
			same(t, "status", res.StatusCode, c.status)
			same(t, "code", d.code(), c.code)
		})
	}
}

func TestSessions(t *testing.T) {
	r := newRig(t, ec2.Options{Account: "210987654321"})
	config := sts.Options{
		Region: "eu-central-1", BaseEndpoint: &r.url, Retryer: aws.NopRetryer{}, HTTPClient: sender{},
		Credentials: credentials.NewStaticCredentialsProvider(r.user.AccessKeyID, r.user.SecretAccessKey, ""),
	}
	user, err := sts.New(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	r.must(err)
	same(t, "account", *user.Account, "210987654321")
	same(t, "user", *user.Arn, "arn:aws:iam::210987654321:user/operator")

	assume := func(role string) (*sts.AssumeRoleOutput, error) {
		return sts.New(config).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("gate")})
	}
	_, err = assume("arn:aws:iam::111111111111:role/theirs")
	same(t, "role of another account", code(err), "AccessDenied")
	out, err := assume("arn:aws:iam::210987654321:role/reader")
	r.must(err)
	if left := time.Until(*out.Credentials.Expiration); left < 59*time.Minute || left > time.Hour {
		t.Errorf("the session ends in %v, not in an hour", left)
	}

	session := credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	config.Credentials = session
	role, err := sts.New(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	r.must(err)
	same(t, "role", *role.Arn, "arn:aws:sts::210987654321:assumed-role/reader/gate")

	client := api.New(api.Options{Region: "eu-central-1", BaseEndpoint: &r.url, Retryer: aws.NopRetryer{}, HTTPClient: sender{}, Credentials: session})
	_, err = client.DescribeRegions(t.Context(), &api.DescribeRegionsInput{})
	r.must(err)
	r.Faults().Set(fault.Fault{Kind: fault.Expire, Times: 2})
	_, err = client.DescribeRegions(t.Context(), &api.DescribeRegionsInput{})
	same(t, "expired", code(err), "RequestExpired")
	_, err = sts.New(config).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	same(t, "expired for sts", code(err), "ExpiredToken")
	_, err = client.DescribeRegions(t.Context(), &api.DescribeRegionsInput{})
	same(t, "after the fault", code(err), "")
}

func TestWrongRegion(t *testing.T) {
	r := newRig(t, ec2.Options{})
	client := api.New(api.Options{
		Region: "us-west-2", BaseEndpoint: &r.url, Retryer: aws.NopRetryer{}, HTTPClient: sender{},
		Credentials: credentials.NewStaticCredentialsProvider(r.user.AccessKeyID, r.user.SecretAccessKey, ""),
	})
	_, err := client.DescribeRegions(t.Context(), &api.DescribeRegionsInput{})
	same(t, "code", code(err), "SignatureDoesNotMatch")
}
