package ec2

import (
	"strings"
	"time"
)

// identity is who calls.
type identity struct {
	arn    string
	userID string
}

// session is a temporary credential that AssumeRole gave out.
type session struct {
	secret, token string
	expires       time.Time
	who           identity
}

func (c *Cloud) user(k Credential) identity {
	name := k.User
	if name == "" {
		name = "operator"
	}
	return identity{
		arn:    "arn:aws:iam::" + c.opts.Account + ":user/" + name,
		userID: "AIDA" + strings.ToUpper(hash([]byte(name)))[:16],
	}
}

// callerIdentity is the answer of GetCallerIdentity.
type callerIdentity struct {
	Arn     string `xml:"Arn"`
	UserID  string `xml:"UserId"`
	Account string `xml:"Account"`
}

func getCallerIdentity(c *call) (any, error) {
	return callerIdentity{c.who.arn, c.who.userID, c.opts.Account}, nil
}

// assumedRole is the answer of AssumeRole.
type assumedRole struct {
	AccessKeyID     string `xml:"Credentials>AccessKeyId"`
	SecretAccessKey string `xml:"Credentials>SecretAccessKey"`
	SessionToken    string `xml:"Credentials>SessionToken"`
	Expiration      string `xml:"Credentials>Expiration"`
	Arn             string `xml:"AssumedRoleUser>Arn"`
	AssumedRoleID   string `xml:"AssumedRoleUser>AssumedRoleId"`
}

// assumeRole gives a session for any role of the account; a role of another
// account is not ours to assume.
func assumeRole(c *call) (any, error) {
	role, ok := strings.CutPrefix(c.text("RoleArn"), "arn:aws:iam::"+c.opts.Account+":role/")
	if !ok || role == "" {
		return nil, fail("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", c.who.arn, c.text("RoleArn"))
	}
	seconds := c.number("DurationSeconds", 3600)
	if seconds < 900 || seconds > 43200 {
		return nil, fail("ValidationError", "Value '%d' at 'durationSeconds' must be between 900 and 43200", seconds)
	}
	roleID := "AROA" + strings.ToUpper(hash([]byte(role)))[:16] + ":" + c.text("RoleSessionName")
	s := session{
		secret:  hash([]byte(c.id("secret")))[:40],
		token:   hash([]byte(c.id("token"))),
		expires: time.Now().Add(time.Duration(seconds) * time.Second),
		who: identity{
			arn:    "arn:aws:sts::" + c.opts.Account + ":assumed-role/" + role + "/" + c.text("RoleSessionName"),
			userID: roleID,
		},
	}
	accessKey := "ASIA" + strings.ToUpper(hash([]byte(c.id("access"))))[:16]
	c.sessions[accessKey] = s
	return assumedRole{
		accessKey, s.secret, s.token, s.expires.UTC().Format(time.RFC3339), s.who.arn, roleID,
	}, nil
}
