package elastichosts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"occigate/providers"
)

const bootDevice = "ide:0:0"

// CreateServer makes a drive, has the image copied onto it, and leaves the rest
// to the ticket: the server is created, and started with that, once the copy is
// complete; its id comes with that step. Drive and server carry the token, and
// both are looked for before they are made, so the same token goes on where an
// earlier call ended, also after an answer was lost. Two calls at the same
// moment are not told apart.
func (p *Provider) CreateServer(ctx context.Context, spec providers.ServerSpec) (providers.Server, providers.Ticket, error) {
	none := providers.Server{}
	made, err := p.withToken(ctx, spec.Token)
	if err != nil {
		return none, "", err
	}
	if made != nil {
		return p.server(made), "", nil
	}
	wish, size, err := p.wish(spec)
	if err != nil {
		return none, "", err
	}
	image, err := p.image(ctx, cmp.Or(spec.ImageID, p.settings.Image))
	if err != nil {
		return none, "", err
	}
	wish[imageKey] = lower(image["drive"])
	bytes := int64(math.Ceil(size.DiskGiB * gib))
	if float64(bytes) < unpacked(image) {
		return none, "", providers.Errorf(providers.ErrInvalid, "CreateServer", "the image needs %.2f GiB, size %s has %.2f", unpacked(image)/gib, size.Name, size.DiskGiB)
	}
	own, err := p.plugVolumes(ctx, spec, wish)
	if err != nil {
		return none, "", err
	}
	drive, err := p.bootDrive(ctx, own, image, props{"name": wish["name"], "size": strconv.FormatInt(bytes, 10), bootKey: spec.Token})
	if err != nil {
		return none, "", err
	}
	wish[bootDevice] = drive
	s := providers.Server{Name: wish["name"], ImageID: wish[imageKey], SizeID: size.Name, State: providers.StatePending, Token: spec.Token}
	return s, ticket{Do: awaitImage, Drives: []string{drive}, Token: spec.Token, Wish: wish}.text(), nil
}

// withToken finds the server that carries our token; nil when there is none.
func (p *Provider) withToken(ctx context.Context, token string) (props, error) {
	rows, err := p.read(ctx, "server", "GET /servers/info")
	for _, r := range rows {
		if token != "" && r[tokenKey] == token {
			return r, nil
		}
	}
	return nil, err
}

// wish turns a spec into the keys of "POST /servers/create", but for drives and
// password. Persistent keeps the server when it stops.
func (p *Provider) wish(spec providers.ServerSpec) (props, Size, error) {
	const op = "CreateServer"
	switch {
	case spec.Zone != "":
		return nil, Size{}, providers.Errorf(providers.ErrInvalid, op, "an endpoint is one zone, %q cannot be chosen", spec.Zone)
	case spec.KeyName != "" || spec.PublicKey != "" || len(spec.UserData) > 0:
		return nil, Size{}, providers.Errorf(providers.ErrUnsupported, op, "ElasticHosts puts neither keys nor user data into a server")
	}
	size, err := p.size(cmp.Or(spec.SizeID, p.settings.Size))
	if err != nil {
		return nil, Size{}, err
	}
	w := size.keys()
	w["name"] = cmp.Or(spec.Name, spec.Hostname, "server-"+spec.Token)
	w["persistent"], w["boot"] = "true", bootDevice
	w["vnc"] = "auto"
	for name, value := range spec.Tags {
		w["user:"+strings.ReplaceAll(name, " ", "-")] = value
	}
	w[tokenKey] = spec.Token
	return w, size, plugNetworks(spec.Networks, w)
}

// plugVolumes puts the volumes asked for into the wish and gives the drive that
// an earlier call has made for this token, nil when there is none. Both are
// seen in one listing, so an unknown volume is refused before anything is made.
func (p *Provider) plugVolumes(ctx context.Context, spec providers.ServerSpec, wish props) (own props, err error) {
	rows, err := p.read(ctx, "drive", "GET /drives/info")
	if err != nil {
		return nil, err
	}
	byID := map[string]props{}
	for _, r := range rows {
		byID[lower(r["drive"])] = r
		if spec.Token != "" && r[bootKey] == spec.Token {
			own = r
		}
	}
	wish[bootDevice] = "taken"
	for _, v := range spec.Volumes {
		if byID[lower(v.VolumeID)] == nil {
			return nil, providers.Errorf(providers.ErrNotFound, "CreateServer", "no drive %s", v.VolumeID)
		}
		device, err := place(wish, v.Device)
		if err != nil {
			return nil, err
		}
		wish[device] = lower(v.VolumeID)
	}
	return own, nil
}

// bootDrive makes the drive, or takes the one of an earlier call, and has the
// image copied onto it. That may have begun already, which the cloud calls
// busy. A drive that the cloud refuses to copy to is taken back; after an
// unknown outcome it stays for the next call with the token.
func (p *Provider) bootDrive(ctx context.Context, own, image, keys props) (string, error) {
	earlier := own != nil
	if !earlier {
		made, err := p.create(ctx, "drive", "POST /drives/create", keys)
		if err != nil {
			return "", err
		}
		own = made
	}
	id := lower(own["drive"])
	if own["imaging"] != "" {
		return id, nil
	}
	to := "POST /drives/{id}/image/{source}"
	if strings.HasPrefix(image["format"], "gzip") {
		to += "/gunzip" // or the packed bytes would be copied
	}
	_, err := p.send(ctx, nil, to, id, lower(image["drive"]))
	if earlier && errors.Is(err, providers.ErrConflict) {
		err = nil
	}
	return id, p.takeBack(ctx, id, err)
}

// takeBackTime is how long taking back what was half made may take.
const takeBackTime = 20 * time.Second

// takeBack destroys a drive because of an error that tells that it is of no
// use. It outlives a caller that has given up.
func (p *Provider) takeBack(ctx context.Context, drive string, cause error) error {
	switch providers.Kind(cause) {
	case nil, providers.ErrUnavailable, providers.ErrThrottled:
		return cause
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeBackTime)
	defer cancel()
	if _, err := p.send(ctx, nil, "POST /drives/{id}/destroy", drive); err != nil {
		return errors.Join(cause, fmt.Errorf("drive %s is left behind: %s", drive, err.Error()))
	}
	return cause
}
