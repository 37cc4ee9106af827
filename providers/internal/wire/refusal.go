package wire

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"occigate/providers"
	"occigate/providers/internal/pace"
)

// kindOf turns a status into a kind. Other 4xx are [providers.ErrInvalid],
// everything else that is not 2xx is [providers.ErrUnavailable].
var kindOf = map[int]error{
	http.StatusUnauthorized:        providers.ErrDenied,
	http.StatusPaymentRequired:     providers.ErrQuota,
	http.StatusForbidden:           providers.ErrDenied,
	http.StatusNotFound:            providers.ErrNotFound,
	http.StatusMethodNotAllowed:    providers.ErrUnsupported,
	http.StatusRequestTimeout:      providers.ErrUnavailable,
	http.StatusConflict:            providers.ErrConflict,
	http.StatusGone:                providers.ErrNotFound,
	http.StatusLocked:              providers.ErrConflict,
	http.StatusTooManyRequests:     providers.ErrThrottled,
	http.StatusNotImplemented:      providers.ErrUnsupported,
	http.StatusInsufficientStorage: providers.ErrQuota,
}

// Statuses lists the statuses of the table with their kinds, for the tables of
// adapters and their tests. The map is the caller's own.
func Statuses() map[int]error { return maps.Clone(kindOf) }

// longest is how much of a cloud's words an error keeps, in bytes.
const longest = 500

// refused makes the error of an answer whose status says no.
func (c *Client) refused(a Answer) error {
	var said Refusal
	if c.Explain != nil {
		said = c.Explain(a)
	}
	if said.Kind == nil {
		said.Kind = c.kind(a.Status)
	}
	if said.Code == "" {
		said.Code = strconv.Itoa(a.Status)
	}
	if said.Message == "" {
		said.Message = http.StatusText(a.Status)
	}
	return &providers.Error{
		Kind: said.Kind, Op: a.Op, Code: c.hide(said.Code), Message: c.hide(said.Message),
		RetryAfter: pace.RetryAfter(a.Header, c.Clock.Now()),
	}
}

func (c *Client) kind(status int) error {
	if k := c.Kinds[status]; k != nil {
		return k
	}
	if k := kindOf[status]; k != nil {
		return k
	}
	if status/100 == 4 {
		return providers.ErrInvalid
	}
	return providers.ErrUnavailable
}

// Refused makes the error of an answer that says no in its body, whatever its
// status is. A refusal without a kind is [providers.ErrUnavailable].
func (c *Client) Refused(a Answer, said Refusal) error {
	if said.Kind == nil {
		said.Kind = providers.ErrUnavailable
	}
	return &providers.Error{
		Kind: said.Kind, Op: a.Op, Code: c.hide(said.Code), Message: c.hide(said.Message),
		RetryAfter: pace.RetryAfter(a.Header, c.Clock.Now()),
	}
}

// hide replaces the secrets in a text and brings it to one line of bounded
// length in valid UTF-8.
func (c *Client) hide(text string) string {
	for _, s := range c.Secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s.Reveal(), s.String())
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > longest {
		text = text[:longest] + "..."
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "?")
	}
	return text
}

// IsCode reports whether a cloud refused with the code, its own or the status
// as digits.
func IsCode(err error, codes ...string) bool {
	var e *providers.Error
	return errors.As(err, &e) && slices.Contains(codes, e.Code)
}
