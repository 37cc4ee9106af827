package providertest

import (
	"reflect"
	"testing"

	"occigate/providers"
)

// testCase is one promise: what can be done when it holds, where it is about
// that, what the cloud must be able to do for it to apply, and how it is tried.
type testCase struct {
	does  string
	name  string
	needs []need
	run   func(t testing.TB, c Cloud)
}

// suite is every promise: what a cloud does, and how it fails.
func suite() []testCase { return append(deeds(), troubles()...) }

// deeds are what a cloud does, in the order of the contract.
func deeds() []testCase {
	volumes := needs(ability[providers.VolumeLister], ability[providers.VolumeMaker])
	attachments := needs(ability[providers.VolumeLister], ability[providers.VolumeMaker], ability[providers.VolumeAttacher])
	networks := needs(ability[providers.NetworkLister], ability[providers.NetworkMaker])
	addresses := needs(ability[providers.AddressLister], ability[providers.AddressMaker])
	return []testCase{
		{"", "identity names the account", nil, identityNamesAccount},
		{"", "wrong credentials are denied", nil, wrongCredentialsDenied},
		{"", "misspelt setting is refused", nil, misspeltSettingRefused},
		{"", "catalogue lists each image and size once", nil, catalogueUnique},

		{"create a server", "created server is listed with what was asked", nil, createdServerListed},
		{"list networks", "interfaces name networks that exist", needs(ability[providers.NetworkLister]), interfacesNameNetworks},
		{"", "same token makes one server", nil, sameTokenOneServer},
		{"", "lost answer makes no second server", needs(planned), lostAnswerOneServer},
		{"", "unknown image is refused and leaves nothing", nil, unknownImageRefused},
		{"delete a server", "deleted server is gone", nil, deletedServerGone},
		{"delete a server that is stopped", "stopped server can be deleted", needs(ability[providers.PowerControl]), stoppedServerDeleted},
		{"", "unknown server is not found", nil, unknownServerNotFound},

		{"stop and start", "stop and start", needs(ability[providers.PowerControl]), stopAndStart},
		{powerRow, "every offered power operation works", needs(ability[providers.PowerControl]), offeredPowerWorks},
		{"", "power operations not offered are refused", needs(ability[providers.PowerControl]), otherPowerRefused},
		{"resize", "resize", needs(ability[providers.Resizer]), resize},
		{"save as an image, and delete the image", "saved image is listed and can be deleted", needs(ability[providers.ImageSaver]), saveServer},
		{"save as a backup kept with the server", "server is backed up, and no image appears", needs(ability[providers.BackupMaker]), backUpServer},
		{"", "save of an unknown server is not found", needs(ability[providers.ImageSaver]), saveUnknown},

		{"make and delete volumes", "volume is made, listed and deleted", volumes, volumeLifeCycle},
		{"", "volume size is rounded up", volumes, volumeSizeRoundedUp},
		{"list volumes", "unknown volume is not found", needs(ability[providers.VolumeLister]), unknownVolumeNotFound},
		{attachRow, "volume is attached and detached", attachments, volumeAttached},
		{"create a server with a volume", "server is created with a volume", attachments, createWithVolume},
		{"", "attach of unknown is not found", attachments, attachUnknown},
		{"grow a volume", "volume grows", append(volumes, ability[providers.VolumeResizer]), volumeGrows},

		{"make and delete networks", "network is made, listed and deleted", networks, networkLifeCycle},
		{"", "network in use is kept", networks, networkInUseKept},
		{"", "unknown network is not found", needs(ability[providers.NetworkLister]), unknownNetworkNotFound},
		{"plug a running server into further networks", "interface is attached and detached", needs(ability[providers.NetworkLister], ability[providers.InterfaceAttacher]), interfaceAttached},
		{"reserve addresses", "address is reserved and given back", addresses, addressLifeCycle},
		{assignRow, "address is assigned and taken off", append(addresses, ability[providers.AddressAssigner]), addressAssigned},

		{"", "calls run in parallel", nil, parallelCalls},
	}
}

// troubles are how a cloud fails: in its listings, in whole, in its answers.
func troubles() []testCase {
	return []testCase{
		{"", "listing costs few calls", needs(planned, counted), listingCost},
		{"", "listing has all pages", needs(planned, paged), allPages},
		{"", "failed page fails the listing", needs(planned), failedPageFailsAll},
		{"", "row that vanishes from one listing comes back", needs(planned, rows), vanishedRow},
		{"", "row that comes twice is listed once", needs(planned, rows), doubledRows},
		{"", "order of rows does not matter", needs(planned, rows), shuffledRows},
		{"", "server that lags appears", needs(planned), laggingAppears},

		{"", "slow cloud gives the same answers", needs(planned), slowIsSame},
		{"", "cancelled call returns while the cloud hangs", needs(planned), cancelledReturns},
		{"", "too many calls are throttled", needs(planned), throttledIsThrottled},
		{"", "broken cloud is unavailable", needs(planned), brokenIsUnavailable},
		{"", "limit reached is quota", nil, quotaIsQuota},
		{"", "expired session is begun again unseen", needs(planned, sessions), expiredSession},
		{"", "create in an expired session makes one server", needs(planned, sessions), expiredCreate},
		{"", "credentials that have expired are denied", needs(planned, expires), expiredAlways},
		{"", "clock that is off is borne or named", needs(planned, clocked), skewedClock},
		{"", "secrets are in no error text", needs(planned), secretsAreHidden},

		{"", "connection cut in an answer is unavailable", needs(planned, spoilt), cutReads},
		{"", "half a document is unavailable", needs(planned, spoilt), truncatedReads},
		{"", "empty body is unavailable", needs(planned, spoilt), emptyReads},
		{"", "web page is unavailable", needs(planned, spoilt), htmlReads},
		{"", "failure with a good status is unavailable", needs(planned), failureInSuccess},
		{"", "number of another kind is read or refused", needs(planned), otherNumbers},
		{"", "state of a future version is unknown", needs(planned), unheardState},
	}
}

// need is what a case tries: an ability, or a way to misbehave.
type need func(Cloud) (name string, has bool)

func needs(n ...need) []need { return n }

// ability reports whether a provider has the ability A.
func ability[A any](c Cloud) (string, bool) {
	_, has := c.Provider.(A)
	return reflect.TypeFor[A]().Name(), has
}

// abilities are all that a cloud may have or not, but for Poller, LateScheduler
// and Partitioned, which are ways of working and not of use by themselves, and for
// BackupMaker, which is what a cloud has that gives a reason for no ImageSaver.
func abilities() []need {
	return needs(
		ability[providers.PowerControl], ability[providers.Resizer], ability[providers.ImageSaver],
		ability[providers.VolumeLister], ability[providers.VolumeMaker], ability[providers.VolumeResizer], ability[providers.VolumeAttacher],
		ability[providers.NetworkLister], ability[providers.NetworkMaker], ability[providers.InterfaceAttacher],
		ability[providers.AddressLister], ability[providers.AddressMaker], ability[providers.AddressAssigner],
	)
}

// lacks names the first thing that the case needs and the cloud has not.
func (tc testCase) lacks(c Cloud) string {
	for _, n := range tc.needs {
		if name, has := n(c); !has {
			return name
		}
	}
	return ""
}
