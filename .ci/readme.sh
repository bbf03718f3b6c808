#!/usr/bin/env bash
# Runs the first command of the README: the built-in leaky image must be found out, which is exit code 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
grep -qF 'go run ./cmd/dregs scan demo:' README.md
grep -qF 'go test ./...' README.md

echo '+ go run ./cmd/dregs scan demo:'
code=0
go run ./cmd/dregs scan demo: || code=$?
if [ "$code" != 1 ]; then
  echo "go run ./cmd/dregs scan demo: ended with $code, want 1" >&2
  exit 1
fi
