package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"occigate/config"
	"occigate/gateway"
	"occigate/gateway/access"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/history"
	"occigate/gateway/broker/sources"
	"occigate/gateway/budget"
	"occigate/gateway/inventory"
	"occigate/gateway/store"
	"occigate/providers"
	"occigate/providers/registry"
	"occigate/translate/occi"
)

// house is the program put together, not yet running.
type house struct {
	config    *config.Config
	log       *zap.Logger
	listener  net.Listener
	store     store.Store
	inventory *inventory.Inventory
	desk      *desk.Desk
	prices    *sources.Keeper
	server    *http.Server
}

// build puts the program together in the order in which data flows: store and
// clouds, inventory, gateway, listener. What was opened is closed again when a
// later step fails.
func (c *command) build(ctx context.Context, cfg *config.Config, log *zap.Logger) (h *house, err error) {
	guard, err := access.New(users(cfg), c.clock.Now)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	figures := prometheus.NewRegistry()
	h = &house{config: cfg, log: log}
	if h.store, err = c.openStore(ctx, cfg.Store, log); err != nil {
		return nil, err
	}
	opened := h.store
	defer func() {
		if err != nil {
			opened.Close()
		}
	}()
	accounts, err := c.buildAccounts(cfg, newCounters(figures), budget.New(budget.Options{
		Store: h.store, Metrics: newSpending(figures), Gateways: func() int { return h.inventory.Gateways() },
	}))
	if err != nil {
		return nil, err
	}
	name := gatewayName()
	if h.inventory, err = inventory.New(inventory.Options{
		Store: h.store, Accounts: accounts, Derive: gateway.Derive, Words: gateway.Words, Log: log, Metrics: newRefreshes(figures),
		Holder: name, Shared: cfg.Store.Redis != nil, Events: cfg.Limits.Events, Clock: c.clock,
	}); err != nil {
		return nil, err
	}
	if h.desk, err = openDesk(cfg, h.inventory, history.New(h.store), log); err != nil {
		return nil, err
	}
	h.prices = sources.New(sources.Options{
		Store: h.store, Accounts: priced(accounts), Book: h.desk.Tariffs(), Holder: name, Log: log.Named("prices"),
	})
	if h.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen); err != nil {
		return nil, fmt.Errorf("%w: --listen takes another address", err)
	}
	account, _ := cfg.DefaultAccount()
	front := gateway.New(gateway.Options{
		Inventory: h.inventory, Desk: h.desk, Guard: guard, Log: log, Now: c.clock.Now, Registry: figures, Version: Version,
		Default: account.UID, PublicURL: cfg.Public(), Proxies: cfg.Proxies(), Keystone: cfg.OCCI.KeystoneURL,
		Limits:    occi.Limits{Body: cfg.Limits.BodyBytes},
		OCCI:      occi.Options{Only12: !cfg.OCCI.Legacy11, NoEntityLocation: !cfg.OCCI.EntityLocation},
		DeleteAll: cfg.OCCI.DeleteAll, Wait: min(cfg.Limits.WaitTimeout, cfg.Limits.WriteTimeout/2),
		Switches: switches(cfg.OCCI), CORS: gateway.CORS(cfg.CORS), Challenges: cfg.OCCI.Challenges,
	})
	h.server = newServer(cfg, front, log)
	h.server.RegisterOnShutdown(front.Drain)
	return h, nil
}

// gatewayName is how this program is called among those that share its store:
// by its machine, and something that no other has, not even after a restart.
func gatewayName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "gateway"
	}
	return host + "-" + rand.Text()[:8]
}

// switches are the configured switches as the gateway takes them.
func switches(o config.OCCI) gateway.Switches {
	return gateway.Switches{
		BareIDs: o.BareIDs, OmitPatterns: o.OmitPatterns, CRLF: o.CRLF, StrictLinks: o.StrictLinks, NoObserved: !o.Observed,
		Media406: o.UnsupportedMedia == http.StatusNotAcceptable, Default: occi.MediaType(o.DefaultMedia),
	}
}

// users are the configured users as the guard takes them.
func users(cfg *config.Config) []access.User {
	var list []access.User
	for _, u := range cfg.Users {
		list = append(list, access.User{Name: u.Name, PasswordHash: u.PasswordHash.Reveal(), TokenHashes: u.TokenHashes})
	}
	return list
}

// buildAccounts makes the providers. None of them is called before the inventory
// runs.
func (c *command) buildAccounts(cfg *config.Config, counter providers.Counter, budgets *budget.Budgets) ([]inventory.Account, error) {
	var list []inventory.Account
	for _, a := range cfg.Accounts {
		p, err := registry.Build(a.Cloud, a.Settings, registry.Options{
			UID: a.UID, Version: Version, Counter: counter, Clock: c.clock,
			Limiter: budgets.Of(a.UID, store.Budget(a.Rate)),
		})
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", a.Name, err)
		}
		list = append(list, inventory.Account{
			UID: a.UID, Name: a.Name, Cloud: a.Cloud, Provider: p, Refresh: inventory.Policy(a.Refresh),
		})
	}
	return list, nil
}

func newServer(cfg *config.Config, handler http.Handler, log *zap.Logger) *http.Server {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(cfg.HTTP2)
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: cfg.Limits.ReadHeaderTimeout,
		ReadTimeout:       cfg.Limits.ReadTimeout,
		WriteTimeout:      cfg.Limits.WriteTimeout,
		IdleTimeout:       cfg.Limits.IdleTimeout,
		MaxHeaderBytes:    cfg.Limits.HeaderBytes,
		Protocols:         protocols,
		// OPTIONS * is answered by the gateway, with its own headers.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     zap.NewStdLog(log.Named("http")),
	}
}

// url is where the program answers.
func (h *house) url() string {
	scheme := "http"
	if h.config.TLS.Cert != "" {
		scheme = "https"
	}
	return scheme + "://" + h.listener.Addr().String()
}

// run serves until ctx ends, then lets requests under way finish, and returns
// when everything has ended and the store is closed.
func (h *house) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	requests, endRequests := context.WithCancel(context.WithoutCancel(ctx))
	defer endRequests()
	h.server.BaseContext = func(net.Listener) context.Context { return requests }
	group.Go(func() error { return h.inventory.Run(ctx) })
	group.Go(func() error { return h.desk.Run(ctx) })
	group.Go(func() error { return h.prices.Run(ctx) })
	group.Go(h.listen)
	group.Go(func() error {
		<-ctx.Done()
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.config.Limits.ShutdownTimeout)
		defer cancel()
		err := h.server.Shutdown(limit)
		if errors.Is(err, context.DeadlineExceeded) {
			endRequests()
			return h.server.Close()
		}
		return err
	})
	return errors.Join(group.Wait(), h.store.Close())
}

func (h *house) listen() error {
	var err error
	if h.config.TLS.Cert != "" {
		err = h.server.ServeTLS(h.listener, h.config.TLS.Cert, h.config.TLS.Key)
	} else {
		err = h.server.Serve(h.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
