package ec2_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"occigate/test/cloudsim/ec2"
	"occigate/test/cloudsim/fault"
)

// TestPages reads the same listing in pages of every size of interest, asked
// for by the client or forced by a fault.
func TestPages(t *testing.T) {
	const n = 7
	r := newRig(t, ec2.Options{})
	want := r.launch(n)
	for _, c := range []struct {
		asked, forced int
		pages         int
	}{
		{0, 0, 1},
		{5, 0, 2},
		{n - 1, 0, 2},
		{n, 0, 1},
		{n + 1, 0, 1},
		{2000, 0, 1}, // more than the largest is taken as the largest
		{0, 1, n},
		{0, n - 1, 2},
		{0, n, 1},
		{0, n + 1, 1},
		{5, 2, 4},
		{5, 6, 2},
	} {
		t.Run(fmt.Sprint(c.asked, c.forced), func(t *testing.T) {
			r.Faults().Clear()
			if c.forced > 0 {
				r.Faults().Set(fault.Fault{Kind: fault.PageSize, Size: c.forced})
			}
			in := &api.DescribeInstancesInput{}
			if c.asked > 0 {
				in.MaxResults = aws.Int32(int32(c.asked))
			}
			var got []string
			pages := 0
			for p := api.NewDescribeInstancesPaginator(r.sdk, in); p.HasMorePages(); pages++ {
				out, err := p.NextPage(t.Context())
				r.must(err)
				for _, reservation := range out.Reservations {
					for _, i := range reservation.Instances {
						got = append(got, *i.InstanceId)
					}
				}
			}
			same(t, "pages", pages, c.pages)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestPagesStandStill changes what is listed between two pages.
func TestPagesStandStill(t *testing.T) {
	r := newRig(t, ec2.Options{})
	ids := r.launch(6)
	first, err := r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{MaxResults: aws.Int32(5)})
	r.must(err)
	r.launch(3)
	for range 2 { // a token may be used twice
		second, err := r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{MaxResults: aws.Int32(5), NextToken: first.NextToken})
		r.must(err)
		same(t, "rows", len(second.Reservations[0].Instances), 1)
		same(t, "row", *second.Reservations[0].Instances[0].InstanceId, ids[5])
	}
}

// TestEveryListingHasPages reads what an account has from the start row by row.
func TestEveryListingHasPages(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.must(r.Seed(ec2.Shop()))
	r.Faults().Set(fault.Fault{Kind: fault.PageSize, Size: 1})
	ctx := t.Context()
	listings := map[string]func(token *string) (int, *string, error){
		"images": func(token *string) (int, *string, error) {
			out, err := r.sdk.DescribeImages(ctx, &api.DescribeImagesInput{NextToken: token})
			return len(out.Images), out.NextToken, err
		},
		"instance types": func(token *string) (int, *string, error) {
			out, err := r.sdk.DescribeInstanceTypes(ctx, &api.DescribeInstanceTypesInput{NextToken: token})
			return len(out.InstanceTypes), out.NextToken, err
		},
		"volumes": func(token *string) (int, *string, error) {
			out, err := r.sdk.DescribeVolumes(ctx, &api.DescribeVolumesInput{NextToken: token})
			return len(out.Volumes), out.NextToken, err
		},
		"interfaces": func(token *string) (int, *string, error) {
			out, err := r.sdk.DescribeNetworkInterfaces(ctx, &api.DescribeNetworkInterfacesInput{NextToken: token})
			return len(out.NetworkInterfaces), out.NextToken, err
		},
		"subnets": func(token *string) (int, *string, error) {
			out, err := r.sdk.DescribeSubnets(ctx, &api.DescribeSubnetsInput{NextToken: token})
			return len(out.Subnets), out.NextToken, err
		},
		"tags": func(token *string) (int, *string, error) {
			out, err := r.sdk.DescribeTags(ctx, &api.DescribeTagsInput{NextToken: token})
			return len(out.Tags), out.NextToken, err
		},
		"statuses": func(token *string) (int, *string, error) {
			out, err := r.sdk.DescribeInstanceStatus(ctx, &api.DescribeInstanceStatusInput{NextToken: token})
			return len(out.InstanceStatuses), out.NextToken, err
		},
	}
	// From the tables and the estate: 11 servers, one of them terminated, 7 running, 6 with two
	// tags besides the name, each with the name of its root volume; 5 disks, an image, 3 named
	// subnets.
	want := map[string]int{
		"images": 8 + 1, "instance types": 22, "volumes": 10 + 5, "interfaces": 10, "subnets": 3, "tags": 11 + 2*6 + 10 + 5 + 3, "statuses": 7,
	}
	for name, page := range listings {
		rows := 0
		var token *string
		for more := true; more; more = token != nil {
			n, next, err := page(token)
			r.must(err)
			same(t, name+" of a page", n, 1)
			rows, token = rows+n, next
		}
		same(t, name, rows, want[name])
	}
}

func TestFilters(t *testing.T) {
	r := newRig(t, ec2.Options{})
	r.must(r.Seed(ec2.Shop()))
	for _, c := range []struct {
		name   string
		values []string
		want   int
	}{
		{"instance-state-name", []string{"running"}, 7},
		{"instance-state-name", []string{"stopped", "pending"}, 2},
		{"tag:Name", []string{"shop-web-?"}, 2},
		{"tag:Name", []string{"*web*", "office"}, 3},
		{"tag:Name", []string{`shop-web-\?`}, 0},
		{"tag-key", []string{"Project"}, 6},
		{"instance-type", []string{"t3.*"}, 4},
		{"availability-zone", []string{"eu-central-1c"}, 2},
		{"architecture", []string{"arm64"}, 2},
		{"hibernation-options.configured", []string{"true"}, 1},
		{"vpc-id", []string{r.DefaultNetwork().VPC}, 10},
	} {
		out, err := r.sdk.DescribeInstances(t.Context(), &api.DescribeInstancesInput{
			Filters: []types.Filter{{Name: &c.name, Values: c.values}},
		})
		r.must(err)
		same(t, c.name+" "+fmt.Sprint(c.values), len(out.Reservations), c.want)
	}
}

func TestImageOwners(t *testing.T) {
	r := newRig(t, ec2.Options{})
	id := r.running()
	_, err := r.sdk.CreateImage(t.Context(), &api.CreateImageInput{InstanceId: &id, Name: aws.String("mine")})
	r.must(err)
	for owner, want := range map[string]int{"amazon": 3, "099720109477": 3, "self": 1, "123456789012": 1, "42": 0} {
		out, err := r.sdk.DescribeImages(t.Context(), &api.DescribeImagesInput{Owners: []string{owner}})
		r.must(err)
		same(t, owner, len(out.Images), want)
	}
}

func TestInstanceTypes(t *testing.T) {
	r := newRig(t, ec2.Options{})
	out, err := r.sdk.DescribeInstanceTypes(t.Context(), &api.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"m5.xlarge"}})
	r.must(err)
	m5 := out.InstanceTypes[0]
	same(t, "cores", *m5.VCpuInfo.DefaultVCpus, 4)
	same(t, "memory", *m5.MemoryInfo.SizeInMiB, 16384)
	same(t, "interfaces", *m5.NetworkInfo.MaximumNetworkInterfaces, 4)
	same(t, "architecture", m5.ProcessorInfo.SupportedArchitectures[0], "x86_64")
}

