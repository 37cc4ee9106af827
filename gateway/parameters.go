package gateway

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// actionKey is the query parameter that makes an action of a POST.
const actionKey = "action"

// takes refuses query parameters that a route does not have: one that is misspelt
// would else be a filter that is not applied, or an action that is taken for an
// update, and nobody would be told.
func takes(keys ...string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			q, err := queryOf(c.Request())
			if err != nil {
				return err
			}
			if unknown := notIn(keys, q); len(unknown) > 0 {
				return &problem{status: http.StatusBadRequest, message: notTaken(c.Request(), unknown, keys)}
			}
			return next(c)
		}
	}
}

// notIn are the parameters of a query that are not among some keys, quoted.
func notIn(keys []string, q url.Values) (unknown []string) {
	for key := range q {
		if !slices.Contains(keys, key) {
			unknown = append(unknown, strconv.Quote(key))
		}
	}
	slices.Sort(unknown)
	return unknown
}

// notTaken says which parameters there are instead of those that are not.
func notTaken(r *http.Request, unknown, keys []string) string {
	known := "none"
	if len(keys) > 0 {
		known = strings.Join(keys, ", ")
	}
	return "unknown in the query string: " + strings.Join(unknown, ", ") + "; " + r.Method + " " + r.URL.Path + " takes " + known
}

// queryOf parses the query string; nil when there is none.
func queryOf(r *http.Request) (url.Values, error) {
	raw := r.URL.RawQuery
	if raw == "" {
		return nil, nil
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		return nil, &problem{status: http.StatusBadRequest, message: "query string: " + err.Error()}
	}
	return q, nil
}
