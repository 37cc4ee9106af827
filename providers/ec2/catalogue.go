package ec2

import (
	"context"
	"maps"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"occigate/providers"
)

// Catalogue lists the configured images and sizes and the region's zones.
func (p *Provider) Catalogue(ctx context.Context) (c providers.Catalogue, err error) {
	if c.Images, err = p.images(ctx); err != nil {
		return providers.Catalogue{}, err
	}
	if c.Sizes, err = p.sizes(ctx); err != nil {
		return providers.Catalogue{}, err
	}
	if c.Zones, err = p.zones(ctx); err != nil {
		return providers.Catalogue{}, err
	}
	return c, nil
}

// images lists the account's own images, those of the other owners that fit
// the filters, and those named by id. An id that does not exist is left out:
// owners take their images back.
func (p *Provider) images(ctx context.Context) ([]providers.Image, error) {
	account, err := p.account(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]providers.Image{}
	for _, in := range p.settings.Images.listings() {
		rows, err := p.describeImages(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, i := range rows {
			found[value(i.ImageId)] = image(i, account)
		}
	}
	ids := slices.Sorted(maps.Keys(found))
	all := make([]providers.Image, len(ids))
	for n, id := range ids {
		all[n] = found[id]
	}
	return all, nil
}

// listings are the calls that the settings ask for.
func (s Images) listings() (calls []sdk.DescribeImagesInput) {
	machine := filter("image-type", string(types.ImageTypeValuesMachine))
	var others []string
	for _, owner := range s.Owners {
		if owner == self {
			calls = append(calls, sdk.DescribeImagesInput{Owners: []string{self}, Filters: []types.Filter{machine}})
			continue
		}
		others = append(others, owner)
	}
	if len(others) > 0 {
		filters := []types.Filter{machine, filter("state", string(types.ImageStateAvailable))}
		for _, name := range slices.Sorted(maps.Keys(s.Filters)) {
			filters = append(filters, filter(name, s.Filters[name]...))
		}
		calls = append(calls, sdk.DescribeImagesInput{Owners: others, Filters: filters})
	}
	if len(s.IDs) > 0 {
		calls = append(calls, sdk.DescribeImagesInput{Filters: []types.Filter{filter("image-id", s.IDs...)}})
	}
	return calls
}

func (p *Provider) describeImages(ctx context.Context, in sdk.DescribeImagesInput) ([]types.Image, error) {
	return pages("DescribeImages", func(token *string) ([]types.Image, *string, error) {
		in.MaxResults, in.NextToken = aws.Int32(pageSize), token
		out, err := read(ctx, p.api.DescribeImages, &in)
		if err != nil {
			return nil, nil, err
		}
		return out.Images, out.NextToken, nil
	})
}

// sizePage is the most instance types that EC2 gives per page
// (DescribeInstanceTypes, MaxResults).
const sizePage = 100

// sizes lists the instance types that the settings name, else all of the
// current generation that are virtual.
func (p *Provider) sizes(ctx context.Context) ([]providers.Size, error) {
	filters := []types.Filter{filter("instance-type", p.settings.Sizes...)}
	if len(p.settings.Sizes) == 0 {
		filters = []types.Filter{filter("current-generation", "true"), filter("bare-metal", "false")}
	}
	return pages("DescribeInstanceTypes", func(token *string) ([]providers.Size, *string, error) {
		in := &sdk.DescribeInstanceTypesInput{Filters: filters, MaxResults: aws.Int32(sizePage), NextToken: token}
		out, err := read(ctx, p.api.DescribeInstanceTypes, in)
		if err != nil {
			return nil, nil, err
		}
		var rows []providers.Size
		for _, t := range out.InstanceTypes {
			rows = append(rows, size(t))
		}
		return rows, out.NextToken, nil
	})
}

// zones lists the zones that the account can use. Zones are named, not
// numbered: a zone id such as euc1-az2 is not taken by every call.
func (p *Provider) zones(ctx context.Context) ([]providers.Zone, error) {
	out, err := read(ctx, p.api.DescribeAvailabilityZones, &sdk.DescribeAvailabilityZonesInput{})
	if err != nil {
		return nil, err
	}
	var all []providers.Zone
	for _, z := range out.AvailabilityZones {
		name := value(z.ZoneName)
		all = append(all, providers.Zone{ID: name, Name: name, Available: z.State == types.AvailabilityZoneStateAvailable})
	}
	return all, nil
}

// size translates an instance type.
func size(t types.InstanceTypeInfo) providers.Size {
	s := providers.Size{ID: string(t.InstanceType), Name: string(t.InstanceType)}
	if t.VCpuInfo != nil {
		s.Cores = int(value(t.VCpuInfo.DefaultVCpus))
	}
	if t.MemoryInfo != nil {
		s.MemoryMiB = int(value(t.MemoryInfo.SizeInMiB))
	}
	if t.InstanceStorageInfo != nil {
		s.DiskGiB = gib(value(t.InstanceStorageInfo.TotalSizeInGB))
	}
	if t.ProcessorInfo != nil {
		for _, a := range t.ProcessorInfo.SupportedArchitectures {
			if known := architectures[string(a)]; known != "" && !slices.Contains(s.Architectures, known) {
				s.Architectures = append(s.Architectures, known)
			}
		}
	}
	return s
}

// gib turns the decimal gigabytes of instance stores into GiB, to one decimal.
func gib(gigabytes int64) float64 {
	return math.Round(float64(gigabytes)*1e10/(1<<30)) / 10
}
