package gateway

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"occigate/gateway/inventory"
	"occigate/providers"
	"occigate/translate"
	"occigate/translate/occi"
)

// problem is an answer that is not a success. message is for the client; cause
// is for the log and may be nil.
type problem struct {
	status  int
	message string
	allow   string   // value of the Allow header of a 405
	retry   int      // seconds of the Retry-After header, 0 for none
	results []result // of the entities, when the request was about several
	cause   error
}

func (p *problem) Error() string { return p.message }
func (p *problem) Unwrap() error { return p.cause }

// kindStatus says which status each kind of a cloud's error is answered with.
// Only statuses that every OCCI client must know (GFD.223 section 5.4) are used.
var kindStatus = map[error]int{
	providers.ErrNotFound:    http.StatusNotFound,
	providers.ErrConflict:    http.StatusConflict,
	providers.ErrInvalid:     http.StatusBadRequest,
	providers.ErrDenied:      http.StatusForbidden,
	providers.ErrQuota:       http.StatusForbidden,
	providers.ErrThrottled:   http.StatusServiceUnavailable,
	providers.ErrUnavailable: http.StatusServiceUnavailable,
	providers.ErrUnsupported: http.StatusNotImplemented,
}

// occiStatus says which status each kind of an OCCI document's error is
// answered with.
var occiStatus = map[occi.ErrorKind]int{
	occi.Invalid:       http.StatusBadRequest,
	occi.TooLarge:      http.StatusRequestEntityTooLarge,
	occi.Unsupported:   http.StatusUnsupportedMediaType,
	occi.NotAcceptable: http.StatusNotAcceptable,
	occi.Conflict:      http.StatusConflict,
}

// retryLater is what clients are told to wait when a cloud or the store is away
// and names no time itself, in seconds.
const retryLater = 30

// problemOf maps every error to the answer that it is given.
func problemOf(err error) *problem {
	var p *problem
	var parse *occi.Error
	var he *echo.HTTPError
	var big *http.MaxBytesError
	var open *inventory.Unsettled
	var left *inventory.Remains
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &left): // no longer, as a rule, when it is asked again
		return &problem{status: http.StatusServiceUnavailable, message: err.Error(), retry: retryLater, cause: err}
	case errors.As(err, &open):
		return unsettled(open)
	case errors.As(err, &parse):
		return &problem{status: occiStatus[parse.Kind], message: parse.Error()}
	case errors.As(err, &big):
		return &problem{status: http.StatusRequestEntityTooLarge, message: "the body is larger than " + strconv.FormatInt(big.Limit, 10) + " bytes"}
	case errors.As(err, &he):
		return &problem{status: he.Code, message: http.StatusText(he.Code)}
	case errors.Is(err, context.Canceled):
		return &problem{status: http.StatusServiceUnavailable, message: "the request was given up", cause: err}
	}
	if !kinded(err) {
		return &problem{status: http.StatusInternalServerError, message: "internal fault, see the log of the gateway", cause: err}
	}
	return cloudProblem(err)
}

// cloudProblem gives the client the cloud's own words.
func cloudProblem(err error) *problem {
	p := &problem{status: kindStatus[providers.Kind(err)], message: err.Error(), cause: err}
	if p.status == http.StatusServiceUnavailable {
		p.retry = retryLater
		if d := providers.RetryAfter(err); d > 0 {
			p.retry = int(d.Seconds()) + 1
		}
	}
	return p
}

// unsettled tells where a thing is shown that may have been made or not. There
// is no Retry-After: a client that repeats the request could get a second one.
func unsettled(u *inventory.Unsettled) *problem {
	where := translate.Location(kinds[u.Kind], u.ID)
	return &problem{
		status: http.StatusServiceUnavailable, cause: u.Err,
		message: u.Error() + ": do not ask again, look at " + where + " until it is settled",
	}
}

// kinded reports whether an error is a cloud's or the inventory's.
func kinded(err error) bool {
	for kind := range kindStatus {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// notAllowed is the problem of a method that a path does not have, and the
// answer to OPTIONS, which asks for those that it has.
func notAllowed(c echo.Context, allow string) error {
	allow += ", OPTIONS"
	if c.Request().Method == http.MethodOptions {
		c.Response().Header().Set("Allow", allow)
		return c.String(http.StatusOK, "OK")
	}
	return &problem{
		status:  http.StatusMethodNotAllowed,
		message: c.Request().Method + " is not possible at " + c.Request().URL.Path + ", these are: " + allow,
		allow:   allow,
	}
}

// inCreate makes a 400 of a missing thing that a create names, since 404 is for
// missing URLs alone and clients take it for a lost entity.
func inCreate(err error) error {
	if errors.Is(err, providers.ErrNotFound) {
		return &problem{status: http.StatusBadRequest, message: err.Error(), cause: err}
	}
	return err
}

// fail answers an error in the media type that the client accepts. It is the
// only place that writes one.
func (g *Gateway) fail(err error, c echo.Context) {
	p := problemOf(err)
	if p.status >= http.StatusInternalServerError && p.cause != nil {
		g.log.Warn("answered with a fault", zap.Int("status", p.status),
			zap.String("id", c.Response().Header().Get(echo.HeaderXRequestID)), zap.Error(p.cause))
	}
	if c.Response().Committed {
		return
	}
	h := c.Response().Header()
	if p.allow != "" {
		h.Set("Allow", p.allow)
	}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	if p.status == http.StatusRequestEntityTooLarge && c.Request().ContentLength != 0 {
		h.Set("Connection", "close") // rather than read on to the next request
	}
	if p.status == http.StatusUnsupportedMediaType && g.o.Switches.Media406 {
		p.status = http.StatusNotAcceptable
	}
	h.Del("Location")
	h.Del("ETag")
	g.writeError(c, p)
}
