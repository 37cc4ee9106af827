package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"go.uber.org/zap"

	"occigate/config"
	"occigate/gateway/store"
	"occigate/gateway/store/bolt"
	"occigate/gateway/store/redis"
)

func (c *command) openStore(ctx context.Context, s config.Store, log *zap.Logger) (store.Store, error) {
	if s.Redis == nil {
		return c.openFile(s.Embedded.Path, log)
	}
	r := s.Redis
	secure, err := redisTLS(r)
	if err != nil {
		return nil, err
	}
	return redis.Open(ctx, redis.Options{
		Addresses: r.Addresses, User: r.User, Password: r.Password.Reveal(),
		DB: r.DB, Prefix: r.Prefix, Cluster: r.Cluster, TLS: secure,
		Master: r.SentinelMaster, SentinelUser: r.SentinelUser, SentinelPassword: r.SentinelPassword.Reveal(),
	})
}

// openFile opens the embedded store. A damaged file is put aside and a new one
// takes its place, with what no cloud can give back.
func (c *command) openFile(path string, log *zap.Logger) (store.Store, error) {
	options := bolt.Options{Now: c.clock.Now}
	s, err := bolt.Open(path, options)
	if !errors.Is(err, bolt.ErrCorrupt) {
		return s, err
	}
	was := err
	r, err := bolt.Rescue(path, options)
	if err != nil {
		return nil, errors.Join(was, err)
	}
	log.Error("the store's file is damaged: it was put aside, what users made was taken from its journal, all else is asked of the clouds again",
		zap.Error(was), zap.String("aside", r.Aside), zap.Int("kept", r.Kept), zap.Int("unreadable_in_journal", r.Damaged))
	return bolt.Open(path, options)
}

// redisTLS is how Redis is spoken to over TLS, nil when it is not.
func redisTLS(r *config.Redis) (*tls.Config, error) {
	if !r.TLS {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if r.TLSCA != "" {
		pem, err := os.ReadFile(r.TLSCA)
		if err != nil {
			return nil, fmt.Errorf("store.redis.tls_ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("store.redis.tls_ca: %s holds no certificate in PEM form", r.TLSCA)
		}
	}
	if r.TLSCert != "" {
		own, err := tls.LoadX509KeyPair(r.TLSCert, r.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("store.redis.tls_cert: %w", err)
		}
		c.Certificates = []tls.Certificate{own}
	}
	return c, nil
}
