package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// CORS says which pages in browsers may use the gateway (Fetch, section "CORS
// protocol"). The zero value is none. Pages must send credentials in a header
// themselves: cookies and what a browser remembers are not asked for.
type CORS struct {
	Origins []string      // as "https://console.example.org", or "*" alone for all
	Headers []string      // of requests, beside those that OCCI clients send
	MaxAge  time.Duration // how long a browser may keep the answer to its asking
}

// corsMethods are the methods that pages may use.
const corsMethods = "GET, HEAD, POST, PUT, DELETE"

// corsHeaders are the headers of requests that OCCI clients send.
var corsHeaders = []string{
	"Accept", "Authorization", "X-Auth-Token", "Content-Type", "Content-Encoding", "If-Match", "If-None-Match",
	"Cache-Control", "Prefer", "Last-Event-ID",
	"Category", "Link", "X-OCCI-Attribute", "X-OCCI-Location", "X-Request-Id",
}

// corsExposed are the headers of answers that pages may read.
const corsExposed = "Accept, Age, Allow, Category, ETag, Link, Location, Preference-Applied, Retry-After, Server, " +
	"WWW-Authenticate, X-OCCI-Attribute, X-OCCI-Error, X-OCCI-Location, X-OCCI-Warning, X-Occigate-Ages, " +
	"X-Occigate-Fresh, X-Occigate-Incomplete, X-Occigate-Older, X-Occigate-Refused, X-Occigate-Stale, X-Occigate-Throttled, " +
	"X-Request-Id, X-Total-Count"

// allowOrigins lets pages of the configured origins use the gateway. A browser
// asks without credentials whether it may send a request, and is answered here.
func (g *Gateway) allowOrigins(next echo.HandlerFunc) echo.HandlerFunc {
	cors := g.o.CORS
	all := slices.Contains(cors.Origins, "*")
	headers := strings.Join(slices.Concat(corsHeaders, cors.Headers), ", ")
	age := strconv.FormatInt(int64(cors.MaxAge.Seconds()), 10)
	return func(c echo.Context) error {
		r, h := c.Request(), c.Response().Header()
		origin := r.Header.Get("Origin")
		if !all {
			h.Add("Vary", "Origin")
		}
		if origin == "" || !all && !slices.Contains(cors.Origins, origin) {
			return next(c)
		}
		if all {
			origin = "*"
		}
		h.Set("Access-Control-Allow-Origin", origin)
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			h.Set("Access-Control-Expose-Headers", corsExposed)
			return next(c)
		}
		h.Set("Access-Control-Allow-Methods", corsMethods)
		h.Set("Access-Control-Allow-Headers", headers)
		h.Set("Access-Control-Max-Age", age)
		h.Set("Content-Type", echo.MIMETextPlainCharsetUTF8)
		return c.NoContent(http.StatusNoContent)
	}
}
