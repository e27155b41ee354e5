# `make demo` and `make test` are all a newcomer needs to type: both install what is missing where they may.
# The Python extension is not linked with the interpreter that loads it; set in all steps, or its crates compile twice.
export PYO3_BUILD_EXTENSION_MODULE := 1
# GPU tests run on whatever adapter is there, and may not be left out.
TESTS := BZINT_REQUIRE_GPU=1 XDG_RUNTIME_DIR="$${XDG_RUNTIME_DIR:-/tmp}"

.PHONY: help demo test deny setup wheel static deb figures mpi

help:
	@echo "make demo   build bzint and run it on the copper bands in data/"
	@echo "make test   formatting, lints, every test, the Python package, documentation"
	@echo "make wheel  the Python package as a wheel in target/wheels, and its tests in a fresh environment"
	@echo "make static the command as one file in target/static/release, with HDF5 built into it"
	@echo "make deb    the command as a Debian package in target/debian"
	@echo "make mpi    the command for clusters, with ranks by MPI, and its tests (needs an MPI, and libclang)"
	@echo "make figures  measures here what docs/concepts/performance.md shows"
	@echo "make deny   licences and known vulnerabilities of the dependencies, where cargo-deny is installed"
	@echo "make setup  only check (and on Debian install) what the build needs"

setup:
	@sh .ci/setup.sh

demo: setup
	cargo build --release
	@sh .ci/demo.sh

deny:
	@sh .ci/deny.sh

static:
	@sh .ci/static.sh

deb:
	@sh packaging/deb.sh

# In a folder of its own: another choice of features would compile everything else again.
mpi:
	cargo clippy --features mpi --lib --bins --test scale --target-dir target/mpi -- -D warnings
	$(TESTS) cargo test --features mpi --test scale --target-dir target/mpi ranks
	$(TESTS) cargo test --features mpi --test scale --target-dir target/mpi mpi
	@echo target/mpi/debug/bzint

figures:
	cargo build --release
	@python3 benches/figures.py

wheel:
	@sh .ci/wheel.sh

test:
	@sh .ci/setup.sh test
	cargo fmt --all --check
	@sh .ci/deny.sh
	# The whole workspace in every step: one choice of features, so that nothing is compiled twice.
	cargo clippy --workspace --all-targets -- -D warnings
	# The library alone: no C, no clap.
	cargo check --lib --no-default-features
	$(TESTS) cargo test --workspace
	@sh .ci/python.sh
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	@sh .ci/book.sh
