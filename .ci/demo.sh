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
per second of relaxation time: the measured 5.9e7 S/m at room temperature ask for tau = 3.3e-14 s (\`--tau 3.3e-14\` prints sigma
itself). Three equal diagonal components and zeros beside them are the cubic symmetry. Each ± is an upper estimate of the
integration error; the two backends agree to about seven digits (\`bzint validate\` compares every channel).

The tensors are in $output/copper_cpu.h5 and $output/copper_gpu.h5 (h5py, xarray: engine="h5netcdf").
TXT
