#!/bin/sh
# The command as a Debian package in target/debian, with manual pages, completions and the libraries that it needs by their packages' names.
# Needs dpkg-dev beside what the build needs. BZINT names a program that is built already.
set -eu
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$PWD/target}"
binary="${BZINT:-}"
if [ -z "$binary" ]; then
    cargo build --release --locked
    binary="$target/release/bzint"
fi
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
architecture="$(dpkg --print-architecture)"
folder="$target/debian"
rm -rf "$folder"
root="$folder/debian/bzint"

install -D "$binary" "$root/usr/bin/bzint"
strip --strip-unneeded "$root/usr/bin/bzint"
mkdir -p "$root/usr/share/man/man1"
"$binary" man "$root/usr/share/man/man1" >/dev/null
gzip -9n "$root"/usr/share/man/man1/*
for shell in bash:bash-completion/completions/bzint zsh:zsh/vendor-completions/_bzint fish:fish/vendor_completions.d/bzint.fish; do
    file="$root/usr/share/${shell#*:}"
    mkdir -p "$(dirname "$file")"
    "$binary" completions "${shell%%:*}" >"$file"
done
install -Dm644 README.md "$root/usr/share/doc/bzint/README.md"
cat LICENSE-MIT LICENSE-APACHE src/report/figure/sans.LICENSE >"$root/usr/share/doc/bzint/copyright"
gzip -9cn CHANGELOG.md >"$root/usr/share/doc/bzint/changelog.gz"

# Which packages have the libraries that the program is linked with, and from which version on.
cat >"$folder/debian/control" <<CONTROL
Source: bzint

Package: bzint
Architecture: any
CONTROL
needs="$(cd "$folder" && dpkg-shlibdeps -O debian/bzint/usr/bin/bzint 2>/dev/null | sed -n 's/^shlibs:Depends=//p')"
mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<CONTROL
Package: bzint
Version: $version
Architecture: $architecture
Maintainer: The authors of bzint
Section: science
Priority: optional
Depends: $needs
Recommends: libvulkan1, mesa-vulkan-drivers
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Description: transport tensors from band energies on a k-grid
 A Brillouin-zone integrator for the CPU and for GPUs: conductivity, Seebeck and
 Hall coefficients, Fermi surfaces and more, with an error bar on every number,
 from the files of Quantum ESPRESSO, VASP, Wannier90, WIEN2k and others.
CONTROL
package="$folder/bzint_${version}_$architecture.deb"
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
echo "$package"
