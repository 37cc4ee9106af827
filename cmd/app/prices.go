package app

import (
	"fmt"

	"go.uber.org/zap"

	"occigate/config"
	"occigate/gateway/broker/desk"
	"occigate/gateway/broker/geo"
	"occigate/gateway/broker/history"
	"occigate/gateway/broker/sources"
	"occigate/gateway/broker/tariff"
	"occigate/gateway/inventory"
	"occigate/providers"
)

// openDesk makes the broker's desk of what the configuration says of prices.
func openDesk(cfg *config.Config, inv *inventory.Inventory, past *history.History, log *zap.Logger) (*desk.Desk, error) {
	p := cfg.Prices
	currency, err := tariff.ParseCurrency(p.Currency)
	if err != nil {
		return nil, fmt.Errorf("configuration: prices.currency: %w", err)
	}
	if cfg.Store.Redis != nil && p.QuoteKey.Reveal() == "" {
		log.Warn("prices.quote_key is not set: gateways that share a store do not know each other's quotes")
	}
	places := map[string]geo.Point{}
	for _, a := range cfg.Accounts {
		if a.Location != nil {
			places[a.UID] = geo.Point(*a.Location)
		}
	}
	return desk.New(desk.Options{
		Holdings: inv, History: past, Cards: p.RateCards, Rates: p.ExchangeRates, Samples: p.Samples,
		Places: places, Currency: currency, Look: p.Look, Life: p.QuoteLife,
		Key: []byte(p.QuoteKey.Reveal()), Log: log.Named("prices"),
	})
}

// priced are the accounts whose clouds tell prices.
func priced(accounts []inventory.Account) (list []sources.Account) {
	for _, a := range accounts {
		if lister, tells := a.Provider.(providers.PriceLister); tells {
			list = append(list, sources.Account{UID: a.UID, Cloud: a.Cloud, Lister: lister})
		}
	}
	return list
}
