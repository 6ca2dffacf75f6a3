#!/usr/bin/env bash
# Installs what package.json names into the repository's .cache/conformance folder, once for each content of that file,
# and prints that folder. Needs npm and flock.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$(cd "$here/../.." && pwd)/.cache/conformance

mkdir -p "$cache"
# Two runs at once must not install over each other.
exec 9>"$cache/.lock"
flock 9
if ! cmp -s "$here/package.json" "$cache/.installed"; then
    cp "$here/package.json" "$cache/package.json"
    # Packages are pinned by version, without a lock file: one would name the registry it was made with.
    npm install --prefix "$cache" --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error >&2
    cp "$here/package.json" "$cache/.installed"
fi
echo "$cache"
