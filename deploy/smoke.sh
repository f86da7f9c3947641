#!/usr/bin/env bash
# Tries the containers for real: builds the image, starts the deployment, adds and recalls over gRPC from outside,
# restarts every container in turn, kills twohop, and checks each time that nothing was lost.
#   deploy/smoke.sh            twohop with Neo4j and Qdrant; without Qdrant's image the index stays in twohop's container
#   deploy/smoke.sh embedded   one container with its own stores
# Needs a Docker engine, the compose plugin or docker-compose, and `make install`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

QDRANT=$(sed -n 's/^ *image: \(qdrant.*\)/\1/p' docker-compose.yml)
QUESTION="Who manages the team at Alice's company?"
START_SECONDS=300
ANSWER_SECONDS=120
MOST_MEGABYTES=400

work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
export TWOHOP_VERSION=smoke
(umask 077; printf 'NEO4J_PASSWORD=smoke-test-0\nQDRANT_API_KEY=smoke-test-1\nTWOHOP_PORT=%s\n' "$port" >"$work/env")

files=(-f docker-compose.yml)
services=(twohop neo4j qdrant)
if [ "${1:-}" = embedded ]; then
  services=(embedded)
elif ! docker image inspect "$QDRANT" >/dev/null 2>&1 && ! docker pull -q "$QDRANT" >/dev/null 2>&1; then
  echo "smoke: no image $QDRANT here, so the index stays in twohop's container"
  files+=(-f deploy/compose.local-index.yml)
  services=(twohop neo4j)
fi
twohop=${services[0]}

if docker compose version >/dev/null 2>&1; then tool=(docker compose); else tool=(docker-compose); fi
compose() { "${tool[@]}" --project-name twohop-smoke --env-file "$work/env" "${files[@]}" --profile embedded "$@"; }
container() { compose ps -q "$1"; }
say() { echo "smoke: $*"; }
fail() { say "$*" >&2; exit 1; }

# quietly COMMAND…: what it prints is of interest only if it fails.
quietly() { "$@" >"$work/printed" 2>&1 || { cat "$work/printed" >&2; fail "failed: $*"; }; }

end() {
  local code=$?
  [ $code = 0 ] || compose logs --tail=40 >&2 || true
  compose down --volumes --timeout 30 >/dev/null 2>&1 || true
  rm -rf "$work"
  exit $code
}
trap end EXIT

client() { .venv/bin/twohop "$@" --target "127.0.0.1:$port"; }

# until_works SECONDS COMMAND…: try until it succeeds.
until_works() {
  local deadline=$((SECONDS + $1)) last
  shift
  until last=$("$@" 2>&1); do
    [ $SECONDS -lt $deadline ] || fail "still failing: $*: $last"
    sleep 0.2
  done
}

memories() { client list --user alice --limit 1000 --json | python3 -c '
import json, sys
for memory in sorted(found["id"] for found in json.load(sys.stdin)["results"]):
    print(memory)'; }
two_hops() { client recall "$QUESTION" --user alice --json | python3 -c '
import json, sys
answer = json.load(sys.stdin)
texts = [result["memory"] for result in answer["results"]]
sys.exit(0 if answer["paths"] and "Priya manages the Atlas team" in texts else f"no chain of facts in {texts}")'; }
nothing_lost() {
  until_works $ANSWER_SECONDS two_hops
  memories >"$work/now"
  diff "$work/kept" "$work/now" >&2 || fail "memories are not those that were kept, $1"
  say "nothing lost, $1"
}

compose down --volumes >/dev/null 2>&1 || true
SECONDS=0
quietly docker build -t "twohop:$TWOHOP_VERSION" .
size=$(($(docker image inspect -f '{{.Size}}' "twohop:$TWOHOP_VERSION") / 1000000))
say "image built in $SECONDS s, $size MB"
[ $size -lt $MOST_MEGABYTES ] || fail "the image has $size MB, not under $MOST_MEGABYTES"

SECONDS=0
quietly compose up --detach --no-build "${services[@]}"
until_works $START_SECONDS client health
say "everything started in $SECONDS s"

[ "$(docker port "$(container "$twohop")")" = "50051/tcp -> 127.0.0.1:$port" ] || fail "published beyond loopback"
for service in "${services[@]:1}"; do
  [ -z "$(docker port "$(container "$service")")" ] || fail "$service publishes a port"
done
[ "$(docker exec "$(container "$twohop")" id -u)" != 0 ] || fail "it runs as root"
! docker exec "$(container "$twohop")" touch /opt/twohop/x 2>/dev/null || fail "its root file system can be written"
! docker exec "$(container "$twohop")" python -c 'import pip' 2>/dev/null || fail "pip is in the image"

client add "I work at Solstice. The Atlas team is part of Solstice. Priya manages the Atlas team." \
  --user alice --name Alice >/dev/null
memories >"$work/kept"
[ "$(wc -l <"$work/kept")" = 3 ] || fail "three facts were told, $(wc -l <"$work/kept") remembered"
nothing_lost "after the add"

if [ "$twohop" = twohop ]; then
  held=$(docker exec "$(container neo4j)" cypher-shell --format plain -u neo4j -p smoke-test-0 'MATCH (n) RETURN count(n)' | tail -n 1)
  [ "$held" -gt 0 ] || fail "Neo4j holds nothing: the ledger is elsewhere"
fi

for service in "${services[@]}"; do
  SECONDS=0
  quietly compose restart --timeout 60 "$service"
  until_works $START_SECONDS client health
  nothing_lost "after a restart of $service that took $SECONDS s"
done

client add "I live in Lisbon." --user alice --name Alice >/dev/null
memories >"$work/kept"
docker kill "$(container "$twohop")" >/dev/null
SECONDS=0
docker start "$(container "$twohop")" >/dev/null
until_works $START_SECONDS client health
say "started again in $SECONDS s"
nothing_lost "after a kill right behind an add"

docker stop --time 60 "$(container "$twohop")" >/dev/null
code=$(docker inspect -f '{{.State.ExitCode}}' "$(container "$twohop")")
[ "$code" = 0 ] || fail "it drained with exit code $code"
say "drained with exit code 0; passed"
