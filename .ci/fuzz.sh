#!/usr/bin/env bash
# Runs every fuzz target on new inputs, two at a time, on a processor each. The seeds of all run with the tests.
#
#   .ci/fuzz.sh SECONDS   for that long each, guided by what the inputs cover of our own packages: counters of all that is
#                         imported too, which go test -fuzz makes, would take nearly all of that time
#   .ci/fuzz.sh           2,000 inputs each, unguided, with the programs of tests that $DREGS_TESTS holds, if it is set: enough to
#                         tell that a target works and that a change has not broken it, and no search that ends by chance
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t targets < <(grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd scanner rules report | sed -E 's/:[0-9]+:func /:/' | sort)
if [ ${#targets[@]} = 0 ]; then
  echo "no fuzz target found" >&2
  exit 1
fi
limit=2000x
[ -z "${1-}" ] || limit=${1}s
export limit

work=$(mktemp -d)
tests=$work
export work tests
trap 'rm -rf "$work"' EXIT
mapfile -t packages < <(printf './%s\n' "${targets[@]%/*}" | sort -u)
if [ -n "${1-}" ]; then
  go test -c '-gcflags=dregs/...=-d=libfuzzer' -o "$tests/" "${packages[@]}"
elif [ -n "${DREGS_TESTS-}" ]; then
  tests=$DREGS_TESTS
else
  go test -c -o "$tests/" "${packages[@]}"
fi

# fuzz FILE:TARGET prints the end of what the target says, and fails with all of it.
fuzz() {
  local package target log code=0
  package=$(dirname "${1%%:*}") target=${1#*:}
  log=$work/${package//\//-}-$target.log
  # Minimising an interesting input is bounded, or it takes all of the time.
  (cd "$package" && GOMAXPROCS=1 "$tests/${package##*/}.test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "$limit" \
    -test.fuzzminimizetime 10x -test.fuzzcachedir "$work/cache" -test.timeout 30m) >"$log" 2>&1 || code=$?
  # Go's fuzzing may take the end of its own time for a failure; a real one names the input that it wrote.
  if [ "$code" != 0 ] && { ! grep -q 'context deadline exceeded' "$log" || grep -qE 'Failing input|panic|minimizing .* failing' "$log"; }; then
    printf '+ %s %s failed\n%s\n' "$package" "$target" "$(cat "$log")"
    return 255 # which xargs stops at
  fi
  printf '+ %s %s\n%s\n' "$package" "$target" "$(tail -n 2 "$log")"
}
export -f fuzz
printf '%s\n' "${targets[@]}" | xargs -P 2 -I {} bash -c 'fuzz {}'
echo "${#targets[@]} fuzz targets, $limit each"
