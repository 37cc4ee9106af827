package gateway

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"occigate/translate"
)

// routes is every URL that the gateway serves. Locations of kinds are
// registered one by one, with and without the slash at the end; everything else
// is looked up in the categories, since mixins have locations of their own.
func (g *Gateway) routes(e *echo.Echo) {
	e.Use(g.observe)
	if len(g.o.CORS.Origins) > 0 {
		e.Use(g.allowOrigins)
	}

	open := e.Group("")
	both(open, "/healthz", g.healthz) // the program runs
	both(open, "/readyz", g.readyz)   // it can answer: the store was read, every cloud was tried

	a := e.Group("", g.authenticate)
	both(a, "/metrics", echo.WrapHandler(g.metrics.handler()))
	both(a, "/clouds", g.clouds, takes())                  // how fresh each cloud's part is
	both(a, "/events", g.events, takes(cloudKey, kindKey)) // what changes, as it does

	rest(open, "/healthz", "GET, HEAD")
	rest(open, "/readyz", "GET, HEAD")
	rest(a, "/metrics", "GET, HEAD")
	rest(a, "/clouds", "GET, HEAD")
	rest(a, "/events", "GET, HEAD")
	if g.desk != nil {
		g.priceRoutes(e.Group("", g.authenticate, g.bounded))
	}

	o := a.Group("", g.version, g.bounded, g.conditional)
	selection, action := takes(categoryKey, attributeKey, pageKey, sizeKey), takes(actionKey)
	for _, path := range []string{"/-/", "/-", "/.well-known/org/ogf/occi/-/", "/.well-known/org/ogf/occi/-"} {
		both(o, path, g.query, takes(categoryKey))
		o.POST(path, g.define, takes())     // adds mixins
		o.DELETE(path, g.undefine, takes()) // removes them
		rest(o, path, "GET, HEAD, POST, DELETE")
	}
	for _, kind := range []string{
		translate.Compute, translate.Storage, translate.Network, translate.IPReservation,
		translate.NetworkInterface, translate.StorageLink,
	} {
		location := translate.Location(kind, "")
		for _, path := range []string{location, location[:len(location)-1]} {
			both(o, path, g.list, selection)
			o.POST(path, g.post, action)
			o.DELETE(path, g.deleteMembers, takes())
			rest(o, path, "GET, HEAD, POST, DELETE")
		}
		entity := location + ":id"
		both(o, entity, g.get, takes())
		o.POST(entity, g.change, action) // partial update, or an action with ?action=
		o.PUT(entity, g.put, action)     // full description: of what is there, or of what gets this id
		o.DELETE(entity, g.delete, takes())
		rest(o, entity, "GET, HEAD, POST, PUT, DELETE")
	}
	for _, path := range []string{"/", "/*"} { // unions and mixins
		o.Any(path, g.unchangeable)
		both(o, path, g.list, selection)
		o.POST(path, g.post, action)
		o.PUT(path, g.onMixin(g.replaceMembers), takes())
		o.DELETE(path, g.onMixin(g.dissociate), takes())
	}
}

// priceRoutes are the URLs of prices. They are JSON and CSV, and no OCCI.
func (g *Gateway) priceRoutes(p *echo.Group) {
	quoted := takes(allKey, rejectedKey, pageKey, sizeKey)
	for _, path := range []string{quotesPath, strings.TrimSuffix(quotesPath, "/")} {
		p.POST(path, g.quote, quoted) // what a wish costs everywhere
		both(p, path, func(c echo.Context) error { return notAllowed(c, "POST") })
		rest(p, path, "POST")
	}
	both(p, "/tariffs", g.tariffs, takes()) // where prices come from and how old they are
	rest(p, "/tariffs", "GET, HEAD")
	both(p, "/prices", g.prices, takes(priceKeys...)) // single prices that are in force
	rest(p, "/prices", "GET, HEAD")
	both(p, "/costs", g.costs, takes(currencyKey, linesKey, pageKey, sizeKey)) // what everything costs by the hour
	rest(p, "/costs", "GET, HEAD")
	both(p, quotesPath+":id", g.shownQuote, quoted) // what was quoted, and what of it still holds
	rest(p, quotesPath+":id", "GET, HEAD")
}

// both registers a handler for GET and HEAD; net/http drops the body of HEAD.
func both(g *echo.Group, path string, h echo.HandlerFunc, checks ...echo.MiddlewareFunc) {
	g.GET(path, h, checks...)
	g.HEAD(path, h, checks...)
}

// rest answers the methods that a path does not have.
func rest(g *echo.Group, path, allow string) {
	for _, method := range []string{
		http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions,
	} {
		if !strings.Contains(allow, method) {
			g.Add(method, path, func(c echo.Context) error { return notAllowed(c, allow) })
		}
	}
}
