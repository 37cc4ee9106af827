package openstack

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"occigate/test/cloudsim/fault"
)

// keystoneTime is the form of times in Keystone's documents.
const keystoneTime = "2006-01-02T15:04:05.000000Z"

// token is one login. Source: Identity API v3, "Authentication and token
// management".
type token struct {
	methods []string
	scoped  bool
	audit   string
	issued  time.Time
	expires time.Time
}

// named refers to a user, project or domain by id or by name.
type named struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Domain *named `json:"domain"`
}

// login is the body of POST /auth/tokens.
type login struct {
	Identity struct {
		Methods  []string `json:"methods"`
		Password struct {
			User struct {
				named
				Password string `json:"password"`
			} `json:"user"`
		} `json:"password"`
		Credential struct {
			ID     string `json:"id"`
			Name   string `json:"name"`
			Secret string `json:"secret"`
			User   named  `json:"user"`
		} `json:"application_credential"`
		Token struct {
			ID string `json:"id"`
		} `json:"token"`
	} `json:"identity"`
	Scope json.RawMessage `json:"scope"`
}

// proofs check what a login brings, by method. A token of the login ends when
// the one it was made from does.
var proofs = map[string]func(*Cloud, login) (until time.Time, ok bool){
	"password": func(c *Cloud, l login) (time.Time, bool) {
		u := l.Identity.Password.User
		return time.Time{}, c.isUser(u.named) && same(u.Password, c.opt.Password)
	},
	"application_credential": func(c *Cloud, l login) (time.Time, bool) {
		have, given := c.opt.ApplicationCredential, l.Identity.Credential
		known := given.ID == have.ID
		if given.ID == "" {
			known = given.Name == have.Name && c.isUser(given.User)
		}
		return time.Time{}, have.Secret != "" && known && same(given.Secret, have.Secret)
	},
	"token": func(c *Cloud, l login) (time.Time, bool) {
		t, ok := c.valid(l.Identity.Token.ID)
		return t.expires, ok
	},
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (c *Cloud) isUser(n named) bool {
	if n.ID != "" {
		return n.ID == c.UserID()
	}
	return n.Name == c.opt.User && c.isDomain(n.Domain)
}

func (c *Cloud) isDomain(n *named) bool {
	return n != nil && (n.ID == "default" || n.Name == c.opt.Domain)
}

var errLogin = refuse(http.StatusUnauthorized, "The request you have made requires authentication.")

func (c *Cloud) createToken(q *call) (answer, error) {
	var l login
	if err := q.decode("auth", &l); err != nil {
		return answer{}, err
	}
	if len(l.Identity.Methods) == 0 {
		return answer{}, refuse(http.StatusBadRequest, "'identity' is a required property")
	}
	t := token{
		methods: l.Identity.Methods, audit: uuid.NewString()[:22],
		issued: c.line.At, expires: c.line.At.Add(c.opt.TokenLife),
	}
	for _, method := range t.methods {
		proof, known := proofs[method]
		if !known {
			return answer{}, errLogin
		}
		until, proven := proof(c, l)
		if !proven {
			return answer{}, errLogin
		}
		if !until.IsZero() {
			t.expires = until
		}
		t.scoped = t.scoped || method == "application_credential"
	}
	if err := c.scope(&t, l.Scope); err != nil {
		return answer{}, err
	}
	id := "gAAAAAB" + uuid.NewString() + uuid.NewString()
	c.tokens[id] = t
	return c.showToken(q, http.StatusCreated, id)
}

// scope binds a token to the project that is asked for; the user may use one.
func (c *Cloud) scope(t *token, asked json.RawMessage) error {
	if len(asked) == 0 || string(asked) == "null" || string(asked) == `"unscoped"` {
		return nil
	}
	var s struct {
		Project *named `json:"project"`
	}
	if json.Unmarshal(asked, &s) != nil || s.Project == nil {
		return errLogin
	}
	if s.Project.ID != c.ProjectID() &&
		(s.Project.ID != "" || s.Project.Name != c.opt.Project || !c.isDomain(s.Project.Domain)) {
		return errLogin
	}
	t.scoped = true
	return nil
}

func (c *Cloud) showToken(q *call, status int, id string) (answer, error) {
	t := c.tokens[id]
	domain := object{"id": "default", "name": c.opt.Domain}
	body := object{
		"methods": t.methods, "audit_ids": []string{t.audit},
		"issued_at":  t.issued.UTC().Format(keystoneTime),
		"expires_at": t.expires.UTC().Format(keystoneTime),
		"user": object{
			"id": c.UserID(), "name": c.opt.User, "domain": domain, "password_expires_at": nil,
		},
	}
	if t.scoped {
		body["project"] = object{"id": c.ProjectID(), "name": c.opt.Project, "domain": domain}
		body["is_domain"] = false
		body["roles"] = []object{
			{"id": c.idOf("role", "member"), "name": "member"},
			{"id": c.idOf("role", "reader"), "name": "reader"},
		}
		body["catalog"] = c.catalogue(q)
	}
	return answer{
		status: status, header: http.Header{"X-Subject-Token": {id}, "Vary": {"X-Auth-Token"}},
		body: object{"token": body},
	}, nil
}

// subject is the token that a call is about.
func (c *Cloud) subject(q *call) (string, error) {
	id := q.Header.Get("X-Subject-Token")
	if id == "" {
		return "", refuse(http.StatusForbidden,
			"You are not authorized to perform the requested action: identity:validate_token.")
	}
	if _, ok := c.valid(id); !ok {
		return "", refuse(http.StatusNotFound, "Could not recognize Fernet token")
	}
	return id, nil
}

func (c *Cloud) readToken(q *call) (answer, error) {
	id, err := c.subject(q)
	if err != nil {
		return answer{}, err
	}
	return c.showToken(q, http.StatusOK, id)
}

func (c *Cloud) revokeToken(q *call) (answer, error) {
	id, err := c.subject(q)
	if err != nil {
		return answer{}, err
	}
	delete(c.tokens, id)
	return noContent()
}

func (c *Cloud) valid(id string) (token, bool) {
	t, ok := c.tokens[id]
	return t, ok && c.line.At.Before(t.expires)
}

// admit checks the token that a call brings. A token without a project is
// refused everywhere but in Keystone; real services differ in how.
func (c *Cloud) admit(q *call) error {
	id := q.Header.Get("X-Auth-Token")
	if _, struck := c.opt.Faults.Take(fault.Expire, q.op); struck {
		delete(c.tokens, id)
	}
	t, ok := c.valid(id)
	if !ok {
		return errLogin
	}
	if q.service == services["identity"] {
		return nil
	}
	if !t.scoped {
		return refuse(http.StatusForbidden, "The token is not for a project.")
	}
	if project := q.PathValue("project"); project != "" && project != c.ProjectID() {
		return refuse(http.StatusNotFound, "The resource could not be found.")
	}
	return nil
}

func (c *Cloud) listProjects(q *call) (answer, error) {
	return ok(object{
		"projects": []object{{
			"id": c.ProjectID(), "name": c.opt.Project, "domain_id": "default", "description": "",
			"enabled": true, "parent_id": "default", "is_domain": false, "tags": []string{}, "options": object{},
			"links": object{"self": q.base() + "/identity/v3/projects/" + c.ProjectID()},
		}},
		"links": object{"next": nil, "self": q.self(), "previous": nil},
	})
}

func (c *Cloud) readCatalogue(q *call) (answer, error) {
	return ok(object{"catalog": c.catalogue(q), "links": object{"self": q.self()}})
}

// endpoints of the catalogue, by service type: the service's name and the path
// of its URL, which for Glance and Neutron has no version.
var endpoints = []struct{ kind, name, path string }{
	{"identity", "keystone", "/identity/v3"},
	{"compute", "nova", "/compute/v2.1"},
	{"image", "glance", "/image"},
	{"volumev3", "cinderv3", "/volume/v3/"}, // and the project's id
	{"network", "neutron", "/network"},
}

func (c *Cloud) catalogue(q *call) []object {
	list := []object{}
	for _, e := range endpoints {
		url := q.base() + e.path
		if e.kind == "volumev3" {
			url += c.ProjectID()
		}
		var ways []object
		for _, way := range []string{"public", "internal", "admin"} {
			ways = append(ways, object{
				"id": c.idOf("endpoint", e.kind+way), "interface": way, "url": url,
				"region": c.opt.Region, "region_id": c.opt.Region,
			})
		}
		list = append(list, object{
			"id": c.idOf("service", e.kind), "type": e.kind, "name": e.name, "endpoints": ways,
		})
	}
	return list
}
