package e2e

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"occigate/translate"
	"occigate/translate/occi"
)

// cloudMixin is the mixin of a demo's account.
func cloudMixin(account string) string {
	return "http://schemas.occigate.org/occi/infrastructure/cloud#" + account
}

// linkTo finds an entity's link to a target, which the entity must have.
func linkTo(t *testing.T, e Entity, target string) Entity {
	t.Helper()
	i := slices.IndexFunc(e.Links, func(l Entity) bool { return l.Target.Location == target })
	if i < 0 {
		t.Fatalf("%s has no link to %s: %+v", e.ID, target, e.Links)
	}
	return e.Links[i]
}

// TestNetworksAndLinks makes a network of a certain range and a compute that is
// linked to it and to a storage from the start, and links another later.
func TestNetworksAndLinks(t *testing.T) {
	p := demo(t)
	for name, cloud := range clouds {
		image := p.Mixin(t, occi.MixinOSTemplate, cloud.image)
		for i, media := range renderings[:2] {
			t.Run(name+" in "+string(media), func(t *testing.T) {
				t.Parallel()
				here := []string{cloudMixin(name)}
				net := "172.31." + []string{"210", "211"}[i]
				network := p.location(t, p.Say(t, "POST", "/network/", media, thing{
					kind: occi.KindNetwork, title: "inner", mixins: append([]string{occi.MixinIPNetwork, translate.PrivateNet}, here...),
					attributes: map[string]any{
						occi.AttrNetworkAddress: net + ".0/24", occi.AttrNetworkGateway: net + ".1", occi.AttrLabel: "lab",
					},
				}))
				p.State(t, network, "active")
				e := p.Entity(t, network)
				p.has(t, e, occi.MixinIPNetwork, translate.PrivateNet)
				for attr, want := range map[string]string{
					occi.AttrNetworkAddress: net + ".0/24", occi.AttrNetworkGateway: net + ".1",
					occi.AttrNetworkAllocation: "dynamic", occi.AttrLabel: "lab",
				} {
					if e.Attributes[attr] != want {
						t.Errorf("%s is %v, want %s", attr, e.Attributes[attr], want)
					}
				}

				disk := func() string {
					url := p.made(t, "/storage/", thing{kind: occi.KindStorage, mixins: here, attributes: map[string]any{occi.AttrStorageSize: 0.5}})
					p.State(t, url, "online")
					return url
				}
				first, second := disk(), disk()
				compute := p.location(t, p.Say(t, "POST", "/compute/", media, thing{
					kind: occi.KindCompute, mixins: []string{image.ID(), profile + "small"}, title: "linked",
					links: []thing{
						{kind: occi.KindStorageLink, title: "data", target: path(first), attributes: map[string]any{occi.AttrMountPoint: "/data"}},
						{
							kind: occi.KindNetworkInterface, mixins: []string{occi.MixinIPNetworkInterface}, target: network,
							attributes: map[string]any{occi.AttrInterfaceAddress: net + ".77", occi.AttrInterfaceAllocation: "static"},
						},
					},
				}))
				p.State(t, compute, "active")
				p.Eventually(t, "linked", func() bool { return len(p.Entity(t, compute).Links) >= 2 })
				p.Eventually(t, "attached", func() bool { return strings.Contains(p.Do(t, "GET", compute, "").Body, path(first)) })
				e = p.Entity(t, compute)
				if l := linkTo(t, e, path(first)); l.Attributes[occi.AttrMountPoint] != "/data" || l.Title != "data" {
					t.Errorf("the storage link lost what no cloud takes: %+v", l)
				}
				if l := linkTo(t, e, path(network)); l.Attributes[occi.AttrInterfaceAddress] != net+".77" {
					t.Errorf("the address is not the one asked for: %+v", l)
				}

				later := thing{kind: occi.KindCompute, links: []thing{{kind: occi.KindStorageLink, target: second, attributes: map[string]any{occi.AttrMountPoint: "/more"}}}}
				if a := p.Say(t, "POST", compute, media, later); a.Status != http.StatusOK {
					t.Fatalf("a link by an update: %d %s", a.Status, a.Body)
				}
				l := linkTo(t, p.Entity(t, compute), path(second))
				link := p.URL + "/storagelink/" + strings.TrimPrefix(l.ID, "urn:uuid:")
				p.State(t, link, "active")
				p.moved(t, link, media)
				p.gone(t, link)
				p.gone(t, compute)
			})
		}
	}
}