func TestTags(t *testing.T) {
	r := newRig(t, ec2.Options{})
	id := r.volume(1)
	pairs := func() []string {
		out, err := r.sdk.DescribeTags(t.Context(), &api.DescribeTagsInput{
			Filters: []types.Filter{{Name: aws.String("resource-id"), Values: []string{id}}},
		})
		r.must(err)
		var list []string
		for _, tag := range out.Tags {
			list = append(list, *tag.Key+"="+*tag.Value+" on "+string(tag.ResourceType))
		}
		slices.Sort(list)
		return list
	}
	_, err := r.sdk.CreateTags(t.Context(), &api.CreateTagsInput{Resources: []string{id}, Tags: []types.Tag{
		{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")},
	}})
	r.must(err)
	if diff := cmp.Diff([]string{"a=1 on volume", "b=2 on volume"}, pairs()); diff != "" {
		t.Error(diff)
	}
	_, err = r.sdk.DeleteTags(t.Context(), &api.DeleteTagsInput{Resources: []string{id}, Tags: []types.Tag{
		{Key: aws.String("a")}, {Key: aws.String("b"), Value: aws.String("other")},
	}})
	r.must(err)
	if diff := cmp.Diff([]string{"b=2 on volume"}, pairs()); diff != "" {
		t.Error(diff)
	}
}
