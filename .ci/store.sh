#!/usr/bin/env bash
# A store that cannot be used, for real: a disk that is full at each point, a read-only file system or folder, a file that
# another process has locked, that is damaged, that a newer version made. Each is a warning, the report is that of a scan
# without a store, and so is the exit code; a report that cannot be written is an error, and leaves what was there. Needs
# $DREGS, $DREGS_WORK and what .ci/images.sh left there. Root mounts; others have a limit of file sizes and permissions.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/checks.sh

home=$DREGS_WORK/store
image=oci-archive:$DREGS_WORK/images/small-oci.tar
mkdir -p "$home/mount" "$home/cache"
mounted=
holder=
unmount() {
  [ -z "$mounted" ] || umount "$home/mount"
  mounted=
}
end() {
  [ -z "$holder" ] || kill "$holder" 2>/dev/null || true
  unmount
  chmod -Rf u+w "$home" || true
}
trap end EXIT
mounts() { [ "$(id -u)" = 0 ] && mount "$@" "$home/mount" 2>/dev/null && mounted=1; }

# facts FILE prints what a report says, whatever the salt and the store.
facts() {
  jq -S 'del(.started, .duration_ms, .fingerprints, .notes) | walk(if type == "object" then del(.fingerprint) else . end)' "$1"
}
# as_without STORE LIMIT scans with a store that cannot be used; files have at most LIMIT KiB, where that is not empty.
as_without() {
  local code=0
  echo "+ dregs scan --store $1${2:+ (ulimit -f $2)}"
  # The report goes through a pipe, which has no size.
  (
    [ -z "$2" ] || { trap '' XFSZ && ulimit -f "$2"; }
    exec "$DREGS" scan --no-progress --store "$1" -f json "$image" 2>"$home/warnings"
  ) | cat >"$home/report.json" || code=$?
  [ "$code" = 1 ] || { echo "it ended with $code, want 1" >&2; exit 1; }
  diff -u <(facts "$home/reference.json") <(facts "$home/report.json") || { echo 'the report is another' >&2; exit 1; }
}
# warned STORE LIMIT is as_without, and wants a warning and a note.
warned() {
  as_without "$@"
  grep -q '^dregs: warning: the store of earlier results is not used' "$home/warnings" || { cat "$home/warnings" >&2; echo 'there is no warning' >&2; exit 1; }
  holds "$home/report.json" '.notes | any(test("store of earlier results"))'
}

want 1 "$DREGS" scan --no-progress --no-cache -f json -o "$home/reference.json" "$image"
as_without "$home/good.sqlite" ''
full=$(($(stat -c %s "$home/good.sqlite") / 1024))

for size in 4 $((full / 2)) $((full - 4)); do
  if mounts -t tmpfs -o "size=${size}k" tmpfs; then
    warned "$home/mount/store.sqlite" ''
    unmount
  else
    rm -f "$home/limited.sqlite"*
    warned "$home/limited.sqlite" "$size"
  fi
done

if mounts -t tmpfs -o size=16k tmpfs; then
  echo before >"$home/mount/report"
  want 2 "$DREGS" scan --no-progress --no-cache -f html -o "$home/mount/report" --report "json=$home/other.json" "$image" 2>"$home/error"
  grep -q 'no space left' "$home/error"
  [ "$(cat "$home/mount/report")" = before ] && [ "$(ls -A "$home/mount")" = report ] || { ls -la "$home/mount" >&2; exit 1; }
  diff -u <(facts "$home/reference.json") <(facts "$home/other.json")
  unmount
  cp "$home/good.sqlite" "$home/cache/store.sqlite"
  mount --bind "$home/cache" "$home/mount" && mounted=1 && mount -o remount,ro,bind "$home/mount"
  warned "$home/mount/store.sqlite" ''
  warned "$home/mount/new/store.sqlite" ''
  unmount
fi
if [ "$(id -u)" != 0 ]; then
  chmod 500 "$home/cache"
  warned "$home/cache/none.sqlite" ''
  chmod 700 "$home/cache"
  cp "$home/good.sqlite" "$home/cache/unwritable.sqlite"
  chmod 400 "$home/cache/unwritable.sqlite"
  warned "$home/cache/unwritable.sqlite" ''
fi
want 2 sh -c 'exec "$0" scan --no-progress --no-cache "$1" >/dev/full' "$DREGS" "$image"

mkfifo "$home/hold"
sqlite3 "$home/good.sqlite" 'BEGIN EXCLUSIVE;' ".shell echo locked; cat $home/hold" >"$home/locked" & holder=$!
until [ -s "$home/locked" ]; do sleep 0.1; done
warned "$home/good.sqlite" ''
echo >"$home/hold"
wait "$holder"
holder=

damaged=$home/damaged.sqlite
for at in 0 100 4096 $((full * 512)); do
  cp "$home/good.sqlite" "$damaged"
  head -c 3000 /dev/urandom | dd of="$damaged" bs=1 seek="$at" conv=notrunc status=none
  as_without "$damaged" '' # a page that is not read does no harm
done
head -c $((full * 512)) "$home/good.sqlite" >"$damaged"
warned "$damaged" ''

cp "$home/good.sqlite" "$home/newer.sqlite"
sqlite3 "$home/newer.sqlite" "INSERT INTO schema_step VALUES (1000, 'later')"
warned "$home/newer.sqlite" ''
grep -q 'newer version' "$home/warnings"
