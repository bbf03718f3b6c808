#!/usr/bin/env bash
# A fleet of workers on Debian's PostgreSQL and docker-registry: what they keep makes the same report as one machine with
# SQLite, to the byte but for times, although one worker is killed in mid-job, one has no credentials, and the database is
# stopped and started while they work; a layer that kills its worker by memory is given up, told, and keeps nothing else from
# being read. Then bad input. Needs $DREGS and $DREGS_WORK; the programs of tests may be in $DREGS_TESTS.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/storage.sh
. .ci/checks.sh

home=$DREGS_WORK/fleet
address=127.0.0.1:5058
port=5458
server=postgres://dregs@127.0.0.1:$port
rm -rf "$home"
mkdir -p "$home/docker" "$home/none"
PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin | tail -1)
cluster=$(mktemp -d)/data # the server's user may not enter $DREGS_WORK
as=()
if [ "$(id -u)" = 0 ]; then
  as=(runuser -u postgres --)
  chown -R postgres "$(dirname "$cluster")"
fi

pids=()
start_database() { "${as[@]}" pg_ctl -D "$cluster" -l "$cluster/log" -w -o "-p $port -k $cluster -c listen_addresses=127.0.0.1 -c fsync=off" start >/dev/null; }
stop_database() { "${as[@]}" pg_ctl -D "$cluster" -m fast -w stop >/dev/null; }
sql() { psql -X -At -h 127.0.0.1 -p "$port" -U dregs -c "$2" "$1"; }
end() {
  touch "$home/stop"
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for file in "$home"/pid.*; do kill "$(cat "$file")" 2>/dev/null || true; done
  stop_database 2>/dev/null || true
  rm -rf "$(dirname "$cluster")"
}
trap end EXIT

fail() { echo "$1" >&2; tail -n 8 "$home"/[!r]*.log >&2; exit 1; }

# until SECONDS COMMAND... waits until a command succeeds.
until_true() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || fail "not so in time: $*"
    sleep 0.1
  done
}

"${as[@]}" initdb -D "$cluster" -U dregs -A trust >/dev/null
start_database
for name in fleet poison away; do sql postgres "CREATE DATABASE $name" >/dev/null; done

echo '+ the tests that need a server'
# tests PACKAGE ARG... runs a package's tests, as $DREGS_TESTS holds them if it is set.
tests() {
  local package=$1
  local program=${DREGS_TESTS:-$home}/${package##*/}.test
  shift
  [ -e "$program" ] || go test -c -o "$program" "./$package"
  (cd "$package" && DREGS_POSTGRES=$server/postgres "$program" -test.v -test.timeout 10m "$@")
}
tests scanner/store >"$home/tests.store" & store=$!
tests scanner/queue >"$home/tests.queue" & queue=$!
tests scanner -test.run AServersStore >"$home/tests.scanner" || { cat "$home/tests.scanner" >&2; exit 1; }
wait "$store" || { cat "$home/tests.store" >&2; exit 1; }
wait "$queue" || { cat "$home/tests.queue" >&2; exit 1; }
! grep -e '--- SKIP' "$home"/tests.* || exit 1
[ -z "$(grep -L '^--- PASS' "$home"/tests.*)" ] || fail 'a package has no such test'
grep -c '^--- PASS' "$home"/tests.* | sed -E 's|.*/tests\.(.*):|passed of \1: |'

password=$(head -c 12 /dev/urandom | od -An -tx1 | tr -d ' \n')
htpasswd -Bbn -C 4 auditor "$password" >"$home/htpasswd"
printf '{"auths": {"%s": {"auth": "%s"}}}' "$address" "$(printf 'auditor:%s' "$password" | base64 -w0)" >"$home/docker/config.json"
echo '{}' >"$home/none/config.json"
export REGISTRY_AUTH_FILE=$home/docker/config.json DOCKER_CONFIG=$home/docker
cat >"$home/config.yml" <<CONF
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $home/storage}}
http: {addr: $address}
auth: {htpasswd: {realm: dregs, path: $home/htpasswd}}
CONF
serve "$home/config.yml" "$address" "$home/registry.log"
pids+=("$registry")
go run .ci/fleetimages.go "$home/images"
echo '+ skopeo copy oci:… docker://…'
for tag in app{0..11} big{0..2} broken poison; do
  skopeo copy --quiet --dest-tls-verify=false "oci:$home/images:$tag" "docker://$address/fleet/$tag:1"
