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
