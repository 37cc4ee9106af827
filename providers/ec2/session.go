package ec2

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"occigate/providers"
)

// session is the SDK's configuration of the account. It is put together by
// hand, so that no AWS_* variable and no file changes it unless the settings
// name them.
func (s *Settings) session(around providers.Surroundings) (aws.Config, error) {
	base, region, err := s.credentials(around)
	if err != nil {
		return aws.Config{}, err
	}
	if region == "" {
		return aws.Config{}, providers.Errorf(providers.ErrInvalid, "ec2 settings", "region is missing and %s names none", s.Credentials)
	}
	cfg := aws.Config{
		Region:      region,
		Credentials: base,
		HTTPClient:  wire{around.HTTP, []providers.Secret{s.SecretAccessKey, s.SessionToken}},
		Retryer:     noRetries,
	}
	if s.Endpoint != "" {
		cfg.BaseEndpoint = aws.String(s.Endpoint)
	}
	if s.AssumeRole != nil {
		cfg.Credentials = s.AssumeRole.credentials(cfg)
	}
	return cfg, nil
}

func noRetries() aws.Retryer { return aws.NopRetryer{} }

// credentials are the account's own ones and the region that goes with them.
func (s *Settings) credentials(around providers.Surroundings) (aws.CredentialsProvider, string, error) {
	if s.Credentials == credentialsStatic {
		own := credentials.NewStaticCredentialsProvider(s.AccessKeyID, s.SecretAccessKey.Reveal(), s.SessionToken.Reveal())
		return own, s.Region, nil
	}
	options := []func(*config.LoadOptions) error{
		config.WithAPIOptions([]func(*middleware.Stack) error{sendingBy(around.HTTP)}),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = around.HTTP }),
		config.WithRetryer(noRetries),
		config.WithEC2IMDSClientEnableState(imds.ClientDisabled),
	}
	if s.Region != "" {
		options = append(options, config.WithRegion(s.Region))
	}
	if s.Endpoint != "" {
		options = append(options, config.WithBaseEndpoint(s.Endpoint))
	}
	switch {
	case s.Credentials == credentialsEnvironment:
		options = append(options, config.WithSharedConfigFiles([]string{}), config.WithSharedCredentialsFiles([]string{}))
	case len(s.ProfileFiles) > 0:
		options = append(options, config.WithSharedConfigFiles(s.ProfileFiles), config.WithSharedCredentialsFiles(s.ProfileFiles))
		fallthrough
	default:
		options = append(options, config.WithSharedConfigProfile(s.Profile))
	}
	loaded, err := config.LoadDefaultConfig(context.Background(), options...)
	if err != nil {
		return nil, "", &providers.Error{Kind: providers.ErrInvalid, Op: "ec2 settings", Message: err.Error(), Err: err}
	}
	return aws.NewCredentialsCache(login{loaded.Credentials, "credentials"}), loaded.Region, nil
}

// sendingBy makes the SDK's clients send by the house's. The chain of
// credentials cannot be given it as its HTTP client: where AWS_CA_BUNDLE is set,
// it takes none but the SDK's own.
func sendingBy(client *http.Client) func(*middleware.Stack) error {
	send := smithyhttp.NewClientHandlerWithOptions(client)
	house := middleware.DeserializeMiddlewareFunc("SendByHouse", func(
		ctx context.Context, in middleware.DeserializeInput, _ middleware.DeserializeHandler,
	) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
		out.RawResponse, metadata, err = send.Handle(ctx, in.Request)
		return out, metadata, err
	})
	return func(stack *middleware.Stack) error { return stack.Deserialize.Add(house, middleware.After) }
}

// credentials take on the role with those that cfg has.
func (r *AssumeRole) credentials(cfg aws.Config) aws.CredentialsProvider {
	role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), r.ARN, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = r.SessionName
		if r.ExternalID != "" {
			o.ExternalID = aws.String(r.ExternalID.Reveal())
		}
	})
	return aws.NewCredentialsCache(login{role, "AssumeRole"}, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow = 5 * time.Minute
	})
}

// login is a source of credentials whose requests are marked as what they are,
// not as the call that needed them, and whose failures have a kind.
type login struct {
	source    aws.CredentialsProvider
	operation string
}

// Retrieve gets the credentials. A source that has none, or is refused, is
// [providers.ErrDenied].
func (l login) Retrieve(ctx context.Context) (aws.Credentials, error) {
	got, err := l.source.Retrieve(providers.Reading(ctx, l.operation))
	if err == nil {
		return got, nil
	}
	e := refusal(l.operation, err)
	var sent *url.Error
	if e.Code == "" && ctx.Err() == nil && !errors.As(err, &sent) {
		e.Kind = providers.ErrDenied
	}
	return aws.Credentials{}, e
}
