package config

import (
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// wrong is a value that no program could work with.
type wrong struct{ key, text string }

var (
	uidForm    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	hashForm   = regexp.MustCompile(`^\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$`)
	headerForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	logLevels  = []string{"debug", "info", "warn", "error"}
	logFormats = []string{"json", "console"}
	challenges = []string{"basic", "keystone"}

	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	cardEndings  = []string{".yaml", ".yml", ".csv"}
	rateEndings  = []string{".xml", ".csv"}

	// defaultMedia are the media types that hold every answer.
	defaultMedia = []string{"text/plain", "application/occi+json", "application/json"}
)

// wrongs are all values that contradict each other or themselves.
func (c *Config) wrongs() []wrong {
	return slices.Concat(
		c.wrongListener(), c.wrongStore(), c.wrongUsers(), c.wrongAccounts(),
		oneOf("log.level", c.Log.Level, logLevels),
		oneOf("log.format", c.Log.Format, logFormats),
		c.OCCI.wrongs(), c.CORS.wrongs(),
		c.Limits.wrongs(), c.Refresh.wrongs("refresh"), c.Prices.wrongs(),
	)
}

func oneOf(key, value string, known []string) []wrong {
	if slices.Contains(known, value) {
		return nil
	}
	return []wrong{{key, "want one of " + strings.Join(known, ", ")}}
}

func (c *Config) wrongListener() (all []wrong) {
	host, port, err := net.SplitHostPort(c.Listen)
	switch {
	case err != nil || port == "":
		all = append(all, wrong{"listen", "want host:port"})
	case len(c.Users) == 0 && !loopback(host):
		all = append(all, wrong{"listen", "must be a loopback address such as 127.0.0.1:8787 while there are no users, or everybody on the network could use your clouds"})
	}
	for i, text := range c.TrustedProxies {
		if _, err := parsePrefix(text); err != nil {
			all = append(all, wrong{fmt.Sprintf("trusted_proxies[%d]", i), "want an IP address or a prefix such as 10.0.0.0/8"})
		}
	}
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		all = append(all, wrong{"tls", "want both cert and key, or none"})
	}
	if c.HTTP2 && c.TLS.Cert == "" {
		all = append(all, wrong{"http2", "is offered over TLS only: tls.cert and tls.key are missing"})
	}
	return append(all, wrongURL("public_url", c.PublicURL)...)
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

func wrongURL(key, text string) []wrong {
	u, err := url.Parse(text)
	if text == "" || err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") &&
		u.User == nil && u.RawQuery == "" && u.Fragment == "" {
		return nil
	}
	return []wrong{{key, "want an http or https URL without user, query and fragment"}}
}

func (o OCCI) wrongs() []wrong {
	all := append(
		oneOf("occi.default_media", o.DefaultMedia, defaultMedia),
		wrongURL("occi.keystone_url", o.KeystoneURL)...,
	)
	if strings.ContainsAny(o.KeystoneURL, "='") { // clients cut the challenge there
		all = append(all, wrong{"occi.keystone_url", "must not have = or '"})
	}
	if o.UnsupportedMedia != http.StatusUnsupportedMediaType && o.UnsupportedMedia != http.StatusNotAcceptable {
		all = append(all, wrong{"occi.unsupported_media", "want 415 or 406"})
	}
	for i, name := range o.Challenges {
		all = append(all, oneOf(fmt.Sprintf("occi.challenges[%d]", i), name, challenges)...)
		if slices.Contains(o.Challenges[:i], name) {
			all = append(all, wrong{fmt.Sprintf("occi.challenges[%d]", i), "is there twice"})
		}
	}
	if len(o.Challenges) == 0 || o.KeystoneURL == "" && !slices.Contains(o.Challenges, "basic") {
		all = append(all, wrong{"occi.challenges", "want basic, or keystone with a keystone_url"})
	}
	return all
}

func (c CORS) wrongs() (all []wrong) {
	for i, origin := range c.Origins {
		u, err := url.Parse(origin)
		plain := err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && origin == u.Scheme+"://"+u.Host
		if !plain && (origin != "*" || len(c.Origins) > 1) {
			all = append(all, wrong{fmt.Sprintf("cors.origins[%d]", i), `want scheme://host or scheme://host:port, or "*" alone`})
		}
	}
	for i, name := range c.Headers {
		if !headerForm.MatchString(name) {
			all = append(all, wrong{fmt.Sprintf("cors.headers[%d]", i), "want the name of a header"})
		}
	}
	return append(all, notPositive("cors", map[string]time.Duration{"max_age": c.MaxAge})...)
}

func (c *Config) wrongStore() (all []wrong) {
	r := c.Store.Redis
	if r == nil {
		return nil
	}
	if c.Store.Embedded != nil {
		all = append(all, wrong{"store", "want either embedded or redis"})
	}
	switch {
	case len(r.Addresses) == 0:
		all = append(all, wrong{"store.redis.addresses", "none"})
	case r.Cluster && r.SentinelMaster != "":
		all = append(all, wrong{"store.redis", "want either cluster or sentinel_master"})
	case r.Cluster && r.DB != 0:
		all = append(all, wrong{"store.redis.db", "a cluster has database 0 only"})
	case len(r.Addresses) > 1 && !r.Cluster && r.SentinelMaster == "":
		all = append(all, wrong{"store.redis.addresses", "several make sense with cluster or sentinel_master only"})
	}
	switch {
	case (r.TLSCert == "") != (r.TLSKey == ""):
		all = append(all, wrong{"store.redis", "want both tls_cert and tls_key, or none"})
	case !r.TLS && r.TLSCA+r.TLSCert != "":
		all = append(all, wrong{"store.redis.tls", "is off, so that tls_ca, tls_cert and tls_key have no use"})
	}
	if strings.ContainsAny(r.Prefix, "{}") {
		all = append(all, wrong{"store.redis.prefix", "must not have braces"})
	}
	for i, address := range r.Addresses {
		if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
			all = append(all, wrong{fmt.Sprintf("store.redis.addresses[%d]", i), "want host:port"})
		}
	}
	return all
}

