package gogrid

import (
	"crypto/md5" //nolint:gosec // the API signs with MD5
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"occigate/test/cloudsim/fault"
)

// call is one request that was let in.
type call struct {
	op   string
	args url.Values
}

// object is a JSON object as the API shows it.
type object = map[string]any

// failure is an error of the API.
type failure struct {
	status  int
	code    string
	message string
}

func (f failure) Error() string { return f.code + ": " + f.message }

// illegal is what the API says of every argument it does not like.
func illegal(message string) error {
	return failure{http.StatusBadRequest, "IllegalArgumentException", message}
}

// noMatch is the recorded answer to an id or name that names nothing.
func noMatch() error { return illegal("No object found that matches your input criteria.") }

// serve lets a call in, carries it out and writes the envelope.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		write(w, operation(r), nil, illegal("Malformed query."))
		return
	}
	q := &call{op: operation(r), args: r.Form}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.opt.Clock()
	c.line.Settle(now)
	if !c.signed(q, now) {
		mashery(w, "ERR_403_NOT_AUTHORIZED", "403 Not Authorized")
		return
	}
	a, err := c.carryOut(q)
	write(w, q.op, a, err)
}

func (c *Cloud) carryOut(q *call) (*answer, error) {
	m, known := methods[q.op]
	switch {
	case !known:
		return nil, failure{http.StatusNotFound, "IllegalArgumentException", "No such method."}
	case !versions[q.args.Get("v")]:
		return nil, illegal("Unsupported version.")
	case q.args.Get("format") != "json":
		return nil, illegal("Only format=json is simulated.")
	case m.changes && c.opt.Role == ReadOnly:
		return nil, failure{http.StatusUnauthorized, "UnauthorizedException", "Your key's role may not call this method."}
	}
	a, err := m.do(c, q)
	if err != nil {
		return nil, err
	}
	return a, nil
}

// versions of the API; what they differ in is not simulated.
var versions = map[string]bool{
	"1.0": true, "1.1": true, "1.2": true, "1.3": true, "1.4": true,
	"1.5": true, "1.6": true, "1.7": true, "1.8": true, "1.9": true,
}

// method is one call of the API.
type method struct {
	do      func(*Cloud, *call) (*answer, error)
	changes bool
}

var methods = map[string]method{
	"grid/server/list":   {(*Cloud).serverList, false},
	"grid/server/get":    {(*Cloud).serverGet, false},
	"grid/server/add":    {(*Cloud).serverAdd, true},
	"grid/server/edit":   {(*Cloud).serverEdit, true},
	"grid/server/power":  {(*Cloud).serverPower, true},
	"grid/server/delete": {(*Cloud).serverDelete, true},
	"grid/image/list":    {(*Cloud).imageList, false},
	"grid/image/get":     {(*Cloud).imageGet, false},
	"grid/image/save":    {(*Cloud).imageSave, true},
	"grid/image/edit":    {(*Cloud).imageEdit, true},
	"grid/image/delete":  {(*Cloud).imageDelete, true},
	"grid/image/restore": {(*Cloud).imageRestore, true},
	"grid/ip/list":       {(*Cloud).ipList, false},
	"grid/job/list":      {(*Cloud).jobList, false},
	"grid/job/get":       {(*Cloud).jobGet, false},
	"common/lookup/list": {(*Cloud).lookupList, false},
}

// signed reports whether key and signature are good: the signature is of a
// second within the window, which is not sent and so has to be tried.
func (c *Cloud) signed(q *call, now time.Time) bool {
	if f, ok := c.opt.Faults.Take(fault.Skew, q.op); ok {
		now = now.Add(f.Delay)
	}
	if _, ok := c.opt.Faults.Take(fault.Expire, q.op); ok {
		return false
	}
	key, sig := q.args.Get("api_key"), q.args.Get("sig")
	if key != c.opt.Key || len(sig) != 2*md5.Size {
		return false
	}
	window := int64(c.opt.Window / time.Second)
	for off := range window + 1 { // from now outwards, since most clocks are right
		if sig == sign(key, c.opt.Secret, now.Unix()-off) || sig == sign(key, c.opt.Secret, now.Unix()+off) {
			return true
		}
	}
	return false
}

