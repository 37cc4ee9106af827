package suncloud

import (
	"cmp"
	"context"
	"encoding/base64"
	"net/http"
	"slices"

	"occigate/providers"
)

const createOp = "POST VM"

// wish is the body of a new VM.
type wish struct {
	figures
	Name       string         `json:"name"`
	Template   string         `json:"from_template"`
	Interfaces []wishedNIC    `json:"interfaces,omitempty"`
	Params     map[string]any `json:"params,omitempty"`
	Tags       []string       `json:"tags"`
}

type wishedNIC struct {
	VNet string `json:"vnet"`
	IP   string `json:"ip_address,omitempty"`
	MAC  string `json:"mac_address,omitempty"`
}

// CreateServer makes a VM from a template; it comes up STOPPED, and the ticket
// starts it. The token is looked for among the tags first, and names are unique
// in a cluster, so that the same token makes no second one. The user data, the
// key and the hostname become user_params, which are the template's to use.
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	none := providers.Server{}
	if len(spec.Volumes) > 0 || spec.KeyName != "" {
		return none, "", providers.Errorf(providers.ErrUnsupported, createOp, "Sun Cloud has neither block volumes nor named keys")
	}
	t, templates, err := p.treeAndTemplates(ctx)
	if err != nil {
		return none, "", err
	}
	begun := ticket{Kind: "VM", Made: true, Start: true}
	for _, m := range t.vms {
		if spec.Token == "" || tokenOf(m.Tags) != spec.Token {
			continue
		}
		begun.Target = m.URI
		if m.fresh() {
			return p.server(m), begun.text(), nil
		}
		return p.server(m), "", nil
	}
	in, err := p.cluster(t, spec.Zone)
	if err != nil {
		return none, "", err
	}
	w, err := p.wish(spec, t, templates)
	if err != nil {
		return none, "", err
	}
	target, next, err := p.change(ctx, call{method: http.MethodPost, uri: in.URI, kind: "VM", body: w}, begun)
	if err != nil {
		return none, "", err
	}
	s := p.server(vm{
		figures: w.figures, Name: w.Name, URI: target, Cluster: in.URI, State: "STOPPED", FromTemplate: w.Template, Tags: w.Tags,
	})
	s.State = providers.StatePending
	return s, next, nil
}

// cluster finds where something is made: the cluster with a URI, or else the
// configured one, or else the root.
func (p *Provider) cluster(t tree, zone string) (cluster, error) {
	i := slices.IndexFunc(t.clusters, func(c cluster) bool {
		return c.URI == zone || zone == "" && (p.settings.Cluster == "" || c.Name == p.settings.Cluster)
	})
	if i < 0 {
		return cluster{}, providers.Errorf(providers.ErrInvalid, "GET VDC", "there is no cluster %q", cmp.Or(zone, p.settings.Cluster))
	}
	return t.clusters[i], nil
}

// wish turns a spec into the body of a create. Figures that are sent win over
// those of the template.
func (p *Provider) wish(spec providers.ServerSpec, t tree, templates []template) (wish, error) {
	w := wish{Name: cmp.Or(spec.Name, spec.Hostname, "server-"+spec.Token), Tags: []string{tokenTag + spec.Token}}
	for name, value := range spec.Tags {
		w.Tags = append(w.Tags, name+"="+value)
	}
	slices.Sort(w.Tags[1:])
	refuse := func(format string, args ...any) (wish, error) {
		return wish{}, providers.Errorf(providers.ErrInvalid, createOp, format, args...)
	}
	image := cmp.Or(spec.ImageID, p.settings.Image)
	i := slices.IndexFunc(templates, func(r template) bool { return r.URI == image || r.Name == image })
	if i < 0 {
		return refuse("there is no template %q", image)
	}
	w.Template, w.figures = templates[i].URI, templates[i].figures
	if size := cmp.Or(spec.SizeID, p.settings.Size); size != "" {
		f, ok := p.figuresOf(size)
		if !ok {
			return refuse("there is no size %q", size)
		}
		w.figures = f
	}
	plugs := spec.Networks
	if len(plugs) == 0 && p.settings.Network != "" {
		plugs = []providers.InterfaceSpec{{NetworkID: p.settings.Network}}
	}
	for _, plug := range plugs {
		n := slices.IndexFunc(t.vnets, func(n vnet) bool { return n.URI == plug.NetworkID || n.Name == plug.NetworkID })
		if n < 0 {
			return refuse("there is no VNet %q; public addresses are assigned to a server that is there", plug.NetworkID)
		}
		w.Interfaces = append(w.Interfaces, wishedNIC{VNet: t.vnets[n].URI, IP: plug.IP, MAC: plug.MAC})
	}
	w.Params = userParams(spec)
	return w, nil
}

// userParams are what the machine itself is told; binary data is in base64.
func userParams(spec providers.ServerSpec) map[string]any {
	user := map[string]string{}
	if len(spec.UserData) > 0 {
		user["user_data"] = base64.StdEncoding.EncodeToString(spec.UserData)
	}
	if spec.PublicKey != "" {
		user["public_key"] = spec.PublicKey
	}
	if spec.Hostname != "" {
		user["hostname"] = spec.Hostname
	}
	if len(user) == 0 {
		return nil
	}
	return map[string]any{"user_params": user}
}
