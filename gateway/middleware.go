package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"occigate/translate/occi"
)

// collapseSlashes makes one of several slashes in a path, since clients build
// URLs such as /compute//ID and do not follow redirects on POST and DELETE.
// "OPTIONS *", which asks of the whole server, asks of its root.
func collapseSlashes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "*" {
			r = r.Clone(r.Context())
			r.URL.Path = "/"
		}
		if strings.Contains(r.URL.Path, "//") {
			slash := strings.HasSuffix(r.URL.Path, "/")
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = path.Clean(r.URL.Path), ""
			if slash && r.URL.Path != "/" {
				r.URL.Path += "/"
			}
		}
		next.ServeHTTP(w, r)
	})
}

// requestID is a client's own id for a request, when it is harmless to log.
var requestID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// observe gives every request an id, logs it and counts it. It stands outside
// everything else, so that refused and failed requests are seen too. Neither
// headers nor queries are logged: they can hold credentials.
func (g *Gateway) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := g.o.Now()
		id := c.Request().Header.Get(echo.HeaderXRequestID)
		if !requestID.MatchString(id) {
			id = uuid.NewString()
		}
		h := c.Response().Header()
		h.Set(echo.HeaderXRequestID, id)
		h.Set("Server", g.server)
		h["Vary"] = varying
		if err := g.recovered(c, next); err != nil {
			c.Error(err)
		}
		took := g.o.Now().Sub(start)
		g.metrics.served(c, took)
		g.log.Info("request",
			zap.String("id", id),
			zap.String("method", c.Request().Method),
			zap.String("path", logged(c.Request().URL.Path)),
			zap.Int("status", c.Response().Status),
			zap.Int64("bytes", c.Response().Size),
			zap.Duration("took", took),
			zap.String("remote", c.RealIP()),
			zap.String("user", user(c)),
		)
		return nil
	}
}

// logged is a path as it is logged: of a quote, whose id is some hundred characters
// of signed text, the beginning, which tells it from others.
func logged(path string) string {
	const told = len(quotesPath) + 36 // a UUID is whole
	if strings.HasPrefix(path, quotesPath) && len(path) > told {
		return path[:told] + "..."
	}
	return path
}

// recovered makes an error of a panic, with its stack in the log.
func (g *Gateway) recovered(c echo.Context, next echo.HandlerFunc) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if aborted, ok := p.(error); ok && errors.Is(aborted, http.ErrAbortHandler) {
			panic(p)
		}
		g.log.Error("panic", zap.Any("value", p), zap.ByteString("stack", debug.Stack()))
		err = fmt.Errorf("internal fault: %v", p)
	}()
	return next(c)
}

// varying are the headers of requests that every answer depends on.
var varying = []string{"Accept, Accept-Encoding, Prefer"}

const userKey = "user"

func user(c echo.Context) string {
	name, _ := c.Get(userKey).(string)
	return name
}

// challengesOf makes the challenges of a 401 in their order, one header line
// each: no known client finds the second on one line.
func challengesOf(o Options) (lines []string) {
	order := o.Challenges
	if order == nil {
		order = []string{"basic", "keystone"}
	}
	for _, scheme := range order {
		switch {
		case scheme == "basic":
			lines = append(lines, `Basic realm="occigate", charset="UTF-8"`)
		case scheme == "keystone" && o.Keystone != "":
			lines = append(lines, "Keystone uri='"+o.Keystone+"'")
		}
	}
	return lines
}

// revalidate tells caches to keep what they like for the user alone, and to ask
// whether it still holds each time.
var revalidate = []string{"private, no-cache"}

// authenticate lets only known users pass.
func (g *Gateway) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	challenges := challengesOf(g.o)
	return func(c echo.Context) error {
		h := c.Response().Header()
		h["Cache-Control"] = revalidate
		name, ok := g.o.Guard.Check(c.Request())
		if !ok {
			h["Www-Authenticate"] = challenges
			return &problem{status: http.StatusUnauthorized, message: "credentials are missing or wrong"}
		}
		c.Set(userKey, name)
		return next(c)
	}
}

// versionToken is how a client announces the version of OCCI that it speaks.
var versionToken = regexp.MustCompile(`(?:^|\s)OCCI/(\d+)\.(\d+)(?:\s|$)`)

// The Accept header of answers (GFD.223 section 5.2) says what requests can be
// in. Clients of OCCI 1.1 that find JSON there would send that of an old draft.
var (
	acceptAll  = []string{"text/plain, text/occi, text/uri-list, application/occi+json, application/json, text/occi+plain"}
	acceptText = []string{"text/plain, text/occi, text/uri-list, text/occi+plain"}
)

// version refuses clients that need a newer OCCI than 1.2 (GFD.223 section 5.3)
// and tells the others what they can send.
func (g *Gateway) version(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		accept := acceptAll
		if agent := c.Request().UserAgent(); strings.Contains(agent, "OCCI/") {
			if m := versionToken.FindStringSubmatch(agent); m != nil && tooNew(m[1], m[2]) {
				return &problem{
					status:  http.StatusNotImplemented,
					message: "the client asks for OCCI/" + m[1] + "." + m[2] + ", the newest served is OCCI/1.2",
				}
			}
			if strings.Contains(agent, "OCCI/1.1") && !speaks12(c.Request()) {
				accept = acceptText
			}
		}
		c.Response().Header()["Accept"] = accept
		g.assume(c.Request().Header)
		return next(c)
	}
}

func tooNew(major, minor string) bool {
	x, errX := strconv.Atoi(major)
	y, errY := strconv.Atoi(minor)
	return errX != nil || errY != nil || x > 1 || x == 1 && y > 2
}

// assume puts the configured media type into the Accept header of a client that
// takes any.
func (g *Gateway) assume(h http.Header) {
	media := g.o.Switches.Default
	if media == "" || media == occi.TextPlain {
		return
	}
	if accept := h["Accept"]; len(accept) == 0 || len(accept) == 1 && strings.TrimSpace(accept[0]) == "*/*" {
		h["Accept"] = []string{string(media) + ", */*;q=0.1"}
	}
}
