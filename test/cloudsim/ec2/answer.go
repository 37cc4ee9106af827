package ec2

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"occigate/test/cloudsim/fault"
)

// api is one of the services: its version and the shape of its documents.
type api struct {
	version   string
	namespace string
	wrapsData bool // STS puts data in <XResult> and the request id behind it
}

var (
	ec2API = api{"2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15/", false}
	stsAPI = api{"2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", true}
)

// done is the answer of an action that has nothing to tell.
type done struct {
	Return bool `xml:"return"`
}

// timeText is EC2's form of a time: UTC with milliseconds.
func timeText(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// reply writes an action's answer. data is a struct whose fields become the
// elements of the response.
func reply(w http.ResponseWriter, a api, action string, data any) error {
	inner, err := elements(data)
	if err != nil {
		return err
	}
	id := requestID(w)
	var doc bytes.Buffer
	doc.WriteString(xml.Header + "<" + action + `Response xmlns="` + a.namespace + `">`)
	if a.wrapsData {
		doc.WriteString("<" + action + "Result>")
		doc.Write(inner)
		doc.WriteString("</" + action + "Result><ResponseMetadata><RequestId>" + id + "</RequestId></ResponseMetadata>")
	} else {
		doc.WriteString("<requestId>" + id + "</requestId>")
		doc.Write(inner)
	}
	doc.WriteString("</" + action + "Response>")
	send(w, http.StatusOK, doc.Bytes())
	return nil
}

// elements encodes the fields of a struct without an element around them.
func elements(data any) ([]byte, error) {
	var b bytes.Buffer
	enc := xml.NewEncoder(&b)
	if err := enc.EncodeElement(data, xml.StartElement{Name: xml.Name{Local: "x"}}); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(bytes.TrimPrefix(b.Bytes(), []byte("<x>")), []byte("</x>")), nil
}

// ec2Errors and stsError are the services' error documents.
type ec2Errors struct {
	XMLName   xml.Name `xml:"Response"`
	Code      string   `xml:"Errors>Error>Code"`
	Message   string   `xml:"Errors>Error>Message"`
	RequestID string   `xml:"RequestID"`
}

type stsError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// replyError writes the service's error document. An error that is not an
// apiError is a defect of the simulator and says so.
func replyError(w http.ResponseWriter, a api, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{http.StatusInternalServerError, "InternalError", err.Error()}
	}
	id := requestID(w)
	var doc any = ec2Errors{Code: e.code, Message: e.message, RequestID: id}
	if a == stsAPI {
		doc = stsError{Namespace: a.namespace, Type: "Sender", Code: e.code, Message: e.message, RequestID: id}
	}
	text, err := xml.Marshal(doc)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, e.status, append([]byte(xml.Header), text...))
}

// requestID gives the response an id, in the header too.
func requestID(w http.ResponseWriter) string {
	id := uuid.NewString()
	w.Header().Set("X-Amzn-Requestid", id)
	return id
}

func send(w http.ResponseWriter, status int, doc []byte) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = w.Write(doc)
}

// refuse is the answer of a Status fault.
func (c *Cloud) refuse(w http.ResponseWriter, r *http.Request, f fault.Fault) {
	form, _ := readForm(r)
	code := cmp.Or(f.Code, faultCodes[f.Status], "InternalError")
	message := cmp.Or(f.Body, http.StatusText(f.Status))
	if code == "RequestLimitExceeded" {
		message = cmp.Or(f.Body, "Request limit exceeded.")
	}
	if pricingCall(r) != "" {
		replyPricingError(w, &apiError{f.Status, cmp.Or(f.Code, "ThrottlingException"), message})
		return
	}
	replyError(w, apiOf(form), &apiError{f.Status, code, message})
}
