// Package awsprices simulates the price list files that AWS publish for anybody:
// the index of offers, each offer's index of regions, and the price list of a
// region, with entity tags. It is written from the AWS Billing and Cost
// Management User Guide, "Understanding the AWS Price List", and from the files'
// form; what it charges is invented. [List] writes lists of any length.
//
// It shares no code with what reads the files.
package awsprices

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"occigate/test/cloudsim/fault"
)

// Options say what is published.
type Options struct {
	Partition string      // "aws", "cn"; default aws
	Lists     []List      // default: three offers in us-east-1
	Faults    *fault.Plan // of the calls "index", "regions" and "list"; default an empty plan
}

// Server publishes price lists. It is an http.Handler and safe for concurrent
// use.
type Server struct {
	partition string
	faults    *fault.Plan
	handler   http.Handler

	mu    sync.Mutex
	lists []List
	calls map[string]int // by path and status
}

// Offers are the three of which an EC2 account needs prices.
func Offers(l List) []List {
	ec2, vpc, transfer := l, l, l
	ec2.Offer, vpc.Offer, transfer.Offer = "AmazonEC2", "AmazonVPC", "AWSDataTransfer"
	return []List{ec2, vpc, transfer}
}

// New makes a server.
func New(o Options) *Server {
	if o.Partition == "" {
		o.Partition = "aws"
	}
	if o.Lists == nil {
		o.Lists = Offers(List{Types: 12})
	}
	if o.Faults == nil {
		o.Faults = &fault.Plan{}
	}
	s := &Server{partition: o.Partition, faults: o.Faults, calls: map[string]int{}}
	s.Publish(o.Lists...)
	s.handler = o.Faults.Wrap(http.HandlerFunc(s.serve), operation, refuse)
	return s
}

// Publish puts other lists in the place of those there are.
func (s *Server) Publish(lists ...List) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists = slices.Clone(lists)
	for i := range s.lists {
		s.lists[i].defaults()
	}
}

// Calls are the answers so far, by what was asked for and the status: "list 304".
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func operation(r *http.Request) string {
	switch parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/"); {
	case strings.HasSuffix(r.URL.Path, "/region_index.json"):
		return "regions"
	case len(parts) == 4:
		return "index"
	}
	return "list"
}

// refuse answers as the store of files does that AWS publish in.
func refuse(w http.ResponseWriter, _ *http.Request, f fault.Fault) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(f.Status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", f.Code, f.Body)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, found := s.document(r.URL.Path)
	tag, status := fmt.Sprintf(`"%x"`, len(text)*31+sumOf(text)), http.StatusOK
	switch {
	case r.Method != http.MethodGet:
		status = http.StatusMethodNotAllowed
	case !found:
		status = http.StatusForbidden // what is not there is not told
	case r.Header.Get("If-None-Match") == tag:
		status = http.StatusNotModified
	}
	s.calls[fmt.Sprintf("%s %d", operation(r), status)]++
	if found {
		w.Header().Set("ETag", tag)
	}
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(text)
}

func sumOf(text []byte) (sum int) {
	for _, c := range text {
		sum = sum*131 + int(c)
	}
	return sum & 0xffffffff
}

// document is what lies at a path.
func (s *Server) document(path string) ([]byte, bool) {
	root := "/offers/v1.0/" + s.partition + "/"
	var text bytes.Buffer
	if path == root+"index.json" {
		return s.index(root), true
	}
	for _, l := range s.lists {
		switch path {
		case root + l.Offer + "/current/region_index.json":
			return s.regions(root, l.Offer), true
		case s.path(root, l):
			err := l.Write(&text)
			return text.Bytes(), err == nil
		}
	}
	return nil, false
}

func (s *Server) path(root string, l List) string {
	return root + l.Offer + "/" + l.Published.Format("20060102150405") + "/" + l.Region + "/index.json"
}

func (s *Server) index(root string) []byte {
	var entries []string
	for _, l := range s.lists {
		entry := fmt.Sprintf(`    %q : {
      "offerCode" : %q,
      "versionIndexUrl" : "%s%s/index.json",
      "currentVersionUrl" : "%s%s/current/index.json",
      "currentRegionIndexUrl" : "%s%s/current/region_index.json"
    }`, l.Offer, l.Offer, root, l.Offer, root, l.Offer, root, l.Offer)
		if !slices.Contains(entries, entry) {
			entries = append(entries, entry)
		}
	}
	return s.table("offers", entries)
}

func (s *Server) regions(root, offer string) []byte {
	var entries []string
	for _, l := range s.lists {
		if l.Offer == offer {
			entries = append(entries, fmt.Sprintf("    %q : {\n      \"regionCode\" : %q,\n      \"currentVersionUrl\" : %q\n    }", l.Region, l.Region, s.path(root, l)))
		}
	}
	return s.table("regions", entries)
}

func (s *Server) table(name string, entries []string) []byte {
	var newest time.Time
	for _, l := range s.lists {
		if l.Published.After(newest) {
			newest = l.Published
		}
	}
	return fmt.Appendf(nil, "{\n  \"formatVersion\" : \"v1.0\",\n  \"publicationDate\" : %q,\n  %q : {\n%s\n  }\n}\n",
		newest.Format(time.RFC3339), name, strings.Join(entries, ",\n"))
}
