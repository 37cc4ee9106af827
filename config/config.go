// Package config is the configuration file: its keys, their defaults, and
// strict reading that names file, line and key of everything that is wrong. It
// imports nothing of ours: an account's own settings are handed on unread, and
// environment variables are passed in.
package config

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// Config is the whole file. example.yaml shows every key with its default.
type Config struct {
	Listen         string    `yaml:"listen"`          // host:port
	PublicURL      string    `yaml:"public_url"`      // of the gateway as clients see it; empty: from each request
	TrustedProxies []string  `yaml:"trusted_proxies"` // addresses or prefixes whose X-Forwarded-* are believed
	TLS            TLS       `yaml:"tls"`
	HTTP2          bool      `yaml:"http2"` // offer HTTP/2 over TLS
	Limits         Limits    `yaml:"limits"`
	Log            Log       `yaml:"log"`
	Store          Store     `yaml:"store"`
	Users          []User    `yaml:"users"`
	OCCI           OCCI      `yaml:"occi"`
	CORS           CORS      `yaml:"cors"`
	Defaults       Defaults  `yaml:"defaults"`
	Refresh        Refresh   `yaml:"refresh"`
	Prices         Prices    `yaml:"prices"`
	Accounts       []Account `yaml:"accounts"`

	// Unused are the OCCIGATE_ variables that no value asked for, sorted:
	// most likely misspelt. Load fills it.
	Unused []string `yaml:"-"`
}

// TLS are PEM files of the listener; both or none.
type TLS struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// Limits bound what one client can cost.
type Limits struct {
	BodyBytes         int64         `yaml:"body_bytes"`   // of a request
	HeaderBytes       int           `yaml:"header_bytes"` // text/occi lives in headers
	ReadHeaderTimeout time.Duration `yaml:"read_header_timeout"`
	ReadTimeout       time.Duration `yaml:"read_timeout"`
	WriteTimeout      time.Duration `yaml:"write_timeout"`
	IdleTimeout       time.Duration `yaml:"idle_timeout"`
	Events            int           `yaml:"events"`           // changes that a client of /events can catch up with
	WaitTimeout       time.Duration `yaml:"wait_timeout"`     // of a request that prefers to wait for fresh data
	ShutdownTimeout   time.Duration `yaml:"shutdown_timeout"` // for requests under way when the program is told to end
}

// Log is what is logged, and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // json or console
}

// Store is where the inventory is kept: exactly one of the two is set after
// Load.
type Store struct {
	Embedded *Embedded `yaml:"embedded"`
	Redis    *Redis    `yaml:"redis"`
}

// Embedded is a file that one gateway has open at a time.
type Embedded struct {
	Path string `yaml:"path"`
}

// Redis is a server, a replica set behind sentinels, or a cluster, shared by
// all gateways.
type Redis struct {
	Addresses []string `yaml:"addresses"` // host:port: the server, the sentinels, or some of the cluster
	User      string   `yaml:"user"`
	Password  Secret   `yaml:"password"`
	TLS       bool     `yaml:"tls"`
	TLSCA     string   `yaml:"tls_ca"`   // PEM file of who signs the servers' certificates; empty: whom the system trusts
	TLSCert   string   `yaml:"tls_cert"` // PEM files of the gateway's own certificate and its key; both or none
	TLSKey    string   `yaml:"tls_key"`
	DB        int      `yaml:"db"`
	Prefix    string   `yaml:"prefix"` // of all keys; default occigate
	Cluster   bool     `yaml:"cluster"`

	SentinelMaster   string `yaml:"sentinel_master"` // name of the set; the addresses are sentinels
	SentinelUser     string `yaml:"sentinel_user"`
	SentinelPassword Secret `yaml:"sentinel_password"`
}

// User may use the gateway, by password or token.
type User struct {
	Name         string   `yaml:"name"`
	PasswordHash Secret   `yaml:"password_hash"` // argon2id in PHC format, as "occigate hash" makes it
	TokenHashes  []string `yaml:"token_hashes"`  // SHA-256 of bearer tokens, in hexadecimal
}

