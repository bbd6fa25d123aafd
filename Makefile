# Everyday commands. `make help` lists them; the longer ones live in Scripts/.

# A plain `swift build` lets a target import a sibling that it never declared; this flag makes it an error, so the
# rooms of Package.swift hold (docs/architecture.md).
# C code is optimised also in debug builds: hashing a password in unoptimised C takes seconds.
SWIFT_FLAGS := --explicit-target-dependency-import-check error -Xcc -O2
# One scratch path per configuration: they never wait for each other's lock or undo each other's work.
DEBUG_BUILD := .build
RELEASE_BUILD := .build-release

export SWIFT_FLAGS DEBUG_BUILD RELEASE_BUILD

.PHONY: help run build test prove bench simulate openapi format lint clean

help: ## Lists these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: ## Builds and serves the demo at http://127.0.0.1:8080 (another port: make run PORT=9090)
	@PORT='$(PORT)' Scripts/run.sh

build: ## Builds the release binary, .build-release/release/roost
	@Scripts/packages.sh build
	@Scripts/build-release.sh

test: ## Runs every test, with a sample of the long ones (about 25 minutes on 2 cores, the first build included)
	@Scripts/test.sh

prove: ## Runs the long ones in full: kills, seeds, rounds, every data file
	@ROOST_PROVE=1 Scripts/test.sh

bench: ## Measures speed and memory and prints ratios beside their limits
	@Scripts/bench.sh

simulate: ## Runs the whole system in simulated time (one seed: make simulate SEED=7 DAYS=30)
	@Scripts/packages.sh build
	@Scripts/build-release.sh
	@$(RELEASE_BUILD)/release/roost simulate $(if $(SEED),--seed $(SEED)) $(if $(DAYS),--days $(DAYS))

openapi: ## Prints the OpenAPI document
	@Scripts/packages.sh build >&2
	@swift build --scratch-path $(DEBUG_BUILD) $(SWIFT_FLAGS) --product roost >&2
	@$(DEBUG_BUILD)/debug/roost openapi

format: ## Formats the Swift code as .swift-format says
	@swift format format --in-place --parallel --recursive Package.swift Sources Tests Benchmarks

lint: ## Says where the Swift code is not formatted
	@swift format lint --strict --parallel --recursive Package.swift Sources Tests Benchmarks

clean: ## Removes what was built; the data of `make run` stays
	@rm -rf $(DEBUG_BUILD) $(RELEASE_BUILD) .venv
