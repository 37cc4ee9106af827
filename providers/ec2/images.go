package ec2

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// SaveServer makes an image of a running or stopped instance. Without
// spec.Hot, EC2 restarts a running instance meanwhile. A name is unique in the
// account: 3 to 128 letters, digits and ()[] ./-'@_ (CreateImage, Name); one
// that is taken is [providers.ErrConflict]. An empty one is the token.
func (p *Provider) SaveServer(ctx context.Context, id string, spec providers.ImageSpec) (providers.Image, providers.Ticket, error) {
	if err := known("CreateImage", id); err != nil {
		return providers.Image{}, "", err
	}
	name := cmp.Or(spec.Name, spec.Token)
	out, err := change(ctx, p.api.CreateImage, &sdk.CreateImageInput{
		InstanceId:        aws.String(id),
		Name:              aws.String(name),
		NoReboot:          aws.Bool(spec.Hot),
		TagSpecifications: tagged(types.ResourceTypeImage, ownTags(name, spec.Token)),
	})
	if err != nil {
		return providers.Image{}, "", err
	}
	made := providers.Image{ID: value(out.ImageId), Name: name, Token: spec.Token, State: providers.ImagePending, Own: true}
	return made, "", nil
}

// DeleteImage takes an image of the account out of use and deletes the
// snapshots that no other image needs.
func (p *Provider) DeleteImage(ctx context.Context, id string) error {
	if err := known("DeregisterImage", id); err != nil {
		return err
	}
	_, err := change(ctx, p.api.DeregisterImage, &sdk.DeregisterImageInput{
		ImageId:                   aws.String(id),
		DeleteAssociatedSnapshots: aws.Bool(true),
	})
	return err
}

// imageStates is what EC2's states mean (API Reference, Image, imageState). A
// state that is not here cannot be used.
var imageStates = map[types.ImageState]providers.ImageState{
	types.ImageStateAvailable: providers.ImageReady,
	types.ImageStatePending:   providers.ImagePending,
	types.ImageStateTransient: providers.ImagePending,
}

// image translates an image as the account sees it.
func image(i types.Image, account string) providers.Image {
	id := value(i.ImageId)
	created, _ := time.Parse(time.RFC3339, value(i.CreationDate)) // zero when EC2 does not tell
	return providers.Image{
		ID:           id,
		Name:         cmp.Or(value(i.Name), tag(i.Tags, tagName), id),
		Description:  value(i.Description),
		Architecture: architectures[string(i.Architecture)],
		VolumeGiB:    rootDisk(i),
		Created:      created,
		Token:        tag(i.Tags, tagToken),
		State:        cmp.Or(imageStates[i.State], providers.ImageFailed),
		Own:          value(i.OwnerId) == account,
	}
}

// rootDisk is the size of the volume that the image starts from, in GiB, 0 when
// it starts from none.
func rootDisk(i types.Image) float64 {
	for _, m := range i.BlockDeviceMappings {
		if m.Ebs != nil && value(m.DeviceName) == value(i.RootDeviceName) {
			return float64(value(m.Ebs.VolumeSize))
		}
	}
	return 0
}