done
export DREGS_NO_PROGRESS=true DREGS_PLAIN_HTTP=true

# A layer that kills whoever reads it: two workers that are started again whenever they die, with less memory than it takes.
want 0 "$DREGS" registry scan --store "$server/poison" --enqueue --attempts 2 --repo fleet/poison --repo fleet/app1 "$address"
supervised() {
  while [ ! -e "$home/stop" ]; do
    (ulimit -d 450000 && exec "$DREGS" worker --store "$server/poison" --jobs 2 --job-timeout 20s --rescue-after 21s) >>"$home/poison$1.log" 2>&1 &
    echo $! >"$home/pid.$1"
    wait $! || echo died >>"$home/deaths"
  done
}
supervised 1 &
supervised 2 &

# Two scans are enqueued at once: what both need is one job.
scan=("$DREGS" registry scan --store "$server/fleet" --repo 'fleet/app*' --repo 'fleet/big*' --repo fleet/broken "$address")
echo '+ dregs registry scan --enqueue … (twice at once)'
"${scan[@]}" --enqueue & first=$!
"${scan[@]}" --enqueue
wait "$first"
[ "$(sql fleet "SELECT COUNT(*) = COUNT(DISTINCT (kind, args->>'digest')) FROM river_job")" = t ] || fail 'a layer has two jobs'
want 3 "${scan[@]}" -f json -o "$home/early.json" # nobody has read anything
jq -e '[.targets[].problems[] | select(.kind == "interrupted")] | length == 20' "$home/early.json" >/dev/null || fail 'unfinished layers are not told'

worker() {
  local name=$1
  shift
  env "$@" "$DREGS" worker --store "$server/fleet" --jobs 1 --job-timeout 10s --rescue-after 11s --metrics 0 >"$home/$name.log" 2>&1 &
  pids+=($!)
  worker=$!
}
busy() { [ "$(sql fleet "SELECT COUNT(*) FROM river_job WHERE state = 'running' AND kind = 'layer' AND (args->>'size')::bigint > 1000000 AND attempted_by[array_upper(attempted_by, 1)] LIKE '%\_$1\_%'")" != 0 ]; }
worker one
one=$worker
worker two
two=$worker
worker three DOCKER_CONFIG="$home/none"
three=$worker
until_true 120 busy "$one"
echo '+ kill -9 (a worker in mid-job)'
kill -9 "$one"
busy "$one" || fail 'the worker had no job'
worker four
four=$worker
until_true 120 grep -q 'taking jobs' "$home/four.log"
echo '+ pg_ctl stop; pg_ctl start'
stop_database
sleep 2
start_database
metrics=$(sed -n 's/^dregs: metrics at //p' "$home/two.log")
"${scan[@]}" --wait -f json -o "$home/fleet.json" || [ $? = 1 ]
curl -sSf -o "$home/metrics" "$metrics" # grep -q would end before it has all
grep -q '^dregs_worker_layers_total{how="read"} [1-9]' "$home/metrics" || fail 'the metrics show no layer'
grep -q '^dregs_queue_jobs{state="completed"} [1-9]' "$home/metrics" || fail 'the metrics show no queue'
for pid in "$two" "$three" "$four"; do
  kill "$pid" || fail 'a worker did not live through it'
  wait "$pid" || fail 'a worker did not end well'
done
grep -q 'goes back' "$home/three.log" || fail 'the worker without credentials gave nothing back'
[ "$(sql fleet "SELECT COUNT(*) FROM river_job WHERE kind = 'layer' AND attempt > 1")" != 0 ] || fail 'no job was begun again'
[ "$(sql fleet "SELECT COUNT(*) FROM river_job WHERE state <> 'completed'")" = 0 ] || fail 'jobs are left'