func (c *Config) wrongUsers() (all []wrong) {
	names := map[string]bool{}
	for i, u := range c.Users {
		key := fmt.Sprintf("users[%d]", i)
		switch {
		case u.Name == "" || strings.ContainsAny(u.Name, ":\r\n"):
			all = append(all, wrong{key + ".name", "want a name without colon"}) // RFC 7617
		case names[u.Name]:
			all = append(all, wrong{key + ".name", "another user has it"})
		}
		names[u.Name] = true
		if u.PasswordHash == "" && len(u.TokenHashes) == 0 {
			all = append(all, wrong{key, "want a password_hash or token_hashes"})
		}
		if u.PasswordHash != "" && !hashForm.MatchString(u.PasswordHash.Reveal()) {
			all = append(all, wrong{key + ".password_hash", "want an argon2id hash as occigate hash makes it"})
		}
		for j, hash := range u.TokenHashes {
			if b, err := hex.DecodeString(hash); err != nil || len(b) != 32 {
				all = append(all, wrong{fmt.Sprintf("%s.token_hashes[%d]", key, j), "want the SHA-256 of a token, 64 hexadecimal digits"})
			}
		}
	}
	return all
}

func accountKey(i int, name string) string { return fmt.Sprintf("accounts[%d].%s", i, name) }

func (c *Config) wrongAccounts() (all []wrong) {
	if len(c.Accounts) == 0 {
		return []wrong{{"accounts", "none, so that there is nothing to serve"}}
	}
	names, uids := map[string]bool{}, map[string]bool{}
	for i, a := range c.Accounts {
		all = append(all, a.wrongs(i)...)
		if names[a.Name] {
			all = append(all, wrong{accountKey(i, "name"), "another account has it"})
		}
		if uids[a.UID] {
			all = append(all, wrong{accountKey(i, "uid"), "another account has it"})
		}
		names[a.Name], uids[a.UID] = true, true
	}
	if _, there := c.DefaultAccount(); !there {
		all = append(all, wrong{"defaults.account", "no account has this name or uid"})
	}
	return all
}

