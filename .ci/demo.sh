#!/bin/sh
# The Fermi surface of copper from a Quantum ESPRESSO run, on the CPU and on the GPU adapter that is there.
set -eu
cd "$(dirname "$0")/.."
bzint="${CARGO_TARGET_DIR:-target}/release/bzint"
output="${CARGO_TARGET_DIR:-target}/demo"
mkdir -p "$output"

run() {
    printf '\n$ bzint %s\n' "$*"
    "$bzint" "$@"
}
run info data/cu.nscf32.xml.gz
run convert data/cu.nscf32.xml.gz -o "$output/copper.h5" -q
run devices
run fermi "$output/copper.h5" --backend cpu -o "$output/copper_cpu.h5"
run fermi "$output/copper.h5" --backend gpu -o "$output/copper_gpu.h5"
cat <<TXT

What the numbers mean. Copper has 11 valence electrons; band 6 alone crosses the Fermi level. sigma/tau is the conductivity
per second of relaxation time: with tau = 2.7e-14 s (room temperature) it gives about 4.8e7 S/m; measured: 5.9e7 S/m, so that
the experiment asks for tau = 3.3e-14 s. Three equal diagonal components and zeros beside them are the cubic symmetry. Each ±
is an upper estimate of the integration error: compare the two backends, they agree to about seven digits.

The tensors are in $output/copper_cpu.h5 and $output/copper_gpu.h5 (h5py, xarray: engine="h5netcdf").
TXT
