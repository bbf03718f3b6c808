#!/usr/bin/env bash
# Compares two JSON reports of one image that came by different ways: the same secrets with the same life. What depends on
# the way (target names, compressed digests, salted fingerprints, numbering) is left out.
set -euo pipefail

life='[.secrets[] | {rule, also, severity, confidence, status, redacted, length, verdict,
  occurrences: [.occurrences[] | {place, path, key, via, line, column, offset, layer, history, instruction, visibility, removed_by}] | sort}]
  | sort'
if ! diff -u --label "$1" --label "$2" <(jq -S "$life" "$1") <(jq -S "$life" "$2"); then
  echo "the findings of $1 and $2 differ" >&2
  exit 1
fi
echo "same life: $(jq '.secrets | length' "$1") secrets in $(basename "$1") and $(basename "$2")"
