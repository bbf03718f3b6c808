# What several checks use; sourced by them.

# want CODE COMMAND... runs a command that has to end so.
want() {
  local code=0 wanted=$1
  shift
  echo "+ ${*/#$DREGS/dregs}"
  "$@" || code=$?
  [ "$code" = "$wanted" ] || { echo "it ended with $code, want $wanted" >&2; exit 1; }
}

# holds FILE FILTER fails where jq's filter is not true of a file.
holds() {
  jq -e "$2" "$1" >/dev/null || { echo "$1: not so: $2" >&2; exit 1; }
}

# serve CONFIG ADDRESS LOG starts Debian's docker-registry and waits until it listens; $registry is its process.
serve() {
  echo "+ docker-registry serve ($2)"
  # REGISTRY_AUTH_FILE, which is skopeo's, would be taken for a setting of the registry.
  env -u REGISTRY_AUTH_FILE docker-registry serve "$1" >>"$3" 2>&1 &
  registry=$!
  for _ in $(seq 200); do
    if (exec 3<>"/dev/tcp/${2/:/\/}") 2>/dev/null; then return; fi
    kill -0 "$registry" 2>/dev/null || { tail "$3" >&2; exit 1; }
    sleep 0.1
  done
  echo "nothing listens on $2" >&2
  exit 1
}