func sign(key, secret string, second int64) string {
	sum := md5.Sum([]byte(key + secret + strconv.FormatInt(second, 10))) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// mashery is a refusal by the proxy in front of the API.
func mashery(w http.ResponseWriter, code, title string) {
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("Server", "Mashery Proxy")
	w.Header().Set("X-Mashery-Error-Code", code)
	w.WriteHeader(http.StatusForbidden)
	_, _ = w.Write([]byte("<h1>" + title + "</h1>"))
}

// refuse is a fault in the API's own form. A 403 is the proxy's, by default for
// too many calls a second.
func refuse(w http.ResponseWriter, r *http.Request, f fault.Fault) {
	if f.Status == http.StatusForbidden {
		fill(&f.Code, "ERR_403_DEVELOPER_OVER_QPS")
		fill(&f.Body, "403 Developer Over Qps")
		mashery(w, f.Code, f.Body)
		return
	}
	fill(&f.Code, "UnexpectedException")
	fill(&f.Body, "An unexpected server error has occured. Please email this error to apisupport@gogrid.com.  Error Message : null")
	write(w, operation(r), nil, failure{f.Status, f.Code, f.Body})
}

// answer is the content of an envelope.
type answer struct {
	list            []object
	total           int // rows of the whole listing
	start, numPages int
}

// one is an answer with one object.
func one(o object) *answer { return &answer{list: []object{o}, total: 1} }

// write sends the envelope; that of an error has no number of pages.
func write(w http.ResponseWriter, op string, a *answer, err error) {
	status, envelope := http.StatusOK, object{"method": "/" + op, "status": "success"}
	if f, is := err.(failure); is {
		status = f.status
		envelope["status"] = "failure"
		envelope["summary"] = object{"total": 1, "start": 0, "returned": 1}
		envelope["list"] = []object{{"object": "error", "errorcode": f.code, "message": f.message}}
	} else {
		envelope["summary"] = object{"total": a.total, "start": a.start, "numpages": a.numPages, "returned": len(a.list)}
		envelope["list"] = append([]object{}, a.list...)
	}
	w.Header().Set("Content-Type", "text/html")
	w.Header().Set("Server", "Apache-Coyote/1.1")
	w.Header().Set("X-Mashery-Responder", "simulated")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(envelope)
}

// page cuts a listing as num_items and page ask; without num_items page counts
// for nothing and the number of pages is 0. A fault makes pages smaller.
func (c *Cloud) page(q *call, rows []object) (*answer, error) {
	a := &answer{list: rows, total: len(rows)}
	size, err := number(q.args.Get("num_items"))
	if err != nil {
		return nil, err
	}
	if f, ok := c.opt.Faults.Take(fault.PageSize, q.op); ok && (size == 0 || f.Size < size) {
		size = f.Size
	}
	if size == 0 {
		return a, nil
	}
	page, err := number(q.args.Get("page"))
	if err != nil {
		return nil, err
	}
	a.numPages = (len(rows) + size - 1) / size
	a.start = min(page*size, len(rows))
	a.list = rows[a.start:min(a.start+size, len(rows))]
	return a, nil
}

func number(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, illegal("Not a number: " + text)
	}
	return n, nil
}

// option finds the argument's value, by id or name, in a vocabulary. An empty
// argument is the zero option.
func (q *call) option(arg string, of []Option) (Option, error) {
	text := q.args.Get(arg)
	if text == "" {
		return Option{}, nil
	}
	for _, o := range of {
		if strings.EqualFold(text, o.Name) || text == strconv.Itoa(o.ID) {
			return o, nil
		}
	}
	return Option{}, illegal("Invalid value for " + arg + ".")
}
