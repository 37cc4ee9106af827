package ec2

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// kind is a kind of resource: its id's prefix and its errors.
type kind struct {
	prefix    string // of ids
	param     string // that names ids in a Describe action
	tagType   string // in TagSpecification and DescribeTags
	missing   string // error code of an id that does not exist
	malformed string // error code of an id that cannot be one
	noun      string // in messages
}

// The kinds, with the codes of the Amazon EC2 API Reference.
var (
	instanceKind  = kind{"i-", "InstanceId", "instance", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed", "instance ID"}
	imageKind     = kind{"ami-", "ImageId", "image", "InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "image id"}
	volumeKind    = kind{"vol-", "VolumeId", "volume", "InvalidVolume.NotFound", "InvalidParameterValue", "volume"}
	vpcKind       = kind{"vpc-", "VpcId", "vpc", "InvalidVpcID.NotFound", "InvalidVpcID.Malformed", "vpc ID"}
	subnetKind    = kind{"subnet-", "SubnetId", "subnet", "InvalidSubnetID.NotFound", "InvalidSubnetID.Malformed", "subnet ID"}
	interfaceKind = kind{"eni-", "NetworkInterfaceId", "network-interface", "InvalidNetworkInterfaceID.NotFound", "InvalidNetworkInterfaceId.Malformed", "networkInterface ID"}
	groupKind     = kind{"sg-", "GroupId", "security-group", "InvalidGroup.NotFound", "InvalidGroupId.Malformed", "security group"}
	addressKind   = kind{"eipalloc-", "AllocationId", "elastic-ip", "InvalidAllocationID.NotFound", "InvalidAllocationID.NotFound", "allocation ID"}
	keyPairKind   = kind{"key-", "KeyPairId", "key-pair", "InvalidKeyPair.NotFound", "InvalidKeyPair.NotFound", "key pair"}
	typeKind      = kind{"", "InstanceType", "", "InvalidInstanceType", "InvalidInstanceType", "instance type"}
)

// resource is what all kinds have.
type resource struct {
	id   string
	born time.Time
	tags map[string]string
}

func (r *resource) base() *resource { return r }

type row interface{ base() *resource }

// rows are the resources of a kind, in the order they were made.
type rows[T row] struct {
	kind  kind
	byID  map[string]T
	order []T
}

func newRows[T row](k kind) rows[T] { return rows[T]{kind: k, byID: map[string]T{}} }

func (r *rows[T]) add(row T) {
	r.byID[row.base().id] = row
	r.order = append(r.order, row)
}

func (r *rows[T]) remove(row T) {
	id := row.base().id
	delete(r.byID, id)
	r.order = slices.DeleteFunc(r.order, func(other T) bool { return other.base().id == id })
}

// all gives the rows in a slice that stays as it is when rows come and go.
func (r *rows[T]) all() []T { return slices.Clone(r.order) }

// find gives the row, or the kind's error.
func (r *rows[T]) find(id string) (T, error) {
	row, ok := r.byID[id]
	if ok {
		return row, nil
	}
	if !r.kind.wellFormed(id) {
		return row, fail(r.kind.malformed, "Invalid id: %q (expecting %q)", id, r.kind.prefix+"...")
	}
	return row, r.kind.notFound(id)
}

// findAll gives the rows of several ids, or the error of the first missing one.
func (r *rows[T]) findAll(ids []string) ([]T, error) {
	found := make([]T, 0, len(ids))
	for _, id := range ids {
		row, err := r.find(id)
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, nil
}

func (k kind) notFound(id string) error {
	return fail(k.missing, "The %s '%s' does not exist", k.noun, id)
}

func (k kind) wellFormed(id string) bool {
	digits, ok := strings.CutPrefix(id, k.prefix)
	return ok && (k == typeKind || len(digits) >= 8 && strings.Trim(digits, "0123456789abcdef") == "")
}

// id makes an id that is unique over accounts and regions, and the same in
// every run.
func (c *Cloud) id(prefix string) string {
	c.serial++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %s %d", c.opts.Account, c.opts.Region, prefix, c.serial))
	return prefix + "0" + hex.EncodeToString(sum[:8])
}

// keyed is a change that was made under a client token.
type keyed struct {
	print string   // of its form
	ids   []string // of what it made
}

// repeated gives the ids made earlier under the call's client token, or nil.
// The same token with another form is an error.
func (c *call) repeated() ([]string, error) {
	before, ok := c.tokens[c.action+" "+c.text("ClientToken")]
	if !ok || c.text("ClientToken") == "" {
		return nil, nil
	}
	if before.print != c.print() {
		return nil, fail("IdempotentParameterMismatch",
			"Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
	}
	return before.ids, nil
}

// remember keeps what was made under the call's client token.
func (c *call) remember(ids ...string) {
	if token := c.text("ClientToken"); token != "" {
		c.tokens[c.action+" "+token] = keyed{c.print(), ids}
	}
}
