#!/usr/bin/env bash
# Runs every fuzz target: its seeds, and for the duration in $1, if any, new inputs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
duration=${1-}

targets=0
while IFS=: read -r file target; do
  targets=$((targets + 1))
  package=./$(dirname "$file")
  if [ -n "$duration" ]; then
    echo "+ go test -run ^\$ -fuzz ^$target\$ -fuzztime $duration $package"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$duration" "$package"
  else
    echo "+ go test -run ^$target\$ $package"
    go test -run "^$target\$" "$package"
  fi
done < <(grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' cmd scanner rules report | sed -E 's/:[0-9]+:func /:/' | sort)
if [ "$targets" = 0 ]; then
  echo "no fuzz target found" >&2
  exit 1
fi
echo "$targets fuzz targets"