# The same of one machine, under the same salt.
"$DREGS" registry scan --store "$home/one.sqlite" --repo none -q "$address" >/dev/null 2>&1 || true
sqlite3 "$home/one.sqlite" "UPDATE about SET value = '$(sql fleet "SELECT value FROM about WHERE name = 'salt'")' WHERE name = 'salt'"
"$DREGS" registry scan --store "$home/one.sqlite" --repo 'fleet/app*' --repo 'fleet/big*' --repo fleet/broken -f json -o "$home/one.json" "$address" || [ $? = 1 ]
timeless='del(.started, .duration_ms)'
diff -u <(jq "$timeless" "$home/one.json") <(jq "$timeless" "$home/fleet.json") || fail 'the reports differ'
jq -e '(.secrets | length) == 3 and (.targets[0].problems | length) > 0' "$home/fleet.json" >/dev/null || fail 'the reports tell too little'
echo 'the report of the fleet is that of one machine'

# Who pulled, by the report that each store has; and what is listed is recorded in it.
cp "$home/registry.log" "$home/access.log"
for place in "$server/fleet" "$home/one.sqlite"; do
  want 0 "$DREGS" registry inventory --store "$place" --repo fleet/app1 -f json -o "$home/inventory.json" "$address"
  want 1 "$DREGS" registry pulls --store "$place" -f json -o "$home/pulls-${place##*/}.json" "$address" --access-log "$home/access.log"
done
cmp "$home/pulls-fleet.json" "$home/pulls-one.sqlite.json" || fail 'the stores tell other pulls'
[ "$(sql fleet "SELECT COUNT(*) FROM document WHERE kind IN ('report', 'inventory')")" = 2 ] || fail 'the documents are not kept'

# Other limits are another generation, which these workers do not take; the old one stays done.
"${scan[@]}" --enqueue --max-depth 7 2>&1 | tee "$home/second.log"
grep -q 'enqueued [1-9][0-9]* layers' "$home/second.log" || fail 'other limits enqueued nothing'
"${scan[@]}" --enqueue 2>&1 | tee "$home/third.log"
grep -q 'enqueued 0 layers' "$home/third.log" || fail 'what is known was enqueued again'
worker five
five=$worker
until_true 120 grep -q 'takes none of them' "$home/five.log"
kill "$five"
wait "$five"
want 0 "$DREGS" registry status --store "$server/fleet"
"$DREGS" registry status -f json --store "$server/fleet" | jq -e '(.queues | length) == 2 and .left_jobs > 0' >/dev/null || fail 'the status is wrong'

# What was given up.
dead() { [ "$(sql poison "SELECT COUNT(*) FROM river_job WHERE state = 'discarded'")" = 1 ]; }
until_true 300 dead
settled() { [ "$(sql poison "SELECT COUNT(*) FROM river_job WHERE state NOT IN ('completed', 'discarded')")" = 0 ]; }
until_true 120 settled
touch "$home/stop"
want 1 "$DREGS" registry scan --store "$server/poison" --repo fleet/poison --repo fleet/app1 -f json -o "$home/poison.json" "$address"
jq -e '[.targets[].problems[] | select(.kind == "unreadable" and (.error | test("gave it up after 2 attempts")))] | length == 1' "$home/poison.json" >/dev/null || fail 'the layer that was given up is not told'
jq -e '.secrets | length == 1' "$home/poison.json" >/dev/null || fail 'the other layers were not read'
[ "$(wc -l <"$home/deaths")" -ge 2 ] || fail 'no worker died of it'
want 1 "$DREGS" registry status --store "$server/poison"

# Databases that cannot be used.
want 2 "$DREGS" worker --store "postgres://dregs:$password@127.0.0.1:1/fleet"
want 2 "$DREGS" worker --store "$server/none"
want 2 "$DREGS" registry scan --store "$home/one.sqlite" --enqueue "$address"
sql fleet "INSERT INTO schema_step (number, name) VALUES (1000, 'later')" >/dev/null
want 2 "$DREGS" worker --store "$server/fleet"
want 2 "${scan[@]}"
sql away "CREATE TABLE schema_step (other TEXT)" >/dev/null
want 2 "$DREGS" worker --store "$server/away"

if grep -rqF "$password" "$home"/*.json "$home"/*.log || pg_dump -h 127.0.0.1 -p "$port" -U dregs fleet | grep -F "$password" >/dev/null; then
  fail "the registry's password is in the output"
fi
