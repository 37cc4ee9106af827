package gateway

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"occigate/gateway/inventory"
	"occigate/translate"
	"occigate/translate/occi"
)

// read parses what a request says and prepares its binding to the model.
func (g *Gateway) read(c echo.Context, m *model) (*occi.Document, occi.Binder, error) {
	r := c.Request()
	b := occi.Binder{Registry: m.registry, Hosts: g.hosts(r)}
	media, err := occi.RequestMedia(r.Header)
	if err != nil {
		return nil, b, err
	}
	doc, err := occi.Parse(media, r.Header, r.Body, g.o.Limits)
	return doc, b, err
}

// hosts are the names under which a client's URLs mean this gateway.
func (g *Gateway) hosts(r *http.Request) []string {
	hosts := []string{r.Host}
	if u, err := url.Parse(g.base(r)); err == nil && u.Host != r.Host {
		hosts = append(hosts, u.Host)
	}
	return hosts
}

// warn passes on what was ignored in a request.
func warn(c echo.Context, warnings []string) {
	for _, w := range warnings {
		c.Response().Header().Add("X-OCCI-Warning", headerText(w))
	}
}

// wishes is how create requests are read under a model.
func (g *Gateway) wishes(c echo.Context, m *model) translate.Wishes {
	return translate.Wishes{
		Templates: m.templates, Default: g.o.Default,
		Resolve: func(location string) (translate.Ref, bool) {
			it := g.at(c, location)
			if it == nil {
				return translate.Ref{}, false
			}
			pool := it.Kind == inventory.KindReservation || it.Network != nil && it.Network.External && !it.Network.AtCreate
			return translate.Ref{ID: it.ID, UID: it.UID, Kind: kinds[it.Kind], Native: it.Native, Pool: pool}, true
		},
	}
}