func (a Account) wrongs(i int) (all []wrong) {
	switch {
	case a.Name == "":
		all = append(all, wrong{accountKey(i, "name"), "is missing"})
	case !uidForm.MatchString(a.UID):
		all = append(all, wrong{accountKey(i, "uid"), "want up to 64 letters, digits, dots, dashes and underscores; the default is the name"})
	}
	if a.Cloud == "" {
		all = append(all, wrong{accountKey(i, "cloud"), "is missing"})
	}
	if a.Rate.PerSecond < 0 {
		all = append(all, wrong{accountKey(i, "rate.per_second"), "want more than 0"})
	}
	if a.Rate.Burst < 0 {
		all = append(all, wrong{accountKey(i, "rate.burst"), "want 1 or more"})
	}
	if l := a.Location; l != nil && !(l.Latitude >= -90 && l.Latitude <= 90 && l.Longitude >= -180 && l.Longitude <= 180) {
		all = append(all, wrong{accountKey(i, "location"), "want a latitude from -90 to 90 and a longitude from -180 to 180"})
	}
	return append(all, a.Refresh.wrongs(accountKey(i, "refresh"))...)
}

// leastKey is how long a key that signs must be, in bytes.
const leastKey = 16

func (p Prices) wrongs() (all []wrong) {
	for i, path := range p.RateCards {
		key := fmt.Sprintf("prices.rate_cards[%d]", i)
		if _, err := filepath.Match(path, ""); err != nil {
			all = append(all, wrong{key, "is no pattern of file names"})
		}
		if !slices.Contains(cardEndings, filepath.Ext(path)) {
			all = append(all, wrong{key, "want a name that ends in .yaml, .yml or .csv"})
		}
	}
	if p.ExchangeRates != "" && !slices.Contains(rateEndings, filepath.Ext(p.ExchangeRates)) {
		all = append(all, wrong{"prices.exchange_rates", "want a name that ends in .xml or .csv"})
	}
	if !currencyForm.MatchString(p.Currency) {
		all = append(all, wrong{"prices.currency", "want a code of ISO 4217 such as EUR"})
	}
	if n := len(p.QuoteKey.Reveal()); n > 0 && n < leastKey {
		all = append(all, wrong{"prices.quote_key", fmt.Sprintf("want at least %d characters", leastKey)})
	}
	return append(all, notPositive("prices", map[string]time.Duration{"look": p.Look, "quote_life": p.QuoteLife})...)
}

func (l Limits) wrongs() (all []wrong) {
	if l.BodyBytes < 1 {
		all = append(all, wrong{"limits.body_bytes", "want 1 or more"})
	}
	if l.HeaderBytes < 4096 {
		all = append(all, wrong{"limits.header_bytes", "want 4096 or more"})
	}
	if l.Events < 1 {
		all = append(all, wrong{"limits.events", "want 1 or more"})
	}
	return append(all, notPositive("limits", map[string]time.Duration{
		"read_header_timeout": l.ReadHeaderTimeout,
		"read_timeout":        l.ReadTimeout,
		"write_timeout":       l.WriteTimeout,
		"idle_timeout":        l.IdleTimeout,
		"wait_timeout":        l.WaitTimeout,
		"shutdown_timeout":    l.ShutdownTimeout,
	})...)
}

func (r Refresh) wrongs(key string) []wrong {
	return notPositive(key, map[string]time.Duration{
		"servers":   r.Servers,
		"volumes":   r.Volumes,
		"networks":  r.Networks,
		"addresses": r.Addresses,
		"catalogue": r.Catalogue,
		"fast":      r.Fast,
		"least":     r.Least,
		"denied":    r.Denied,
		"longest":   r.Longest,
	})
}

func notPositive(key string, durations map[string]time.Duration) (all []wrong) {
	for name, d := range durations {
		if d <= 0 {
			all = append(all, wrong{join(key, name), "want more than 0"})
		}
	}
	return all
}
