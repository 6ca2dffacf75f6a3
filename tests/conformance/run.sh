#!/usr/bin/env bash
# Runs the official MCP conformance suite against a server:
#
#     tests/conformance/run.sh URL REVISION [SUITE OPTION...]
#
# REVISION is a revision of MCP whose required scenarios are to be run: 2025-11-25 or 2026-07-28. Ends with a line
# `N of M required scenarios` and with the suite's exit status, which is 0 only if every required scenario passes.
set -euo pipefail

if (($# < 2)); then
    echo "usage: run.sh URL REVISION [SUITE OPTION...]" >&2
    exit 64
fi
url=$1 revision=$2
shift 2

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=$("$here/install.sh")/node_modules/@modelcontextprotocol/conformance
requirements=$suite/requirements/$revision.yaml
if [[ ! -f $requirements ]]; then
    echo "run.sh: no requirements for revision $revision; there are: $(cd "$suite/requirements" && echo *.yaml)" >&2
    exit 64
fi

report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
"$here/node.sh" "$suite/dist/index.js" server --url "$url" --requirements "$revision" "$@" 2>&1 | tee "$report" || status=$?

# The requirements name the scenarios under `server:`; the report's summary has one line for each that ran.
awk '
    FNR == NR && /^[a-z_-]+:/ { section = $1 }
    FNR == NR { if (section == "server:" && $1 == "-") { required[$2] = 1; total++ } next }
    $1 == "✓" && sub(/:$/, "", $2) && ($2 in required) { passed++ }
    END { printf "%d of %d required scenarios\n", passed, total }
' "$requirements" "$report"
exit "$status"
