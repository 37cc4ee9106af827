package providertest

import (
	"reflect"
	"testing"

	"occigate/providers"
)

// testCase is one promise: what the cloud must be able to do for it to apply,
// and how it is tried.
type testCase struct {
	name  string
	needs []need
	run   func(t testing.TB, c Cloud)
}

// suite is every promise in the order of the contract.
func suite() []testCase {
	volumes := needs(ability[providers.VolumeLister], ability[providers.VolumeMaker])
	attachments := needs(ability[providers.VolumeLister], ability[providers.VolumeMaker], ability[providers.VolumeAttacher])
	networks := needs(ability[providers.NetworkLister], ability[providers.NetworkMaker])
	addresses := needs(ability[providers.AddressLister], ability[providers.AddressMaker])
	return []testCase{
		{"identity names the account", nil, identityNamesAccount},
		{"wrong credentials are denied", nil, wrongCredentialsDenied},
		{"misspelt setting is refused", nil, misspeltSettingRefused},
		{"catalogue lists each image and size once", nil, catalogueUnique},

		{"created server is listed with what was asked", nil, createdServerListed},
		{"interfaces name networks that exist", needs(ability[providers.NetworkLister]), interfacesNameNetworks},
		{"same token makes one server", nil, sameTokenOneServer},
		{"cut answer makes no second server", nil, cutAnswerOneServer},
		{"unknown image is refused and leaves nothing", nil, unknownImageRefused},
		{"deleted server is gone", nil, deletedServerGone},
		{"stopped server can be deleted", needs(ability[providers.PowerControl]), stoppedServerDeleted},
		{"unknown server is not found", nil, unknownServerNotFound},

		{"stop and start", needs(ability[providers.PowerControl]), stopAndStart},
		{"every offered power operation works", needs(ability[providers.PowerControl]), offeredPowerWorks},
		{"power operations not offered are refused", needs(ability[providers.PowerControl]), otherPowerRefused},
		{"resize", needs(ability[providers.Resizer]), resize},
		{"saved image is listed and can be deleted", needs(ability[providers.ImageSaver]), saveServer},
		{"save of an unknown server is not found", needs(ability[providers.ImageSaver]), saveUnknown},

		{"volume is made, listed and deleted", volumes, volumeLifeCycle},
		{"volume size is rounded up", volumes, volumeSizeRoundedUp},
		{"unknown volume is not found", needs(ability[providers.VolumeLister]), unknownVolumeNotFound},
		{"volume is attached and detached", attachments, volumeAttached},
		{"server is created with a volume", attachments, createWithVolume},
		{"attach of unknown is not found", attachments, attachUnknown},
		{"volume grows", append(volumes, ability[providers.VolumeResizer]), volumeGrows},

		{"network is made, listed and deleted", networks, networkLifeCycle},
		{"network in use is kept", networks, networkInUseKept},
		{"unknown network is not found", needs(ability[providers.NetworkLister]), unknownNetworkNotFound},
		{"interface is attached and detached", needs(ability[providers.NetworkLister], ability[providers.InterfaceAttacher]), interfaceAttached},
		{"address is reserved and given back", addresses, addressLifeCycle},
		{"address is assigned and taken off", append(addresses, ability[providers.AddressAssigner]), addressAssigned},

		{"listing has all pages", nil, allPages},
		{"failed page fails the listing", nil, failedPageFailsAll},
		{"server that lags appears", nil, laggingAppears},
		{"too many calls are throttled", nil, throttledIsThrottled},
		{"broken cloud is unavailable", nil, brokenIsUnavailable},
		{"limit reached is quota", nil, quotaIsQuota},
		{"cancelled call returns while the cloud hangs", nil, cancelledReturns},
		{"calls run in parallel", nil, parallelCalls},
	}
}

// need is an ability that a case tries.
type need func(providers.Provider) (name string, has bool)

func needs(n ...need) []need { return n }

// ability reports whether a provider has the ability A.
func ability[A any](p providers.Provider) (string, bool) {
	_, has := p.(A)
	return reflect.TypeFor[A]().Name(), has
}

// lacks names the first ability that the case needs and the provider has not.
func (tc testCase) lacks(p providers.Provider) string {
	for _, n := range tc.needs {
		if name, has := n(p); !has {
			return name
		}
	}
	return ""
}
