package gateway

import (
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"occigate/gateway/broker"
	"occigate/translate/occi"
)

// The media types of prices: they are no OCCI.
const (
	mediaJSON occi.MediaType = "application/json"
	mediaCSV  occi.MediaType = "text/csv"
)

// Keys of the query string of quotes, beside those of pages.
const (
	allKey      = "all"      // "true": page through all candidates
	rejectedKey = "rejected" // "true": page through what is no candidate
)

// quote answers a wish with what it costs everywhere. No cloud is called.
func (g *Gateway) quote(c echo.Context) error {
	media, err := accepted(c, mediaJSON, mediaCSV)
	if err != nil {
		return err
	}
	p, err := quotePageOf(c)
	if err != nil {
		return err
	}
	w, err := g.wish(c)
	if err != nil {
		return err
	}
	if p.all {
		w.Best, w.Skip = p.size, p.skipped()
	}
	q, err := g.desk.Quote(w)
	if err != nil {
		return err
	}
	promise, id, err := g.desk.Promise(q)
	if err != nil {
		return err
	}
	c.Response().Header().Set("X-Total-Count", strconv.Itoa(q.Comparable))
	c.Response().Header()["Cache-Control"] = []string{"no-store"}
	if media == mediaCSV {
		return writeCSV(c, quoteColumns, quoteRows(q, g.desk.Now()))
	}
	doc := quoteDocument{
		ID: id, Location: g.base(c.Request()) + quotesPath + id,
		MadeAt: promise.MadeAt, Expires: promise.Expires, Comparable: q.Comparable,
		Rejected: countsOf(q.Rejected), Candidates: candidatesOf(q, g.desk.Now()),
	}
	if doc.Wish, err = wishJSON(&q.Wish); err != nil {
		return err
	}
	if p.rejected {
		if doc.Rejections, err = g.rejections(w, p.page); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, doc)
}

// quotesPath is where quotes are asked for and looked up.
const quotesPath = "/quotes/"

// wish reads the body of a request.
func (g *Gateway) wish(c echo.Context) (broker.Wish, error) {
	if media, err := occi.RequestMedia(c.Request().Header); err != nil || media.Rendering() != occi.OCCIJSON {
		return broker.Wish{}, &problem{
			status:  http.StatusUnsupportedMediaType,
			message: "a wish is JSON, send it with Content-Type: application/json",
		}
	}
	text, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return broker.Wish{}, err
	}
	return g.desk.ReadWish(text)
}

// shownQuote tells what was promised under an id, and what of it still holds.
func (g *Gateway) shownQuote(c echo.Context) error {
	if _, err := accepted(c, mediaJSON); err != nil {
		return err
	}
	p, err := quotePageOf(c)
	if err != nil {
		return err
	}
	id := c.Param("id")
	if isPlacement(id) {
		return g.shownPlacement(c, id)
	}
	promise, standings, err := g.desk.Redeem(id, "")
	if err != nil {
		return err
	}
	doc := promiseDocument{
		ID: id, Location: g.base(c.Request()) + quotesPath + id,
		MadeAt: promise.MadeAt, Expires: promise.Expires, Offers: offersOf(standings),
	}
	if doc.Wish, err = wishJSON(&promise.Wish); err != nil {
		return err
	}
	if p.rejected {
		if doc.Rejections, err = g.rejections(promise.Wish, p.page); err != nil {
			return err
		}
	}
	c.Response().Header()["Cache-Control"] = []string{"no-store"}
	return c.JSON(http.StatusOK, doc)
}

// rejections is a page of what is no candidate for a wish.
func (g *Gateway) rejections(w broker.Wish, p page) ([]rejectionDocument, error) {
	all, err := g.desk.Rejections(w)
	if err != nil {
		return nil, err
	}
	start, end := p.span(len(all))
	return rejectionsOf(all[start:end]), nil
}

// quotePage is what a request wants to see of a quote.
type quotePage struct {
	page
	all, rejected bool
}

func quotePageOf(c echo.Context) (p quotePage, err error) {
	q, err := queryOf(c.Request())
	if err != nil {
		return p, err
	}
	if p.all, err = flagOf(q, allKey); err != nil {
		return p, err
	}
	if p.rejected, err = flagOf(q, rejectedKey); err != nil {
		return p, err
	}
	if p.page, err = pageOf(q); err != nil {
		return p, err
	}
	if p.size == 0 {
		p.page = page{number: 1, size: defaultPage}
	}
	return p, nil
}

// flagOf reads a key that is true or false.
func flagOf(q url.Values, key string) (bool, error) {
	switch q.Get(key) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, &problem{status: http.StatusBadRequest, message: key + " must be true or false"}
}

// skipped is how many entries are on the pages before, as far as a quote goes.
func (p page) skipped() int { return min(p.number-1, mostSkipped/p.size) * p.size }

// mostSkipped is more than all sizes of all clouds.
const mostSkipped = 1 << 29

// span is which of so many entries are on the page.
func (p page) span(total int) (start, end int) {
	if p.number-1 > total/p.size {
		return total, total
	}
	start = min((p.number-1)*p.size, total)
	return start, min(start+p.size, total)
}
