// Package registry names the clouds: one line each, from the word in the
// configuration to the adapter that speaks to it. Beside the commands it is
// the only package that knows which clouds there are, and the one place where
// an adapter gets its HTTP client.
package registry

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"occigate/providers"
	"occigate/providers/ec2"
	"occigate/providers/elastichosts"
	"occigate/providers/flexiscale"
	"occigate/providers/gogrid"
	"occigate/providers/internal/pace"
	"occigate/providers/openstack"
	"occigate/providers/suncloud"
)

var builders = map[string]providers.Builder{
	"ec2":          ec2.New,
	"elastichosts": elastichosts.New,
	"flexiscale":   flexiscale.New,
	"gogrid":       gogrid.New,
	"openstack":    openstack.New,
	"suncloud":     suncloud.New,
}

// Options are an account's surroundings. Everything but UID may be left out.
type Options struct {
	UID       string            // the account's uid; requests are counted for it
	Limiter   providers.Limiter // the account's budget; default: none
	Counter   providers.Counter // told of every request; default: nobody
	Clock     providers.Clock   // default: the machine's
	Transport http.RoundTripper // what sends requests; default: a pool of connections of the account's own
	Version   string            // of the program, for the User-Agent header
}

// Build makes the provider of one account from the name of its cloud and its
// settings. It calls no cloud. An unknown name is an error that lists the known
// ones; what is wrong with the settings is the adapter's error.
func Build(cloud string, settings providers.Settings, o Options) (providers.Provider, error) {
	build, known := builders[cloud]
	if !known {
		return nil, fmt.Errorf("unknown cloud %q, known are %s", cloud, strings.Join(Clouds(), ", "))
	}
	if o.Clock == nil {
		o.Clock = providers.SystemClock{}
	}
	return build(settings, providers.Surroundings{
		UID:   o.UID,
		Clock: o.Clock,
		HTTP: pace.Client(pace.Options{
			Account: o.UID, Version: o.Version,
			Limiter: o.Limiter, Counter: o.Counter, Clock: o.Clock, Transport: o.Transport,
		}),
	})
}

// Clouds lists the names that Build knows, sorted.
func Clouds() []string { return slices.Sorted(maps.Keys(builders)) }
