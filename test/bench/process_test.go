package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"occigate/cmd/app"
	"occigate/gateway/access"
	"occigate/test/servers"
)

// TestMain lets the test's binary be a gateway or a bare handler too: what is
// measured is in a process that holds nothing else.
func TestMain(m *testing.M) {
	run := map[string]func(context.Context, []string) error{"serve": serveGateway, "bare": serveBare}
	if len(os.Args) < 2 || run[os.Args[1]] == nil {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	err := run[os.Args[1]](ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serveGateway(ctx context.Context, args []string) error {
	return app.Run(ctx, args, nil, os.Stdout, os.Stderr)
}

// answer is what a bare handler answers with.
type answer struct {
	Headers http.Header
	Body    string
}

// serveBare serves the answer in a file; see [bareHandler].
func serveBare(ctx context.Context, args []string) error {
	data, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(data, &a); err != nil {
		return err
	}
	handler, err := bareHandler([]byte(a.Body), a.Headers, os.Stderr)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 256 << 10,
	}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// process is a gateway, or a bare handler, in a process of its own.
type process struct {
	cmd   *exec.Cmd
	url   string
	begin time.Time
	ready time.Duration // since begin
	spent time.Duration // time of the processor until then
}

var listens = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

// serve starts a gateway over clouds on a store, as in a configuration file,
// and returns when it is ready.
func serve(tb testing.TB, on string, clouds []*cloud, refresh string) *process {
	tb.Helper()
	var accounts strings.Builder
	for _, c := range clouds {
		fmt.Fprintf(&accounts, `
  - name: %s
    cloud: openstack
    rate: {per_second: 1000, burst: 1000}
    settings: {auth_url: %s/identity/v3, region: RegionOne, username: demo, password: secret, project_name: %s}`, c.name, c.url, c.name)
	}
	text := fmt.Sprintf(`
listen: 127.0.0.1:0
store: %s
users: [{name: %s, password_hash: %q}]
refresh: %s
accounts:%s
`, on, user, access.Hash(password), refresh, accounts.String())
	file := filepath.Join(tb.TempDir(), "bench.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	p := startProcess(tb, "serve", "--config", file)
	servers.Eventually(tb, "the gateway is ready", func() bool {
		resp, err := http.Get(p.url + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	p.ready, p.spent = time.Since(p.begin), p.processor(tb)
	return p
}

// bareProcess serves what a gateway answers to a request, in a process of its
// own, and returns the request for that.
func (p *process) bareProcess(tb testing.TB, r request) request {
	tb.Helper()
	body, headers := p.get(tb, strings.TrimPrefix(r.url, p.url), r.accept)
	a := answer{Headers: http.Header{}, Body: body}
	for _, name := range []string{"Content-Type", "Category", "Link", "X-Occi-Attribute"} {
		if values, ok := headers[name]; ok {
			a.Headers[name] = values
		}
	}
	data, err := json.Marshal(a)
	if err != nil {
		tb.Fatal(err)
	}
	file := filepath.Join(tb.TempDir(), "answer")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	r.url = startProcess(tb, "bare", file).url
	return r
}

// startProcess runs the test's binary with arguments until the test ends, and
// returns when it listens.
func startProcess(tb testing.TB, args ...string) *process {
	tb.Helper()
	log, err := os.Create(filepath.Join(tb.TempDir(), "log"))
	if err != nil {
		tb.Fatal(err)
	}
	defer log.Close()
	p := &process{cmd: exec.Command(os.Args[0], args...), begin: time.Now()}
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(p.stop)
	for lines := bufio.NewScanner(out); p.url == "" && lines.Scan(); {
		p.url = listens.FindString(lines.Text())
	}
	if p.url == "" {
		text, _ := os.ReadFile(log.Name())
		tb.Fatalf("%s does not listen:\n%s", args[0], text)
	}
	return p
}

// stop ends the process as an operator would.
func (p *process) stop() {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait() // how it ended is no figure
}

func (p *process) request(path, accept string) request {
	return request{url: p.url + path, accept: accept, user: user, password: password}
}

// processor is the time that the process has had of the processors: what it did,
// however busy they were otherwise.
func (p *process) processor(tb testing.TB) time.Duration {
	tb.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest) // from the third on, see proc(5)
	if len(fields) < 13 {
		tb.Fatalf("/proc says %q", stat)
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	if err := errors.Join(err, err2); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(user+system) * (time.Second / 100) // ticks
}

// memory reads a figure of the process's memory in MB: VmRSS, VmHWM, RssAnon.
func (p *process) memory(tb testing.TB, name string) float64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		tb.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				tb.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	tb.Fatalf("no %s in /proc", name)
	return 0
}
