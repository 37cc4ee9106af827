package ec2

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"occigate/providers"
	"occigate/providers/ec2/pricelist"
)

// published reads the list of a region where AWS, or somebody else, publish it. A
// list that is still the same is not read again.
func (p *Provider) published(ctx context.Context, offer, edition string) (providers.PriceList, error) {
	index, err := url.Parse(cmp.Or(p.settings.Prices.URL, indexes[partition(p.region)]))
	if err != nil {
		return providers.PriceList{}, providers.Errorf(providers.ErrInvalid, "prices", "prices.url is malformed")
	}
	at, err := p.follow(ctx, index, func(r io.Reader) (string, error) { return pricelist.Regional(r, offer) })
	if err != nil {
		return providers.PriceList{}, err
	}
	if at, err = p.follow(ctx, at, func(r io.Reader) (string, error) { return pricelist.Current(r, p.region) }); err != nil {
		return providers.PriceList{}, err
	}
	before, tag, _ := strings.Cut(edition, " ")
	if before != at.String() {
		tag = ""
	}
	answer, err := p.document(providers.Fetching(ctx, "GET "+offer), at, tag)
	if err != nil {
		return providers.PriceList{}, err
	}
	defer answer.Body.Close()
	same := providers.PriceList{Region: p.region, Location: at.String(), Edition: edition, Observed: p.clock.Now(), Unchanged: true}
	if answer.StatusCode == http.StatusNotModified {
		return same, nil
	}
	list, err := pricelist.Read(answer.Body, p.wanted())
	if err != nil {
		return providers.PriceList{}, unreadable(at.String(), err)
	}
	got, err := p.priceList("GET "+offer, offer, list)
	got.Location, got.Observed = at.String(), same.Observed
	got.Edition = at.String() + " " + answer.Header.Get("ETag")
	return got, err
}

// follow reads an index and gives the address that it names.
func (p *Provider) follow(ctx context.Context, index *url.URL, find func(io.Reader) (string, error)) (*url.URL, error) {
	answer, err := p.document(providers.Reading(ctx, "GET price index"), index, "")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	path, err := find(answer.Body)
	if err != nil {
		return nil, unreadable(index.String(), err)
	}
	next, err := index.Parse(path)
	if err != nil || next.Host != index.Host {
		return nil, providers.Errorf(providers.ErrUnavailable, "GET price index", "%s names %q, which is not on its host", index, path)
	}
	return next, nil
}

// document gets a document, or that it has not changed since it had the tag.
func (p *Provider) document(ctx context.Context, at *url.URL, tag string) (*http.Response, error) {
	op, _ := providers.Call(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return nil, providers.Errorf(providers.ErrInvalid, op, "%s is no address", at)
	}
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	answer, err := p.http.Do(req)
	if err != nil {
		return nil, &providers.Error{Kind: providers.ErrUnavailable, Op: op, Message: cause(err), Err: err}
	}
	if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusNotModified && tag != "" {
		return answer, nil
	}
	answer.Body.Close()
	kind := kindOf("", answer.StatusCode)
	if answer.StatusCode == http.StatusForbidden || answer.StatusCode == http.StatusNotFound {
		kind = providers.ErrNotFound // AWS answer 403 for what is not there
	}
	return nil, &providers.Error{
		Kind: kind, Op: op, Code: fmt.Sprint(answer.StatusCode), RetryAfter: retryAfter(answer.Header),
		Message: "no price list at " + at.String(),
	}
}

// unreadable is the error of a document that makes no sense.
func unreadable(place string, err error) error {
	return &providers.Error{Kind: providers.ErrUnavailable, Op: "prices", Message: place + ": " + err.Error(), Err: err}
}

// copied reads the list of a region from this machine. It was said when it was
// published, however often it is read.
func (p *Provider) copied(offer, edition string) (providers.PriceList, error) {
	file, err := p.copyOf(offer)
	if err != nil {
		return providers.PriceList{}, err
	}
	f, err := os.Open(file)
	if err != nil {
		return providers.PriceList{}, notAtHand(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return providers.PriceList{}, notAtHand(err)
	}
	// An edition is the date of the list, and what the file has been like.
	date, like, _ := strings.Cut(edition, " ")
	now := fmt.Sprintf("%d %d %s", info.Size(), info.ModTime().UnixNano(), file)
	if published, err := time.Parse(time.RFC3339, date); err == nil && like == now {
		return providers.PriceList{Region: p.region, Location: file, Edition: edition, Observed: published, Unchanged: true}, nil
	}
	list, err := pricelist.Read(f, p.wanted())
	if err != nil {
		return providers.PriceList{}, unreadable(file, err)
	}
	got, err := p.priceList(file, offer, list)
	got.Location, got.Edition = file, list.Published.Format(time.RFC3339)+" "+now
	return got, err
}

// copyOf finds the list of an offer: the file itself, or by the indexes of a
// folder.
func (p *Provider) copyOf(offer string) (string, error) {
	s := p.settings.Prices
	if s.single() {
		return s.Path, nil
	}
	index := filepath.Join(s.Path, "offers", "v1.0", partition(p.region), "index.json")
	path, err := followFile(index, func(r io.Reader) (string, error) { return pricelist.Regional(r, offer) })
	if err != nil {
		return "", err
	}
	index = filepath.Join(s.Path, filepath.FromSlash(path))
	if path, err = followFile(index, func(r io.Reader) (string, error) { return pricelist.Current(r, p.region) }); err != nil {
		return "", err
	}
	return filepath.Join(s.Path, filepath.FromSlash(path)), nil
}

func followFile(index string, find func(io.Reader) (string, error)) (string, error) {
	f, err := os.Open(index)
	if err != nil {
		return "", notAtHand(err)
	}
	defer f.Close()
	path, err := find(f)
	if err != nil {
		return "", unreadable(index, err)
	}
	if !filepath.IsLocal(filepath.FromSlash(strings.TrimPrefix(path, "/"))) {
		return "", unreadable(index, errors.New("it names a file outside of its folder"))
	}
	return path, nil
}

func notAtHand(err error) error {
	return &providers.Error{Kind: providers.ErrUnavailable, Op: "prices", Message: err.Error(), Err: err}
}
