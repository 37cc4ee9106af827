package openstack

import (
	"strings"
	"time"
)

// stamp is a time in UTC in one of the forms that the services write: with "Z"
// (Nova, Glance, Neutron) or without a zone (Cinder). What is neither is the
// zero time, since no listing should fail for it.
type stamp struct{ time.Time }

// UnmarshalJSON reads a text or null.
func (s *stamp) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999"} {
		if t, err := time.Parse(form, text); err == nil {
			s.Time = t.UTC()
			return nil
		}
	}
	return nil
}
