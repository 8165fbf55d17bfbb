# Two commands need nothing set up: `make demo` and `make test`. Each makes the virtual environment and the
# release build if they are not there. `make check` is everything that must pass; `make bench` the benchmarks;
# `make peers` the comparison with other tools, each in an environment of its own under .cache/peers;
# `make fuzz` the fuzz targets, FUZZ_SECONDS each.

PYTHON ?= $(firstword $(foreach name,python3.11 python3 python3.12 python3.13,$(shell command -v $(name))))
BIN := .venv/bin
FUZZ_SECONDS := 20
NATIVE_SOURCES := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock pyproject.toml

.PHONY: demo test check lint types rust-test python-test bench fuzz peers performance clean

demo: .venv/installed
	rm -rf demo-output
	$(BIN)/memscan demo --output demo-output

test: rust-test python-test

check: lint types test

lint: .venv/developer
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --manifest-path fuzz/Cargo.toml --target-dir target/lint --locked -- --deny warnings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/developer
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest memscan._native --mypy-config-file pyproject.toml --ignore-disjoint-bases

rust-test:
	cargo test --workspace --locked

python-test: .venv/developer
	$(BIN)/pytest

bench: .venv/developer
	$(BIN)/python -m benches --output benches/records
	$(BIN)/python -m benches.stages --output benches/records

fuzz: .venv/fuzz
	fuzz/run $(FUZZ_SECONDS)

# Everything that docs/performance.md says; needs MEMSCAN_DATA, 40 GB of disk and an hour.
performance: bench peers
	$(BIN)/python -m benches.large --output benches/records

peers: .venv/installed
	$(BIN)/python -m benches.peers --output benches/records

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'

.venv/installed: .venv/bin/python $(NATIVE_SOURCES)
	$(BIN)/pip install --quiet 'maturin>=1.9,<2'
	$(BIN)/maturin develop --release --locked --extras demo
	touch $@

.venv/developer: .venv/installed pyproject.toml
	$(BIN)/pip install --quiet --group developer
	touch $@

.venv/fuzz: .venv/installed pyproject.toml
	$(BIN)/pip install --quiet --group fuzz
	touch $@

clean:
	rm -rf .venv .cache target demo-output python/memscan/*.so
