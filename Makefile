# Everything a newcomer needs: `make run` starts a gateway to try, `make test` tests all of it, `make bench` measures it.

.PHONY: run test check bench bench-expressions vectors vectors-check differ

## Start the sample: MCP servers, a REST API and the gateway in front of them.
run:
	@scripts/run

## Everything CI runs: formatting, lints, licences, unit, end-to-end, real clients, conformance.
test:
	@scripts/test

## Fast feedback while working: formatting, lints and the Rust tests.
check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo test --workspace

## Compare throughput, latency, CPU and memory with the upstream alone and with nginx; time expressions beside real C#.
bench:
	@scripts/bench

## The part of it that times expressions.
bench-expressions:
	@python3 bench/expressions.py

## Ask real C# (Mono) for the answers of crates/expression/vectors and write them down.
vectors:
	@scripts/vectors

## Fail when a stored answer is not what real C# gives.
vectors-check:
	@scripts/vectors --check

## Run random expressions here and by real C# (Mono), and print what differs; CASES and SEED choose which.
differ:
	cargo test -q -p expression --test differ -- --ignored --nocapture
