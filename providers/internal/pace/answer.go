package pace

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// answer is an answer's body of bounded length. The time limit of its request
// ends when it is read to its end or closed.
type answer struct {
	io.ReadCloser
	left, limit int64
	done        context.CancelFunc
}

func (b *answer) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, fmt.Errorf("answer is longer than %d bytes", b.limit)
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1] // one more than allowed tells a full body from a longer one
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, fmt.Errorf("answer is longer than %d bytes", b.limit)
	}
	if err != nil {
		b.done()
	}
	return n, err
}

func (b *answer) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}

// RetryAfter reads how long an answer asks to wait: the Retry-After header in
// seconds or as a date (RFC 9110, 10.2.3), 0 when there is none or it is past.
// A date is compared with the answer's own Date where it has one, since the
// cloud's clock may differ from now.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(h.Get("Date")); err == nil {
		now = sent
	}
	return max(0, until.Sub(now))
}