// OCCI are switches where the standard contradicts itself or deployed clients;
// docs/occi-switches.md says why each is there.
type OCCI struct {
	Legacy11         bool     `yaml:"legacy_1_1"`        // show what only OCCI 1.1 has: speed, backup, snapshot, resize
	EntityLocation   bool     `yaml:"entity_location"`   // show /entity/, which GFD.223 section 4 forbids and clients need
	BareIDs          bool     `yaml:"bare_ids"`          // ids without urn:uuid:
	OmitPatterns     bool     `yaml:"omit_patterns"`     // no patterns of attributes in JSON
	CRLF             bool     `yaml:"crlf"`              // lines of text end in CR LF
	Observed         bool     `yaml:"observed"`          // entities say where they come from and when they were seen
	StrictLinks      bool     `yaml:"strict_links"`      // links in a PUT are an error
	DefaultMedia     string   `yaml:"default_media"`     // of answers when the client takes any
	UnsupportedMedia int      `yaml:"unsupported_media"` // status for a request in an unknown media type: 415 or 406
	DeleteAll        bool     `yaml:"delete_all"`        // let DELETE on a kind's collection delete all its entities, at every cloud
	KeystoneURL      string   `yaml:"keystone_url"`      // offered to clients as a challenge
	Challenges       []string `yaml:"challenges"`        // order of the challenges: basic, keystone
}

// CORS says which pages in browsers may use the gateway: none without origins.
type CORS struct {
	Origins []string      `yaml:"origins"` // scheme://host[:port], or "*" alone for all
	Headers []string      `yaml:"headers"` // of requests, beside those that OCCI clients send
	MaxAge  time.Duration `yaml:"max_age"` // how long browsers keep the answer to their asking
}

// Defaults apply to a create that does not say.
type Defaults struct {
	Account string `yaml:"account"` // name or uid; empty: the first account
}

// Refresh is how often clouds are asked. Every wait is varied by a tenth to
// either side. Within an account, what is not set is that of the whole file.
type Refresh struct {
	Servers   time.Duration `yaml:"servers"`
	Volumes   time.Duration `yaml:"volumes"`
	Networks  time.Duration `yaml:"networks"`
	Addresses time.Duration `yaml:"addresses"`
	Catalogue time.Duration `yaml:"catalogue"`
	Fast      time.Duration `yaml:"fast"`    // while something is in transition
	Least     time.Duration `yaml:"least"`   // between two refreshes, whoever asks
	Denied    time.Duration `yaml:"denied"`  // between attempts with refused credentials
	Longest   time.Duration `yaml:"longest"` // the longest back-off from a cloud that fails
}

// Prices are where prices come from and what is made of them. Paths are relative
// to the folder of the configuration.
type Prices struct {
	RateCards     []string      `yaml:"rate_cards"`     // files or patterns of files
	ExchangeRates string        `yaml:"exchange_rates"` // file of dated rates
	Samples       bool          `yaml:"samples"`        // sample rate cards and rates too, for trying things out
	Look          time.Duration `yaml:"look"`           // how often the files are looked at for changes
	Currency      string        `yaml:"currency"`       // of sums that are asked for in none
	QuoteLife     time.Duration `yaml:"quote_life"`     // how long a quote can be redeemed
	QuoteKey      Secret        `yaml:"quote_key"`      // signs quotes; empty: made at every start
}

// Location is where an account's region lies, in degrees; north and east are
// positive.
type Location struct {
	Latitude  float64 `yaml:"latitude"`
	Longitude float64 `yaml:"longitude"`
}

// Account is one credential in one region or endpoint of a cloud.
type Account struct {
	Name     string    `yaml:"name"`  // shown; may change
	UID      string    `yaml:"uid"`   // ids hang on it, so it never changes; default: the name
	Cloud    string    `yaml:"cloud"` // which adapter: "ec2", "suncloud"
	Rate     Rate      `yaml:"rate"`
	Refresh  Refresh   `yaml:"refresh"`
	Location *Location `yaml:"location"` // nil: unknown, and out of every quote near a place
	Settings Settings  `yaml:"settings"` // the adapter's own
}

// Rate is an account's budget of calls to its cloud, by all gateways together.
type Rate struct {
	PerSecond float64 `yaml:"per_second"`
	Burst     int     `yaml:"burst"`
}

// Default is the configuration of an empty file.
func Default() Config {
	return Config{
		Listen: "127.0.0.1:8787",
		Limits: Limits{
			BodyBytes:         8 << 20,
			HeaderBytes:       256 << 10,
			ReadHeaderTimeout: 10 * time.Second,
			ReadTimeout:       time.Minute,
			WriteTimeout:      5 * time.Minute,
			IdleTimeout:       2 * time.Minute,
			Events:            4096,
			WaitTimeout:       30 * time.Second,
			ShutdownTimeout:   15 * time.Second,
		},
		Log: Log{Level: "info", Format: "json"},
		OCCI: OCCI{
			Legacy11: true, EntityLocation: true, Observed: true,
			DefaultMedia: "text/plain", UnsupportedMedia: http.StatusUnsupportedMediaType,
			Challenges: []string{"basic", "keystone"},
		},
		CORS: CORS{MaxAge: 10 * time.Minute},
		Refresh: Refresh{
			Servers:   30 * time.Second,
			Volumes:   time.Minute,
			Networks:  5 * time.Minute,
			Addresses: time.Minute,
			Catalogue: 15 * time.Minute,
			Fast:      5 * time.Second,
			Least:     5 * time.Second,
			Denied:    10 * time.Minute,
			Longest:   5 * time.Minute,
		},
		Prices: Prices{Look: 30 * time.Second, Currency: "EUR", QuoteLife: 15 * time.Minute},
	}
}

