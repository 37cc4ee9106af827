package openstack

// route is one operation of a service. Open ones need no token.
type route struct {
	method, path string
	do           func(*Cloud, *call) (answer, error)
	open         bool
}

// The beginnings of the paths.
const (
	identity = "/identity/v3"
	compute  = "/compute/v2.1"
	image    = "/image/v2"
	volume   = "/volume/v3/{project}"
	network  = "/network/v2.0"
)

// routes are all operations the simulator has, in the order of the API
// reference. GET answers HEAD too. Parameters that ask for an order (sort,
// sort_key, sort_dir) and Neutron's page_reverse are accepted and change nothing;
// uploads, snapshots, shelving, rescue and changes of routers are left out.
var routes = []route{
	{"GET", "/identity", (*Cloud).identityVersions, true},
	{"GET", "/identity/{$}", (*Cloud).identityVersions, true},
	{"GET", identity, (*Cloud).identityVersion, true},
	{"GET", identity + "/{$}", (*Cloud).identityVersion, true},
	{"POST", identity + "/auth/tokens", (*Cloud).createToken, true},
	{"GET", identity + "/auth/tokens", (*Cloud).readToken, false},
	{"DELETE", identity + "/auth/tokens", (*Cloud).revokeToken, false},
	{"GET", identity + "/auth/projects", (*Cloud).listProjects, false},
	{"GET", identity + "/auth/catalog", (*Cloud).readCatalogue, false},

	{"GET", "/compute", (*Cloud).computeVersions, true},
	{"GET", "/compute/{$}", (*Cloud).computeVersions, true},
	{"GET", compute, (*Cloud).computeVersion, true},
	{"GET", compute + "/{$}", (*Cloud).computeVersion, true},
	{"GET", compute + "/servers", (*Cloud).listServers, false},
	{"POST", compute + "/servers", (*Cloud).createServer, false},
	{"GET", compute + "/servers/detail", (*Cloud).listServerDetails, false},
	{"GET", compute + "/servers/{id}", (*Cloud).readServer, false},
	{"PUT", compute + "/servers/{id}", (*Cloud).updateServer, false},
	{"DELETE", compute + "/servers/{id}", (*Cloud).deleteServer, false},
	{"POST", compute + "/servers/{id}/action", (*Cloud).actOnServer, false},
	{"GET", compute + "/servers/{id}/os-interface", (*Cloud).listInterfaces, false},
	{"POST", compute + "/servers/{id}/os-interface", (*Cloud).createInterface, false},
	{"GET", compute + "/servers/{id}/os-interface/{port}", (*Cloud).readInterface, false},
	{"DELETE", compute + "/servers/{id}/os-interface/{port}", (*Cloud).deleteInterface, false},
	{"GET", compute + "/servers/{id}/os-volume_attachments", (*Cloud).listAttachments, false},
	{"POST", compute + "/servers/{id}/os-volume_attachments", (*Cloud).createAttachment, false},
	{"GET", compute + "/servers/{id}/os-volume_attachments/{volume}", (*Cloud).readAttachment, false},
	{"DELETE", compute + "/servers/{id}/os-volume_attachments/{volume}", (*Cloud).deleteAttachment, false},
	{"GET", compute + "/servers/{id}/metadata", (*Cloud).readServerMetadata, false},
	{"POST", compute + "/servers/{id}/metadata", (*Cloud).changeServerMetadata, false},
	{"PUT", compute + "/servers/{id}/metadata", (*Cloud).changeServerMetadata, false},
	{"GET", compute + "/servers/{id}/metadata/{key}", (*Cloud).readServerMetadataItem, false},
	{"PUT", compute + "/servers/{id}/metadata/{key}", (*Cloud).setServerMetadataItem, false},
	{"DELETE", compute + "/servers/{id}/metadata/{key}", (*Cloud).deleteServerMetadataItem, false},
	{"GET", compute + "/servers/{id}/tags", (*Cloud).listServerTags, false},
	{"PUT", compute + "/servers/{id}/tags", (*Cloud).replaceServerTags, false},
	{"DELETE", compute + "/servers/{id}/tags", (*Cloud).deleteServerTags, false},
	{"GET", compute + "/servers/{id}/tags/{tag}", (*Cloud).readServerTag, false},
	{"PUT", compute + "/servers/{id}/tags/{tag}", (*Cloud).addServerTag, false},
	{"DELETE", compute + "/servers/{id}/tags/{tag}", (*Cloud).deleteServerTag, false},
	{"GET", compute + "/flavors", (*Cloud).listFlavors, false},
	{"GET", compute + "/flavors/detail", (*Cloud).listFlavorDetails, false},
	{"GET", compute + "/flavors/{id}", (*Cloud).readFlavor, false},
	{"GET", compute + "/flavors/{id}/os-extra_specs", (*Cloud).readExtraSpecs, false},
	{"GET", compute + "/os-keypairs", (*Cloud).listKeyPairs, false},
	{"POST", compute + "/os-keypairs", (*Cloud).createKeyPair, false},
	{"GET", compute + "/os-keypairs/{id}", (*Cloud).readKeyPair, false},
	{"DELETE", compute + "/os-keypairs/{id}", (*Cloud).deleteKeyPair, false},
	{"GET", compute + "/os-availability-zone", (*Cloud).listComputeZones, false},
	{"GET", compute + "/limits", (*Cloud).readComputeLimits, false},

	{"GET", "/image", (*Cloud).imageVersions, true},
	{"GET", "/image/{$}", (*Cloud).imageVersions, true},
	{"GET", image + "/images", (*Cloud).listImages, false},
	{"GET", image + "/images/{id}", (*Cloud).readImage, false},
	{"DELETE", image + "/images/{id}", (*Cloud).deleteImage, false},

	{"GET", "/volume", (*Cloud).volumeVersions, true},
	{"GET", "/volume/{$}", (*Cloud).volumeVersions, true},
	{"GET", "/volume/v3/{$}", (*Cloud).volumeVersion, true},
	{"GET", volume + "/volumes", (*Cloud).listVolumes, false},
	{"POST", volume + "/volumes", (*Cloud).createVolume, false},
	{"GET", volume + "/volumes/detail", (*Cloud).listVolumeDetails, false},
	{"GET", volume + "/volumes/{id}", (*Cloud).readVolume, false},
	{"PUT", volume + "/volumes/{id}", (*Cloud).updateVolume, false},
	{"DELETE", volume + "/volumes/{id}", (*Cloud).deleteVolume, false},
	{"POST", volume + "/volumes/{id}/action", (*Cloud).actOnVolume, false},
	{"GET", volume + "/volumes/{id}/metadata", (*Cloud).readVolumeMetadata, false},
	{"POST", volume + "/volumes/{id}/metadata", (*Cloud).changeVolumeMetadata, false},
	{"PUT", volume + "/volumes/{id}/metadata", (*Cloud).changeVolumeMetadata, false},
	{"DELETE", volume + "/volumes/{id}/metadata/{key}", (*Cloud).deleteVolumeMetadata, false},
	{"GET", volume + "/types", (*Cloud).listVolumeTypes, false},
	{"GET", volume + "/limits", (*Cloud).readVolumeLimits, false},
	{"GET", volume + "/os-availability-zone", (*Cloud).listVolumeZones, false},

	{"GET", "/network", (*Cloud).networkVersions, true},
	{"GET", "/network/{$}", (*Cloud).networkVersions, true},
	{"GET", network + "/{$}", (*Cloud).networkVersion, true},
	{"GET", network + "/networks", (*Cloud).listNetworks, false},
	{"POST", network + "/networks", (*Cloud).createNetwork, false},
	{"GET", network + "/networks/{id}", (*Cloud).readNetwork, false},
	{"PUT", network + "/networks/{id}", (*Cloud).updateNetwork, false},
	{"DELETE", network + "/networks/{id}", (*Cloud).deleteNetwork, false},
	{"GET", network + "/subnets", (*Cloud).listSubnets, false},
	{"POST", network + "/subnets", (*Cloud).createSubnet, false},
	{"GET", network + "/subnets/{id}", (*Cloud).readSubnet, false},
	{"DELETE", network + "/subnets/{id}", (*Cloud).deleteSubnet, false},
	{"GET", network + "/ports", (*Cloud).listPorts, false},
	{"POST", network + "/ports", (*Cloud).createPort, false},
	{"GET", network + "/ports/{id}", (*Cloud).readPort, false},
	{"PUT", network + "/ports/{id}", (*Cloud).updatePort, false},
	{"DELETE", network + "/ports/{id}", (*Cloud).deletePort, false},
	{"GET", network + "/routers", (*Cloud).listRouters, false},
	{"GET", network + "/routers/{id}", (*Cloud).readRouter, false},
	{"GET", network + "/floatingips", (*Cloud).listFloatingIPs, false},
	{"POST", network + "/floatingips", (*Cloud).createFloatingIP, false},
	{"GET", network + "/floatingips/{id}", (*Cloud).readFloatingIP, false},
	{"PUT", network + "/floatingips/{id}", (*Cloud).updateFloatingIP, false},
	{"DELETE", network + "/floatingips/{id}", (*Cloud).deleteFloatingIP, false},
	{"GET", network + "/security-groups", (*Cloud).listGroups, false},
	{"POST", network + "/security-groups", (*Cloud).createGroup, false},
	{"GET", network + "/security-groups/{id}", (*Cloud).readGroup, false},
	{"DELETE", network + "/security-groups/{id}", (*Cloud).deleteGroup, false},
	{"POST", network + "/security-group-rules", (*Cloud).createRule, false},
	{"GET", network + "/{kind}/{id}/tags", (*Cloud).listTags, false},
	{"PUT", network + "/{kind}/{id}/tags", (*Cloud).replaceTags, false},
	{"PUT", network + "/{kind}/{id}/tags/{tag}", (*Cloud).addTag, false},
	{"DELETE", network + "/{kind}/{id}/tags/{tag}", (*Cloud).deleteTag, false},
}
