package ec2

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	"occigate/providers"
)

// headLimit is how far into an answer its root element must begin.
const headLimit = 1024

// wire is the house's HTTP client as the SDK uses it. The SDK takes an empty
// body, a web page or a refusal with status 200 for an answer without rows, so
// that a listing would be empty; wire refuses all of them. It takes secrets out
// of refusals that repeat them.
type wire struct {
	http    *http.Client
	secrets []providers.Secret
}

// Do sends a request, with a body that can be sent again.
func (w wire) Do(r *http.Request) (*http.Response, error) {
	if err := makeRepeatable(r); err != nil {
		return nil, err
	}
	res, err := w.http.Do(r)
	if err != nil {
		return nil, err
	}
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return w.hide(res)
	}
	body := bufio.NewReaderSize(res.Body, headLimit)
	head, err := body.Peek(headLimit)
	if root := rootElement(head); !strings.HasSuffix(root, "Response") || refusals[root] {
		res.Body.Close()
		operation, _ := providers.Call(r.Context())
		return nil, nonsense(operation, root, err)
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{body, res.Body}
	return res, nil
}

// refusals are the documents that say no, in EC2 and in STS.
var refusals = map[string]bool{"Response": true, "ErrorResponse": true}

// maxRefusal is how much of a refusal is read, in bytes.
const maxRefusal = 1 << 20

// hide takes the secrets out of a refusal.
func (w wire) hide(res *http.Response) (*http.Response, error) {
	text, err := io.ReadAll(io.LimitReader(res.Body, maxRefusal))
	res.Body.Close()
	if err != nil {
		return nil, err
	}
	for _, s := range w.secrets {
		if s != "" {
			text = bytes.ReplaceAll(text, []byte(s.Reveal()), []byte(s.String()))
		}
	}
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return res, nil
}

// nonsense is the error of an answer that is not EC2's.
func nonsense(operation, root string, err error) error {
	e := &providers.Error{Kind: providers.ErrUnavailable, Op: operation, Message: "the answer is empty or not XML"}
	switch {
	case root != "":
		e.Message = "the answer is a document <" + root + ">, not one of EC2"
	case err != nil && !errors.Is(err, io.EOF):
		e.Message, e.Err = "the answer broke off: "+err.Error(), err
	}
	return e
}

// makeRepeatable lets a transport send the body more than once; the SDK's own
// request cannot be sent again.
func makeRepeatable(r *http.Request) error {
	if r.Body == nil || r.GetBody != nil {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	r.Body.Close()
	if err != nil {
		return err
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	r.Body, err = r.GetBody()
	return err
}

// rootElement is the local name of the first element, "" when there is none.
func rootElement(head []byte) string {
	d := xml.NewDecoder(bytes.NewReader(head))
	for {
		token, err := d.RawToken()
		if err != nil {
			return ""
		}
		if start, is := token.(xml.StartElement); is {
			return start.Name.Local
		}
	}
}
