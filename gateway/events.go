package gateway

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"occigate/gateway/inventory"
)

// The stream of changes is one of server-sent events (WHATWG HTML, section 9.2).
// An event's id is the boot of the gateway that numbered it, and its number
// there: a client that comes back to another gateway, or too late, is told with
// "reset" to read its lists again.

const eventStream = "text/event-stream"

// What a stream may cost.
const (
	mostStreams = 1000             // at once
	mostEvents  = 100              // written in one piece
	stall       = 20 * time.Second // default of Options.Stall
	heartbeat   = 15 * time.Second // default of Options.Heartbeat
)

// stream is one client's view of the events.
type stream struct {
	gateway *Gateway
	open    []byte // what the data of an event begin with
	filter  eventFilter
	log     *inventory.Events
	seq     uint64 // of the last event that was looked at
	out     http.ResponseWriter
	control *http.ResponseController
	buffer  []byte
}

// events answers with the stream of changes, until the client goes, cannot keep
// up with its own connection, or the gateway ends.
func (g *Gateway) events(c echo.Context) error {
	r, w := c.Request(), c.Response()
	filter, err := g.eventFilter(r)
	if err != nil {
		return err
	}
	if !acceptsEvents(r.Header["Accept"]) {
		return &problem{status: http.StatusNotAcceptable, message: "changes can be had as " + eventStream + " alone"}
	}
	w.Header().Set("Content-Type", eventStream)
	w.Header().Set("X-Accel-Buffering", "no") // or nginx would keep events back
	if r.Method == http.MethodHead {
		return c.NoContent(http.StatusOK)
	}
	if g.streams.Add(1) > mostStreams {
		g.streams.Add(-1)
		w.Header().Del("Content-Type")
		return &problem{status: http.StatusServiceUnavailable, message: "too many follow the changes already", retry: retryLater}
	}
	defer g.streams.Add(-1)
	s := &stream{
		gateway: g, open: append([]byte(`{"url":`), quotedOpen(g.base(r))...), filter: filter, log: g.inv.Events(),
		out: w, control: http.NewResponseController(w.Writer), // echo's own keeps errors of Flush to itself
	}
	if err := s.run(r.Context(), r.Header.Get("Last-Event-ID")); err != nil {
		g.metrics.dropped.Inc()
		g.log.Debug("a client of the changes was dropped", zap.Error(err))
	}
	return nil
}

// run writes until it cannot. The error is that of a client that does not read.
func (s *stream) run(ctx context.Context, last string) error {
	_ = s.control.SetReadDeadline(time.Time{}) // that of a request would end the stream
	s.begin(last)
	beat := time.NewTicker(s.gateway.o.Heartbeat)
	defer beat.Stop()
	for {
		more, idle := s.gather()
		if err := s.send(); err != nil {
			return err
		}
		if !idle {
			continue
		}
		select {
		case <-more:
		case <-beat.C: // with the newest id, which a filter may have kept back
			s.buffer = s.appendID(append(s.buffer, ": heartbeat\n"...))
			s.buffer = append(s.buffer, '\n')
		case <-s.gateway.life.Done():
			s.buffer = append(s.buffer, "event: end\ndata: {\"reason\":\"the gateway ends\"}\n\n"...)
			return s.send()
		case <-ctx.Done():
			return nil
		}
	}
}

// begin goes on behind the event that the client has seen last, or now.
func (s *stream) begin(last string) {
	s.buffer = append(s.buffer, "retry: 2000\n"...)
	boot, number := lastEvent(last)
	seq, err := strconv.ParseUint(number, 10, 64)
	switch {
	case last == "":
		s.seq = s.log.Last()
	case boot == s.log.Boot && err == nil:
		s.seq = seq
	default:
		s.reset("the last event that was seen is not one of this gateway's")
	}
	s.buffer = append(s.appendID(s.buffer), '\n')
}

// reset tells the client that it has missed changes, and goes on from now.
func (s *stream) reset(why string) {
	s.seq = s.log.Last()
	s.buffer = s.appendID(s.buffer)
	s.buffer = append(append(append(s.buffer, "event: reset\ndata: {\"reason\":\""...), why...), "\"}\n\n"...)
}

func (s *stream) appendID(dst []byte) []byte {
	dst = append(append(append(dst, "id: "...), s.log.Boot...), '-')
	return append(strconv.AppendUint(dst, s.seq, 10), '\n')
}

// gather puts the next events into the buffer. It is idle when there are none
// yet; more tells when there are.
func (s *stream) gather() (more <-chan struct{}, idle bool) {
	events, more, missed := s.log.After(s.seq, mostEvents)
	if missed {
		s.gateway.metrics.missed.Inc()
		s.reset("changes came faster than they were read, or are too long ago")
		return more, false
	}
	for _, e := range events {
		s.seq = e.Seq
		if s.filter.takes(e.Item()) {
			s.write(e)
		}
	}
	return more, len(events) == 0
}

// write puts one event into the buffer, unless it changes nothing that is shown.
func (s *stream) write(e *inventory.Event) {
	text := s.gateway.tell(e)
	if len(text) == 0 {
		return
	}
	s.buffer = s.appendID(s.buffer)
	s.buffer = append(append(append(s.buffer, "event: "...), eventName(e)...), "\ndata: "...)
	s.buffer = append(append(append(s.buffer, s.open...), pathOf(e.Item())...), `",`...)
	s.buffer = append(append(s.buffer, text[1:]...), "\n\n"...)
}

// send writes the buffer out. A client gets a while to take it, whatever the
// limit of other answers is.
func (s *stream) send() error {
	if len(s.buffer) == 0 {
		return nil
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(s.gateway.o.Stall))
	_, err := s.out.Write(s.buffer)
	s.buffer = s.buffer[:0]
	if err != nil {
		return err
	}
	return s.control.Flush()
}
