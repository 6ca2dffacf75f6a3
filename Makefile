# Everything a newcomer needs: `make run` starts a gateway to try, `make test` tests all of it, `make bench` measures it.

.PHONY: run test check bench bench-expressions bench-policies bench-scale bench-shared soak vectors vectors-check differ fuzz

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

## What each policy costs alone, over the plain pass-through.
bench-policies:
	@scripts/bench policies

## What 5,000 APIs cost: start, memory, routing, the reload of one of them.
bench-scale:
	@scripts/bench scale

## What limits cost whose counters are in Redis, beside counters in the process.
bench-shared:
	@scripts/bench shared

## Ten minutes of good and bad traffic at once, and whether memory, files and threads stay.
soak:
	@scripts/bench soak

## Ask real C# (Mono) for the answers of crates/expression/vectors and write them down.
vectors:
	@scripts/vectors

## Fail when a stored answer is not what real C# gives.
vectors-check:
	@scripts/vectors --check

## Run random expressions here and by real C# (Mono), and print what differs; CASES and SEED choose which.
differ:
	cargo test -q -p expression --test differ -- --ignored --nocapture

## Look for a panic, a hang or unbounded memory with random cases: `make fuzz SECONDS=3600 TARGET=evaluate`; TARGET is
## parse, compile, evaluate or xml, SEED repeats a run.
fuzz:
	@TARGET=$(TARGET) SEED=$(SEED) scripts/fuzz $(or $(SECONDS),60)
