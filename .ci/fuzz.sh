#!/usr/bin/env bash
# Runs every fuzz target on new inputs: for the seconds in $1 each, or for a share of four minutes. The seeds of all run
# with the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t targets < <(grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd scanner rules report | sed -E 's/:[0-9]+:func /:/' | sort)
if [ ${#targets[@]} = 0 ]; then
  echo "no fuzz target found" >&2
  exit 1
fi
seconds=${1:-$((240 / ${#targets[@]} + 1))}

built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
for found in "${targets[@]}"; do
  package=$(dirname "${found%%:*}")
  target=${found#*:}
  binary=$built/${package//\//-}.test
  [ -e "$binary" ] || go test -c -fuzz . -o "$binary" "./$package"
  echo "+ $package -test.fuzz ^$target\$ -test.fuzztime ${seconds}s"
  # Minimising an interesting input is bounded, or it takes all of the time.
  code=0
  (cd "$package" && "$binary" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${seconds}s" -test.fuzzminimizetime 10x \
    -test.fuzzcachedir "$built/cache" -test.timeout 30m) >"$built/log" 2>&1 || code=$?
  tail -n 2 "$built/log"
  # Go's fuzzing may take the end of its own time for a failure; a real one names the input that it wrote.
  if [ "$code" != 0 ] && { ! grep -q 'context deadline exceeded' "$built/log" || grep -qE 'Failing input|panic|minimizing .* failing' "$built/log"; }; then
    cat "$built/log"
    exit 1
  fi
done
echo "${#targets[@]} fuzz targets, ${seconds}s each"
