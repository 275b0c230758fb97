# Parley's two commands are `make run` and `make test`; `make help` lists the rest.

SHELL := bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# The packages that test, race, bench, vet and lint look at.
PKG ?= ./...

# Fyne's tags leave out the thread checks of programs that use fyne.Do everywhere, and
# animations: a fading caret alone costs a quarter of a CPU where there is no GPU.
# Without a readable repository Go must not ask git for the revision.
VCS := $(if $(shell git rev-parse HEAD 2>/dev/null),auto,false)
export GOFLAGS := $(strip $(shell go env GOFLAGS 2>/dev/null) -tags=migrated_fynedo,no_animations -buildvcs=$(VCS))

# Without a display on Linux, `make run` plays the first call by itself.
ifeq ($(shell uname -s),Linux)
SHOW := $(if $(DISPLAY)$(WAYLAND_DISPLAY),run,demo)
else
SHOW := run
endif

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 } \
		/^## / { printf "\n%s\n", substr($$0, 4) }' $(MAKEFILE_LIST)
	@printf '\nVariables of run: HTTP=127.0.0.1:8420 SIP=127.0.0.1:5060 DATA=data/demo AGENT=agent-en\n'
	@printf 'Variable of test-go, race, bench, vet and lint: PKG=%s\n' '$(PKG)'

## Use it

.PHONY: run
run: ## Start a demo centre and a desktop; without a display play the first call
	@.make/deps $(SHOW)
	@$(MAKE) build
	@.make/$(SHOW)

.PHONY: demo
demo: ## Play the first call without a display; pictures and recordings in out/demo
	@.make/deps demo
	@$(MAKE) build
	@.make/demo

.PHONY: build
build: ## Build parleyd, parley and parleyctl into bin/
	@[[ -x bin/parley ]] || echo "building; the first time takes some minutes"
	go build -trimpath -o bin/ ./server/cmd/parleyd ./server/cmd/parleyctl ./client/cmd/parley

## Change it

.PHONY: test
test: ## Everything that must pass: check, vet, all Go tests, race, the first call
	@.make/test

.PHONY: check
check: verify lint archtest ## The quick part of test: generated code, linters, import directions

.PHONY: test-go
test-go: ## All Go tests on a display in memory
	@.make/xvfb go test -timeout 15m $(PKG)

.PHONY: race
race: ## The packages that start goroutines, under the race detector
	@.make/xvfb .make/race $(PKG)

.PHONY: vet
vet: ## go vet
	go vet $(PKG)

.PHONY: archtest
archtest: ## Import directions and package comments
	go test ./server/archtest/...

.PHONY: lint
lint: ## Linters for Go, protobuf and shell; breaking changes of the wire
	@.make/tools buf golangci-lint
	@.make/lint $(PKG)

.PHONY: fmt
fmt: ## Format Go and protobuf
	@.make/tools buf golangci-lint
	bin/golangci-lint fmt
	bin/buf format -w

.PHONY: generate
generate: ## Generate code from proto/ and from SQL
	@.make/tools buf protoc-gen-go protoc-gen-connect-go sqlc
	@.make/generate

.PHONY: verify
verify: ## The committed generated code equals a fresh run
	@.make/tools buf protoc-gen-go protoc-gen-connect-go sqlc
	@.make/generate verify

.PHONY: vuln
vuln: ## Known vulnerabilities of what we call (needs the internet)
	@.make/tools govulncheck
	bin/govulncheck ./...

.PHONY: deadcode
deadcode: ## Functions that neither a program nor a test reaches
	@.make/tools deadcode
	bin/deadcode -tags migrated_fynedo,no_animations -test ./...

.PHONY: phones
phones: ## Let baresip and sipp talk with the drawn desktop for a minute each
	@.make/deps test
	@$(MAKE) build
	@.make/phones

ROUNDS ?= 20

.PHONY: crash
crash: ## Kill the server in the middle of calls, ROUNDS=20 times, and check what is left
	PARLEY_CRASH_ROUNDS=$(ROUNDS) go test -count=1 -run TestCrash -v -timeout 30m ./server/scenario

.PHONY: bench
bench: ## Go benchmarks, then the product beside its peers
	go test -run '^$$' -bench . -benchmem $(PKG)
	@.make/bench

## Keep house

.PHONY: deps
deps: ## Install the distribution packages that are missing
	@.make/deps test

.PHONY: tools
tools: ## Install the pinned tools into bin/
	@.make/tools

.PHONY: clean
clean: ## Remove the programs and out/; keeps tools, data/ and Go's build cache
	rm -rf bin/parley bin/parleyd bin/parleyctl out
