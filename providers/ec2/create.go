package ec2

import (
	"cmp"
	"context"
	"encoding/base64"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// userDataLimit is the most bytes of user data that EC2 takes, before base64
// (User Guide, "Run commands on your Linux instance at launch").
const userDataLimit = 16 << 10

// CreateServer launches one instance. The token is the client token, so that
// the same one never launches a second instance; with other wishes it is
// [providers.ErrConflict]. Volumes are attached by the ticket once the instance
// runs; when EC2 refuses one for good, the instance is terminated. A public key
// becomes a key pair named after it, which stays: the next server with the key
// uses it.
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	const operation = "RunInstances"
	in, err := p.launch(ctx, spec)
	if err != nil {
		return providers.Server{}, "", providers.Unmade(err)
	}
	out, err := keyed(ctx, p.api.RunInstances, in)
	if err != nil {
		return providers.Server{}, "", err
	}
	if len(out.Instances) != 1 {
		return providers.Server{}, "", providers.Errorf(providers.ErrUnavailable, operation, "the answer holds %d instances", len(out.Instances))
	}
	i := out.Instances[0]
	if gone(i) {
		return providers.Server{}, "", providers.Errorf(providers.ErrConflict, operation, "the token was used for %s, which is terminated", value(i.InstanceId))
	}
	made := server(i)
	if len(spec.Volumes) == 0 {
		return made, "", nil
	}
	later := step{Op: opBoot, ID: made.ID}
	for _, v := range spec.Volumes {
		later.Volumes = append(later.Volumes, plug{v.VolumeID, v.Device})
	}
	return made, p.ticket(later), nil
}

// launch is the request for one instance. Making it reads what EC2 would find
// wrong too late, and may import the key pair.
func (p *Provider) launch(ctx context.Context, spec providers.ServerSpec) (*sdk.RunInstancesInput, error) {
	const operation = "RunInstances"
	image, size := cmp.Or(spec.ImageID, p.settings.DefaultImage), cmp.Or(spec.SizeID, p.settings.DefaultSize)
	switch {
	case image == "":
		return nil, providers.Errorf(providers.ErrInvalid, operation, "no image is named and default_image is not set")
	case size == "":
		return nil, providers.Errorf(providers.ErrInvalid, operation, "no size is named and default_size is not set")
	case len(spec.UserData) > userDataLimit:
		return nil, providers.Errorf(providers.ErrInvalid, operation, "user data has %d bytes, EC2 takes %d", len(spec.UserData), userDataLimit)
	}
	place, err := p.place(ctx, spec)
	if err != nil {
		return nil, err
	}
	key, err := p.keyPair(ctx, spec)
	if err != nil {
		return nil, err
	}
	in := &sdk.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		ClientToken:       some(spec.Token),
		ImageId:           aws.String(image),
		InstanceType:      types.InstanceType(size),
		KeyName:           some(key),
		TagSpecifications: launchTags(spec),
	}
	if len(spec.UserData) > 0 {
		in.UserData = aws.String(base64.StdEncoding.EncodeToString(spec.UserData))
	}
	place.into(in, p.settings.SecurityGroups)
	return in, nil
}

// launchTags are the tags of an instance and, so that people see what they
// belong to, of the volumes and interfaces made with it.
func launchTags(spec providers.ServerSpec) []types.TagSpecification {
	own := maps.Clone(spec.Tags)
	if own == nil {
		own = map[string]string{}
	}
	beside := maps.Clone(own)
	maps.Copy(own, ownTags(spec.Name, spec.Token))
	maps.Copy(beside, ownTags(spec.Name, ""))
	if spec.Token != "" {
		beside[tagServer] = spec.Token
	}
	all := tagged(types.ResourceTypeInstance, own)
	all = append(all, tagged(types.ResourceTypeVolume, beside)...)
	return append(all, tagged(types.ResourceTypeNetworkInterface, beside)...)
}