// moved changes the mount point of a storage link, in part and in full.
func (p *Program) moved(t *testing.T, link string, media occi.MediaType) {
	t.Helper()
	mount := func() any { return p.Entity(t, link).Attributes[occi.AttrMountPoint] }
	p.Say(t, "POST", link, media, thing{attributes: map[string]any{occi.AttrMountPoint: "/moved"}})
	if mount() != "/moved" {
		t.Errorf("mounted at %v after POST", mount())
	}
	e := p.Entity(t, link)
	if a := p.Echo(t, link, media); a.Status != http.StatusOK || mount() != "/moved" {
		t.Errorf("PUT of what GET gave: %d %s", a.Status, a.Body)
	}
	bare := thing{kind: occi.KindStorageLink, source: e.Source.Location, target: p.URL + e.Target.Location}
	if a := p.Say(t, "PUT", link, media, bare); a.Status != http.StatusOK || mount() != nil {
		t.Errorf("PUT without a mount point: %d %s", a.Status, a.Body)
	}
	bare.target = "/storage/elsewhere"
	if a := p.Say(t, "PUT", link, media, bare); a.Status != http.StatusForbidden {
		t.Errorf("PUT with another target: %d %s", a.Status, a.Body)
	}
}

// location is that of a new entity.
func (p *Program) location(t *testing.T, a Answer) string {
	t.Helper()
	if a.Status != http.StatusCreated {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if url := a.Header.Get("Location"); url != "" {
		return url
	}
	t.Fatalf("no Location: %v", a.Header)
	return ""
}

// TestLinksRefused is what links and networks are told that cannot be.
func TestLinksRefused(t *testing.T) {
	p := demo(t)
	compute, volume, pool := map[string]string{}, map[string]string{}, map[string]string{}
	for name := range clouds {
		compute[name] = first(t, p, "/compute/?category="+escaped(cloudMixin(name)))
		volume[name] = first(t, p, "/storage/?category="+escaped(cloudMixin(name)))
		pool[name] = p.pool(t, name)
	}
	image := p.Mixin(t, occi.MixinOSTemplate, clouds["private"].image).ID()
	network := func(attributes map[string]any, mixins ...string) thing {
		return thing{kind: occi.KindNetwork, mixins: append(mixins, occi.MixinIPNetwork), attributes: attributes}
	}
	cases := []struct {
		name, path string
		body       thing
		status     int
		says       string
	}{
		{"between clouds", "/storagelink/", thing{kind: occi.KindStorageLink, source: compute["amazon"], target: volume["private"]}, 409, "different clouds"},
		{"inline to another cloud", "/compute/", thing{
			kind: occi.KindCompute, mixins: []string{image},
			links: []thing{{kind: occi.KindStorageLink, target: volume["amazon"]}},
		}, 409, "several clouds"},
		{"by an update to another cloud", compute["amazon"], thing{
			kind: occi.KindCompute, links: []thing{{kind: occi.KindStorageLink, target: volume["private"]}},
		}, 409, "different clouds"},
		{"a pool before there is a machine", "/compute/", thing{
			kind: occi.KindCompute, mixins: []string{image},
			links: []thing{{kind: occi.KindNetworkInterface, target: pool["private"]}},
		}, 400, "once the machine is active"},
		{"a compute as the target", "/storagelink/", thing{kind: occi.KindStorageLink, source: compute["amazon"], target: compute["amazon"]}, 400, "no storage"},
		{"public and private", "/network/", network(nil, translate.PublicNet, translate.PrivateNet), 409, "either"},
		{"no prefix length", "/network/", network(map[string]any{occi.AttrNetworkAddress: "10.9.0.0"}), 400, "prefix"},
		{"a gateway outside", "/network/", network(map[string]any{occi.AttrNetworkAddress: "10.9.0.0/24", occi.AttrNetworkGateway: "10.8.0.1"}), 400, "outside"},
		{"a gateway alone", "/network/", network(map[string]any{occi.AttrNetworkGateway: "10.8.0.1"}), 400, occi.AttrNetworkAddress},
		{"a VLAN at EC2", "/network/", network(map[string]any{occi.AttrVLAN: 12}, cloudMixin("amazon")), 501, "VLAN"},
		{"a VLAN at OpenStack", "/network/", network(map[string]any{occi.AttrVLAN: 12}, cloudMixin("private")), 501, "VLAN"},
		{"two sizes of the profile", "/compute/", thing{kind: occi.KindCompute, mixins: []string{profile + "small", profile + "large"}}, 409, "only one"},
	}
	for _, c := range cases {
		for _, media := range renderings[:2] {
			t.Run(c.name+" in "+string(media), func(t *testing.T) {
				a := p.Say(t, "POST", c.path, media, c.body)
				if a.Status != c.status || !strings.Contains(a.Body, c.says) {
					t.Errorf("%d %s, want %d with %q", a.Status, a.Body, c.status, c.says)
				}
			})
		}
	}
}

func escaped(s string) string { return strings.ReplaceAll(s, "#", "%23") }

// TestActionsOfResources is what networks and storages answer to their actions.
func TestActionsOfResources(t *testing.T) {
	p := demo(t)
	for name := range clouds {
		volume := p.made(t, "/storage/", thing{kind: occi.KindStorage, mixins: []string{cloudMixin(name)}, attributes: map[string]any{occi.AttrStorageSize: 1.0}})
		p.State(t, volume, "online")
		network := first(t, p, "/network/?category="+escaped(cloudMixin(name)))
		cases := []struct {
			url, action, body string
			status            int
			says              string
		}{
			{network, "up", "", 200, "OK"},
			{network, "down", "", 501, "no cloud"},
			{volume, "online", "", 200, "OK"},
			{volume, "offline", "", 501, "no cloud"},
			{volume, "backup", "", 501, "no cloud"},
			{volume, "snapshot", "", 501, "no cloud"},
			{volume, "resize", "", 400, "size"},
			{volume, "resize", `Category: resize; scheme="http://schemas.ogf.org/occi/infrastructure/storage/action#"; class="action"` + "\nX-OCCI-Attribute: size=3.0", 200, "OK"},
			{volume, "start", "", 400, "start"},
		}
		for _, c := range cases {
			t.Run(name+" "+c.action, func(t *testing.T) {
				a := p.Do(t, "POST", c.url+"?action="+c.action, c.body, "Content-Type", "text/plain")
				if a.Status != c.status || !strings.Contains(a.Body, c.says) {
					t.Errorf("%d %s, want %d with %q", a.Status, a.Body, c.status, c.says)
				}
			})
		}
		p.Eventually(t, "grown", func() bool { return p.Entity(t, volume).Attributes[occi.AttrStorageSize] == 3.0 })
		volume = p.made(t, "/storage/", thing{kind: occi.KindStorage, mixins: []string{cloudMixin(name)}, attributes: map[string]any{occi.AttrStorageSize: 1.0}})
		p.State(t, volume, "online")
		if a := p.Say(t, "POST", volume, occi.TextPlain, thing{attributes: map[string]any{occi.AttrStorageSize: 4.0}}); a.Status != http.StatusOK {
			t.Errorf("a size by an update: %d %s", a.Status, a.Body)
		}
		p.Eventually(t, "grown again", func() bool { return p.Entity(t, volume).Attributes[occi.AttrStorageSize] == 4.0 })
		a := p.Do(t, "POST", network+"?action=up", "", "Content-Type", "text/plain", "Accept", string(occi.OCCIJSON))
		if a.Status != http.StatusOK || !strings.Contains(a.Body, `"kind":`) {
			t.Errorf("an action answered in JSON: %d %s", a.Status, a.Body)
		}
	}
}

// TestSave makes a template of a compute and a compute of that template.
func TestSave(t *testing.T) {
	config := file(t, "store: {embedded: {path: DIR/save.db}}\n"+
		"refresh: {servers: 1s, catalogue: 1s, fast: 500ms, least: 500ms}\n"+
		strings.Replace(twoClouds(t), "region: eu-west-1,", `region: eu-west-1, images: {owners: [self, "136693071363"]},`, 1))
	p := Start(t, map[string]string{"OCCIGATE_PASSWORD": "secret"}, "serve", "--listen", "127.0.0.1:0", "--config", config)
	for name := range clouds {
		t.Run(name, func(t *testing.T) {
			image := p.Mixin(t, occi.MixinOSTemplate, name+"-.*(debian|cirros)")
			compute := p.made(t, "/compute/", thing{kind: occi.KindCompute, mixins: []string{image.ID(), profile + "small"}})
			p.State(t, compute, "active")
			body := `Category: save; scheme="http://schemas.ogf.org/occi/infrastructure/compute/action#"; class="action"` + "\n" +
				`X-OCCI-Attribute: method="hot"` + "\n" + `X-OCCI-Attribute: name="golden"`
			saved := p.Must(t, http.StatusOK, "POST", compute+"?action=save", body, "Content-Type", "text/plain").Body
			m := regexp.MustCompile(`^Category: (` + name + `-golden-\w+); scheme="([^"]+)"; class="mixin".*rel="` + occi.MixinOSTemplate + `"`).FindStringSubmatch(saved)
			if m == nil {
				t.Fatalf("save answered %s", saved)
			}
			if !strings.Contains(p.Must(t, http.StatusOK, "GET", "/-/", "").Body, saved) {
				t.Errorf("the template is not in the query interface: %s", saved)
			}
			p.Eventually(t, "usable", func() bool {
				a := p.Say(t, "POST", "/compute/", occi.TextPlain, thing{kind: occi.KindCompute, mixins: []string{m[2] + m[1], profile + "small"}})
				if a.Status == http.StatusCreated {
					return true
				}
				if a.Status != http.StatusConflict {
					t.Fatalf("a compute of a template that is not ready: %d %s", a.Status, a.Body)
				}
				return false
			})
		})
	}
}
