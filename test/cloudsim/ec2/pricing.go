package ec2

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"occigate/test/cloudsim/fault"
)

// pricingAPI is the AWS Price List Query API, which has its address, its form of
// calls (JSON 1.1) and its region for itself.
var pricingAPI = api{version: "AWSPriceListService"}

// pricingCall is the action of a call of the Pricing API, "" for other calls.
func pricingCall(r *http.Request) string {
	action, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), pricingAPI.version+".")
	return action
}

// product is one document of Options.Products, as far as filters look at it.
type product struct {
	text    string
	Service string `json:"serviceCode"`
	Product struct {
		Family     string            `json:"productFamily"`
		Attributes map[string]string `json:"attributes"`
	} `json:"product"`
}

// field is the value that a filter compares.
func (p *product) field(name string) string {
	switch name {
	case "productFamily":
		return p.Product.Family
	case "ServiceCode":
		return p.Service
	}
	return p.Product.Attributes[name]
}

// getProductsInput is the call's JSON (AWS Price List API Reference, GetProducts).
type getProductsInput struct {
	ServiceCode   string
	FormatVersion string
	Filters       []struct{ Type, Field, Value string }
	MaxResults    int
	NextToken     string
}

type getProductsOutput struct {
	FormatVersion string
	PriceList     []string
	NextToken     string `json:",omitempty"`
}

// servePricing verifies, carries out and answers a call of the Pricing API.
func (c *Cloud) servePricing(w http.ResponseWriter, r *http.Request) {
	body, _, err := read(r)
	var out any
	if err == nil {
		out, err = c.price(r, body)
	}
	if err != nil {
		replyPricingError(w, err)
		return
	}
	text, err := json.Marshal(out)
	if err != nil {
		replyPricingError(w, err)
		return
	}
	sendPricing(w, http.StatusOK, text)
}

func (c *Cloud) price(r *http.Request, body []byte) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	action := pricingCall(r)
	if _, err := c.authenticate(signed{Request: r, body: body, api: pricingAPI, action: action}, c.wall(action)); err != nil {
		return nil, err
	}
	if action != "GetProducts" {
		return nil, fail("UnknownOperationException", "The operation %s is not known.", action)
	}
	var in getProductsInput
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&in); err != nil {
		return nil, fail("SerializationException", "%v", err)
	}
	return c.getProducts(in)
}

// getProducts lists the products that match every filter.
func (c *Cloud) getProducts(in getProductsInput) (any, error) {
	size := cmp.Or(in.MaxResults, 100)
	if f, ok := c.faults.Take(fault.PageSize, "GetProducts"); ok {
		size = min(size, f.Size)
	}
	from, err := strconv.Atoi(cmp.Or(strings.TrimPrefix(in.NextToken, "page-"), "0"))
	switch {
	case in.ServiceCode == "":
		return nil, fail("InvalidParameterException", "ServiceCode is missing.")
	case in.FormatVersion != "" && in.FormatVersion != "aws_v1":
		return nil, fail("InvalidParameterException", "Unknown format version %s.", in.FormatVersion)
	case size < 1 || size > 100:
		return nil, fail("InvalidParameterException", "MaxResults must be between 1 and 100.")
	case err != nil:
		return nil, fail("InvalidNextTokenException", "The token is not valid.")
	}
	var found []string
	for _, text := range c.opts.Products {
		p := product{text: text}
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			return nil, err
		}
		matches := p.Service == in.ServiceCode
		for _, f := range in.Filters {
			if f.Type != "TERM_MATCH" {
				return nil, fail("InvalidParameterException", "Filters of type %s are not simulated.", f.Type)
			}
			matches = matches && strings.EqualFold(p.field(f.Field), f.Value)
		}
		if matches {
			found = append(found, text)
		}
	}
	from = min(from, len(found))
	end := min(from+size, len(found))
	out := getProductsOutput{FormatVersion: "aws_v1", PriceList: slices.Clone(found[from:end])}
	if end < len(found) {
		out.NextToken = "page-" + strconv.Itoa(end)
	}
	return out, nil
}

// replyPricingError writes the error document of JSON 1.1.
func replyPricingError(w http.ResponseWriter, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{http.StatusInternalServerError, "InternalErrorException", err.Error()}
	}
	text, err := json.Marshal(map[string]string{"__type": e.code, "Message": e.message})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	sendPricing(w, e.status, text)
}

func sendPricing(w http.ResponseWriter, status int, text []byte) {
	requestID(w)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
