#!/usr/bin/env bash
# Runs every fuzz target on new inputs: for the seconds in $1 each, or for a share of a minute and a half. Two run at a time, on a
# processor each, since each of them takes a while to begin. The seeds of all run with the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t targets < <(grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd scanner rules report | sed -E 's/:[0-9]+:func /:/' | sort)
if [ ${#targets[@]} = 0 ]; then
  echo "no fuzz target found" >&2
  exit 1
fi
export seconds=${1:-$((2 * 90 / ${#targets[@]}))}

built=$(mktemp -d)
export built
trap 'rm -rf "$built"' EXIT
name() { echo "$built/${1//\//-}"; }
for package in $(printf '%s\n' "${targets[@]%:*}" | xargs -n 1 dirname | sort -u); do
  go test -c -fuzz . -o "$(name "$package").test" "./$package"
done

# fuzz FILE:TARGET prints the end of what the target says, and fails with all of it.
fuzz() {
  local package target log code=0
  package=$(dirname "${1%%:*}") target=${1#*:}
  log=$(name "$package-$target").log
  # Minimising an interesting input is bounded, or it takes all of the time.
  (cd "$package" && GOMAXPROCS=1 "$(name "$package").test" -test.run '^$' -test.fuzz "^$target\$" -test.fuzztime "${seconds}s" \
    -test.fuzzminimizetime 10x -test.fuzzcachedir "$built/cache" -test.timeout 30m) >"$log" 2>&1 || code=$?
  # Go's fuzzing may take the end of its own time for a failure; a real one names the input that it wrote.
  if [ "$code" != 0 ] && { ! grep -q 'context deadline exceeded' "$log" || grep -qE 'Failing input|panic|minimizing .* failing' "$log"; }; then
    printf '+ %s %s failed\n%s\n' "$package" "$target" "$(cat "$log")"
    return 255 # which xargs stops at
  fi
  printf '+ %s %s\n%s\n' "$package" "$target" "$(tail -n 2 "$log")"
}
export -f fuzz name
printf '%s\n' "${targets[@]}" | xargs -P 2 -I {} bash -c 'fuzz {}'
echo "${#targets[@]} fuzz targets, ${seconds}s each"
