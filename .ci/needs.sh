#!/bin/sh
# What a library or a program is linked with, and the oldest glibc that has all its symbols. Fails where it is anything but the system's own
# libraries: those of libc and the compiler's for unwinding, which every Linux distribution with glibc has (manylinux allows the same).
#
#   sh .ci/needs.sh FILE [NEWEST_GLIBC]
set -eu
file="$1"
newest="${2:-}"
allowed="libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libutil.so.1 libgcc_s.so.1"

needed="$(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')"
for library in $needed; do
    case " $allowed " in
    *" $library "*) ;;
    *)
        case "$library" in
        ld-linux*.so.*) ;;
        *)
            echo "$file needs $library, which is not part of every system" >&2
            exit 1
            ;;
        esac
        ;;
    esac
done
glibc="$(readelf -V "$file" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1)"
glibc="${glibc#GLIBC_}"
echo "$(basename "$file"): linked with $(echo $needed); glibc $glibc or newer"
if [ -n "$newest" ] && [ "$(printf '%s\n%s\n' "$glibc" "$newest" | sort -V | tail -1)" != "$newest" ]; then
    echo "$file needs glibc $glibc, and its name promises $newest" >&2
    exit 1
fi