// defaultPath and defaultRate fill what depends on what the file chose.
const defaultPath = "occigate.db"

func defaultRate() Rate { return Rate{PerSecond: 10, Burst: 20} }

// Load reads the file at path over the defaults. In values, ${OCCIGATE_NAME}
// is the variable of env, and a value "file:PATH" is that file's content
// without its last line break, PATH being relative to the configuration's
// folder. Everything wrong is reported at once, as [Problems].
func Load(path string, env map[string]string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	doc, problems := parse(path, text)
	if len(problems) > 0 {
		return nil, problems
	}
	vars := variables{env: env, dir: filepath.Dir(path), used: map[string]bool{}}
	problems = doc.expand(&vars)
	c := Default()
	problems = append(problems, doc.decode(doc.root, "", &c)...)
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	c.fill(doc)
	c.Prices.place(filepath.Dir(path))
	for _, w := range c.wrongs() {
		problems = append(problems, doc.problem(w.key, w.text))
	}
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	c.Unused = vars.unused()
	return &c, nil
}

// fill sets the defaults that depend on other values.
func (c *Config) fill(doc *document) {
	if c.Store.Redis == nil && c.Store.Embedded == nil {
		c.Store.Embedded = &Embedded{}
	}
	if e := c.Store.Embedded; e != nil {
		e.Path = cmp.Or(e.Path, defaultPath)
	}
	for i := range c.Accounts {
		a := &c.Accounts[i]
		a.UID = cmp.Or(a.UID, a.Name)
		a.Rate.PerSecond = cmp.Or(a.Rate.PerSecond, defaultRate().PerSecond)
		a.Rate.Burst = cmp.Or(a.Rate.Burst, defaultRate().Burst)
		a.Refresh = a.Refresh.over(c.Refresh)
		a.Settings.doc, a.Settings.key = doc, accountKey(i, "settings")
	}
	if c.Defaults.Account == "" && len(c.Accounts) > 0 {
		c.Defaults.Account = c.Accounts[0].UID
	}
}

// place makes the paths relative to a folder.
func (p *Prices) place(dir string) {
	at := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(dir, path)
	}
	p.ExchangeRates = at(p.ExchangeRates)
	for i := range p.RateCards {
		p.RateCards[i] = at(p.RateCards[i])
	}
}

// over takes what r does not set from base.
func (r Refresh) over(base Refresh) Refresh {
	return Refresh{
		Servers:   cmp.Or(r.Servers, base.Servers),
		Volumes:   cmp.Or(r.Volumes, base.Volumes),
		Networks:  cmp.Or(r.Networks, base.Networks),
		Addresses: cmp.Or(r.Addresses, base.Addresses),
		Catalogue: cmp.Or(r.Catalogue, base.Catalogue),
		Fast:      cmp.Or(r.Fast, base.Fast),
		Least:     cmp.Or(r.Least, base.Least),
		Denied:    cmp.Or(r.Denied, base.Denied),
		Longest:   cmp.Or(r.Longest, base.Longest),
	}
}

// DefaultAccount is the account of a create that names none.
func (c *Config) DefaultAccount() (Account, bool) {
	for _, a := range c.Accounts {
		if a.UID == c.Defaults.Account || a.Name == c.Defaults.Account {
			return a, true
		}
	}
	return Account{}, false
}

// Public is the parsed public_url, nil when it is empty.
func (c *Config) Public() *url.URL {
	if c.PublicURL == "" {
		return nil
	}
	u, _ := url.Parse(c.PublicURL) // checked by Load
	return u
}

// Proxies are the parsed trusted_proxies; a single address is a prefix of its
// full length.
func (c *Config) Proxies() (all []netip.Prefix) {
	for _, text := range c.TrustedProxies {
		p, _ := parsePrefix(text) // checked by Load
		all = append(all, p)
	}
	return all
}

func parsePrefix(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}
