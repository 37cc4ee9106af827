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
)

// collapseSlashes makes one of several slashes in a path, since clients build
// URLs such as /compute//ID and do not follow redirects on POST and DELETE.
func collapseSlashes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
		if err := g.recovered(c, next); err != nil {
			c.Error(err)
		}
		took := g.o.Now().Sub(start)
		g.metrics.served(c, took)
		g.log.Info("request",
			zap.String("id", id),
			zap.String("method", c.Request().Method),
			zap.String("path", c.Request().URL.Path),
			zap.Int("status", c.Response().Status),
			zap.Int64("bytes", c.Response().Size),
			zap.Duration("took", took),
			zap.String("remote", c.RealIP()),
			zap.String("user", user(c)),
		)
		return nil
	}
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

const userKey = "user"

func user(c echo.Context) string {
	name, _ := c.Get(userKey).(string)
	return name
}

// authenticate lets only known users pass. The challenges are two header lines,
// Basic first: every known client finds its own that way.
func (g *Gateway) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		name, ok := g.o.Guard.Check(c.Request())
		if !ok {
			h := c.Response().Header()
			h.Add("WWW-Authenticate", `Basic realm="occigate", charset="UTF-8"`)
			if g.o.Keystone != "" {
				h.Add("WWW-Authenticate", "Keystone uri='"+g.o.Keystone+"'")
			}
			return &problem{status: http.StatusUnauthorized, message: "credentials are missing or wrong"}
		}
		c.Set(userKey, name)
		return next(c)
	}
}

// versionToken is how a client announces the version of OCCI that it speaks.
var versionToken = regexp.MustCompile(`(?:^|\s)OCCI/(\d+)\.(\d+)(?:\s|$)`)

// version refuses clients that need a newer OCCI than 1.2 (GFD.223 section 5.3).
func (g *Gateway) version(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		m := versionToken.FindStringSubmatch(c.Request().UserAgent())
		if m == nil {
			return next(c)
		}
		major, errMajor := strconv.Atoi(m[1])
		minor, errMinor := strconv.Atoi(m[2])
		if errMajor != nil || errMinor != nil || major > 1 || major == 1 && minor > 2 {
			return &problem{
				status:  http.StatusNotImplemented,
				message: "the client asks for OCCI/" + m[1] + "." + m[2] + ", the newest served is OCCI/1.2",
			}
		}
		return next(c)
	}
}
