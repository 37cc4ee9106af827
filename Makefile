# What is done with this folder. Everything but the tests needs Go alone.

GO    ?= go
TOOL  := $(GO) tool -modfile=tools/go.mod
FUZZTIME ?= 1m

.PHONY: help build demo test test-setup test-openstack test-chaos bench fuzz lint format

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 16

build: ## the program, ./occigate: static, for this machine
	CGO_ENABLED=0 $(GO) build -trimpath -o occigate ./cmd/occigate

demo: ## six simulated clouds behind one gateway, to try it without an account
	$(GO) run ./cmd/occigate demo

test-setup: ## install what the tests need, or say what is missing
	@test/setup

test: test-setup ## all tests but those of the real OpenStack
	$(GO) test -race -timeout 20m ./...

test-openstack: ## the OpenStack adapter against a control plane of Debian's packages; needs root
	test/openstack/up
	$(GO) test -race -count 1 -timeout 15m -tags openstack ./test/openstack/...; \
		code=$$?; test/openstack/down; exit $$code

test-chaos: test-setup ## gateways, stores and clocks fail while clients work; CHAOS_SEED repeats a run
	$(GO) test -race -count 1 -timeout 15m -tags chaos -v ./test/chaos

bench: ## speed, as ratios to a bare handler
	$(GO) test -run '^$$' -bench . -benchmem ./test/bench/... ./translate/occi

fuzz: ## every fuzz test for FUZZTIME
	@grep -rlE '^func Fuzz' --include='*_test.go' . | while read -r file; do \
		for name in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' "$$file"); do \
			$(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" || exit 1; \
		done; \
	done

lint: ## vet, formatting and linters
	$(GO) vet ./...
	$(GO) vet -tags openstack,chaos ./test/openstack/... ./test/chaos/...
	$(TOOL) golangci-lint run ./...

format: ## gofumpt over everything
	$(TOOL) gofumpt -w cmd config gateway providers test translate
