package gateway

import "time"

// CORS says which pages in browsers may use the gateway. The zero value is
// none.
type CORS struct {
	Origins []string      // as "https://console.example.org", or "*" for all
	Headers []string      // of requests, beside those that OCCI clients send
	MaxAge  time.Duration // how long a browser may keep the answer to its asking
}
