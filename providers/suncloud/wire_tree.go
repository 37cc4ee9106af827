package suncloud

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"occigate/providers"
	"occigate/providers/internal/listing"
)

// tree is a VDC with all that is in it, whatever cluster it is in.
type tree struct {
	vdc      vdc
	clusters []cluster
	vms      []vm
	vnets    []vnet

	templates templates // of an offer only
}

// entry finds the VDC of that name, or the only one, in the Cloud resource.
func (c *client) entry(ctx context.Context) (string, error) {
	const op = "GET Cloud"
	var doc cloud
	if err := c.get(ctx, c.service.String(), "Cloud", &doc); err != nil {
		return "", err
	}
	names := []string{}
	for _, v := range doc.VDCs {
		if v.URI != "" && (v.Name == c.vdc || c.vdc == "" && len(doc.VDCs) == 1) {
			return v.URI, nil
		}
		names = append(names, v.Name)
	}
	return "", providers.Errorf(providers.ErrInvalid, op, "vdc is %q, the service has %q", c.vdc, names)
}

// tree reads the VDC, whose representation holds all: two calls. Nested rows are
// promised to have name and URI only; such a VM or cluster is read by itself,
// which is one call more for each.
func (c *client) tree(ctx context.Context) (tree, error) {
	var t tree
	uri, err := c.entry(ctx)
	if err != nil {
		return t, err
	}
	if err := c.get(ctx, uri, "VDC", &t.vdc); err != nil {
		return t, err
	}
	if t.vdc.Cluster.URI == "" {
		return t, providers.Errorf(providers.ErrUnavailable, "GET VDC", "the VDC has no root cluster")
	}
	if err := c.walk(ctx, &t, t.vdc.Cluster, map[string]bool{}); err != nil {
		return t, err
	}
	t.vms, err = c.whole(ctx, t.vms)
	return t, err
}

// walk takes a cluster into the tree, with all below it.
func (c *client) walk(ctx context.Context, t *tree, in cluster, seen map[string]bool) error {
	if seen[in.URI] {
		return nil
	}
	seen[in.URI] = true
	if in.VMs == nil && in.VNets == nil && in.Clusters == nil {
		if err := c.get(ctx, in.URI, "Cluster", &in); err != nil {
			return err
		}
	}
	t.clusters = append(t.clusters, in)
	for _, n := range in.VNets {
		n.Cluster = in.URI
		t.vnets = append(t.vnets, n)
	}
	for _, m := range in.VMs {
		if m.URI == "" {
			return providers.Errorf(providers.ErrUnavailable, "GET VDC", "a VM has no URI")
		}
		m.Cluster = in.URI
		t.vms = append(t.vms, m)
	}
	for _, inner := range in.Clusters {
		if err := c.walk(ctx, t, inner, seen); err != nil {
			return err
		}
	}
	return nil
}

// parallel is how many VMs are read at the same time at most.
const parallel = 8

// whole reads the VMs of a tree that have a name only. One that was deleted
// since the tree was read is left out.
func (c *client) whole(ctx context.Context, vms []vm) ([]vm, error) {
	vms, _ = listing.Once(vms, nil, func(m vm) string { return m.URI })
	var group errgroup.Group
	group.SetLimit(parallel)
	var failed atomic.Bool // no further calls then; those under way end by themselves
	for i := range vms {
		m := &vms[i]
		if m.State != "" {
			continue
		}
		group.Go(func() error {
			if failed.Load() {
				return nil
			}
			cluster := m.Cluster
			err := c.get(ctx, m.URI, "VM", m)
			m.Cluster = cluster
			if errors.Is(err, providers.ErrNotFound) {
				m.URI = ""
				return nil
			}
			failed.CompareAndSwap(false, err != nil)
			return err
		})
	}
	err := group.Wait()
	return slices.DeleteFunc(vms, func(m vm) bool { return m.URI == "" }), err
}

// offer reads the VDC and the templates that VMs are made from: three calls.
func (c *client) offer(ctx context.Context) (tree, error) {
	t, err := c.tree(ctx)
	if err != nil {
		return t, err
	}
	return t, c.get(ctx, t.vdc.Templates, "VMTemplates", &t.templates)
}

// plugged are the interfaces in a VNet.
func (t tree) plugged(vnet string) (all []nic) {
	for _, m := range t.vms {
		for _, i := range m.Interfaces {
			if i.VNet == vnet {
				all = append(all, i)
			}
		}
	}
	return all
}

// figures are those of the templates and of the VMs.
func (t tree) figures() (all []Figures) {
	for _, r := range t.templates {
		all = append(all, r.Figures)
	}
	for _, m := range t.vms {
		all = append(all, m.Figures)
	}
	return all
}

func (c *client) vm(ctx context.Context, uri string) (m vm, err error) {
	err = c.get(ctx, uri, "VM", &m)
	if err == nil && m.URI == "" {
		err = providers.Errorf(providers.ErrUnavailable, "GET VM", "the answer is no VM")
	}
	return m, err
}

func (c *client) address(ctx context.Context, uri string) (a address, err error) {
	err = c.get(ctx, uri, "PublicAddress", &a)
	return a, err
}
