#!/bin/sh
# Makes the secrets that this deployment lacks, sees to the images, and deploys the stack to the swarm, stage by stage. Run
# it again at any time: what is there stays, and what did not change is left running.
#
#   ./start.sh            everything
#   ./start.sh secrets    the secrets and .env alone, to rotate one
#   ./start.sh up         for exploreiot up, whose secrets and .env are here already: makes none, and works from any machine
#   ./start.sh ready      the same for what makes the services in another way: all but them
#
#   DATA_NODE=NAME ./start.sh             which node has the data, at the first start of a swarm of several
#   NEW_PRIVILEGES=allowed ./start.sh     also where programs could gain privileges (docs/swarm.md)
#
# Run it on a manager. Needs Docker, and openssl where this deployment has a CA of its own.
set -eu
umask 077
cd "$(dirname "$0")"
# Variables that you have set for other projects must not choose other platforms or images here.
for name in DOCKER_DEFAULT_PLATFORM DOCKER_CONTENT_TRUST; do unset "$name"; done

. prepare.sh

wanted=${1:-}
by_stack=yes
[ "$wanted" != ready ] || { wanted=up && by_stack=no; }
again=./start.sh
[ "$wanted" != up ] || again="exploreiot up"

check_swarm() {
  [ "$(docker info --format '{{.Swarm.ControlAvailable}}')" = true ] || fail "this engine is no manager of a swarm" \
    "make a swarm: docker swarm init --advertise-addr ADDRESS" \
    "or use a manager's engine: copy this folder there, or for exploreiot up set DOCKER_HOST or engine.host"
  [ -z "$(docker ps --all --quiet --filter "label=exploreiot.deployment=$deployment")" ] ||
    fail "$deployment has containers without the swarm on this engine, which use the same ports" \
      "take them down first: exploreiot down, or docker compose down; their data stays, and is not the swarm's"
}

# Other secrets would shut out every device, and older ones bring back what was given up. The key that tells whose they are
# may be rotated as well, so this folder keeps each that it started with. A stack from before services said whose they are goes
# on with the folder that it was started from.
check_owner() {
  for id in $(docker service ls --quiet --filter "label=com.docker.stack.namespace=$project"); do
    [ "$(docker service inspect --format '{{index .Spec.Labels "exploreiot.deployment"}}' "$id")" = "$deployment" ] ||
      fail "the stack $project on this swarm is somebody else's: $(docker service inspect --format '{{.Spec.Name}}' "$id") is no service of $deployment" \
        "give the deployment another name" "or take that stack down, if nobody needs it: docker stack rm $project"
  done
  marked=$(docker service ls --quiet --filter "label=exploreiot.deployment=$deployment" --filter label=exploreiot.checkout)
  for id in $(docker service ls --quiet --filter "label=exploreiot.deployment=$deployment"); do
    owner=$(docker service inspect --format '{{index .Spec.Labels "exploreiot.checkout"}}' "$id")
    of=$(docker service inspect --format '{{index .Spec.Labels "com.docker.stack.namespace"}}' "$id")
    if [ "$of" != "$project" ] || { [ -z "$owner" ] && [ -n "$marked" ]; }; then
      name=$(docker service inspect --format '{{.Spec.Name}}' "$id")
      fail "the service $name has labels of $deployment, and was made in another way" "if nobody needs it: docker service rm $name" \
        "or take the label from it: docker service update --label-rm exploreiot.deployment $name"
    fi
    [ "$owner" = "$SECRETS_OF" ] || grep -qxF -- "$owner" started-with 2>/dev/null || { [ -z "$owner" ] && [ "$wanted" != up ]; } ||
      fail "$deployment on this swarm has other secrets than these: it was started from another checkout or folder" \
        "go on where it was started, or bring its secrets here" \
        "or take it down first, and give devices their new passwords: docker stack rm $project"
    rotated=$(docker service inspect --format '{{index .Spec.Labels "exploreiot.rotation"}}' "$id")
    [ "${rotated:-0}" -le "$SECRETS_ROTATED" ] ||
      fail "the secrets of $deployment were rotated elsewhere ($rotated times; here $SECRETS_ROTATED times), and this would bring older ones back" \
        "have them handed on by who rotated them: exploreiot secrets export --to KEY" \
        "then here: exploreiot secrets import FILE --identity KEY-FILE"
  done
  grep -qxF -- "$SECRETS_OF" started-with 2>/dev/null || echo "$SECRETS_OF" >>started-with
}

# No stack file can say no-new-privileges, so it has to be what the engine gives every container. Asked of this node.
check_privileges() {
  [ "${NEW_PRIVILEGES:-}" != allowed ] || return 0
  found=$(plain docker run --rm --network none --read-only --cap-drop ALL --entrypoint /bin/grep "$probe_image" \
    NoNewPrivs /proc/self/status)
  case $found in
    *1) ;;
    *) fail "programs in services of this swarm could gain privileges: the engine does not forbid it, and a stack cannot" \
      "on every node put \"no-new-privileges\": true into /etc/docker/daemon.json, and restart the engine" \
      "or take the risk (services run without root and without capabilities): NEW_PRIVILEGES=allowed $again" ;;
  esac
}

# offer TAG: to the registry that the nodes pull from.
offer() {
  docker tag "$1" "$registry/$1"
  docker push --quiet "$registry/$1" >/dev/null || fail "$registry/$1 cannot be pushed" \
    "log in: docker login ${registry%%/*}" "or change swarm.registry, and render again"
}

# The program that probes, as a config: every node gives it to its tasks, and no volume has to be filled first.
offer_probe() {
  ! docker config inspect "$probe_config" >/dev/null 2>&1 || return 0
  plain docker run --rm --network none --read-only --cap-drop ALL --entrypoint /bin/cat "$probe_image" \
    /usr/local/lib/exploreiot/probe | docker config create --label "com.docker.stack.namespace=$project" "$probe_config" - >/dev/null
}

# program VARIABLE IMAGE FIELD: the words with which an image starts its program, quoted as the stack file takes them.
program() {
  words=$(docker image inspect --format "{{range .Config.$3}}{{json .}} {{end}}" "$2")
  export "$1=$words"
}

# job VARIABLE NAME: the version of the job that is done, which the stack file would take from its service otherwise.
job() {
  version=$(docker service inspect --format '{{index .Spec.Labels "exploreiot.done"}}' "$2" 2>/dev/null) || version=
  export "$1=$version"
}

# Data is on the disk of one node; another one would start empty.
choose_data_node() {
  chosen=$(docker node ls --quiet --filter "node.label=$data_label=true")
  case $(printf '%s\n' "$chosen" | grep -c .) in
    0)
      node=${DATA_NODE:-}
      if [ -z "$node" ]; then
        [ "$(docker node ls --quiet | grep -c .)" = 1 ] || fail "no node of this swarm is chosen for the data of $deployment" \
          "choose one for good: DATA_NODE=NAME $again; docker node ls has their names"
        node=$(docker info --format '{{.Swarm.NodeID}}')
      fi
      docker node update --label-add "$data_label=true" "$node" >/dev/null || fail "$node is no node of this swarm" "docker node ls has their names"
      say "the data of $deployment is on the node $(docker node inspect --format '{{.Description.Hostname}}' "$node")"
      ;;
    1)
      [ -z "${DATA_NODE:-}" ] || [ "$(docker node inspect --format '{{.ID}}' "$DATA_NODE")" = "$(docker node inspect --format '{{.ID}}' "$chosen")" ] ||
        fail "the data of $deployment is on the node $(docker node inspect --format '{{.Description.Hostname}}' "$chosen"), and $DATA_NODE would start empty" \
          "leave DATA_NODE out" \
          "or move the data first: back it up, take the label $data_label away, start on $DATA_NODE, and restore it"
      ;;
    *) fail "several nodes have the label $data_label, so the data could be on any of them" "take it from all but the one that has the data: docker node update --label-rm $data_label NODE" ;;
  esac
}

# task NAME FORMAT: something of the newest task that is to run; of a service that is done, or failed, of the newest. After
# the swarm took a version back, the newest task is the one that failed, and an older one runs.
task() {
  newest=$(docker service ps --no-trunc --quiet --filter desired-state=running "$1" | head -n 1)
  [ -n "$newest" ] || newest=$(docker service ps --no-trunc --quiet "$1" | head -n 1)
  [ -z "$newest" ] || docker inspect --type task --format "$2" "$newest"
}

# is_current NAME: whether its newest task is of what is declared now. The swarm takes a moment to see that.
is_current() {
  [ "$(task "$1" '{{index .Spec.ContainerSpec.Labels "exploreiot.spec"}}')" = "$(docker service inspect --format '{{index .Spec.TaskTemplate.ContainerSpec.Labels "exploreiot.spec"}}' "$1")" ]
}

# is_done JOB: whether its service says that this version of it is done. Its tasks do not say it for long: the swarm forgets ended ones,
# and then runs the job again.
is_done() {
  [ "$(docker service inspect --format \
    '{{eq (index .Spec.Labels "exploreiot.done") (index .Spec.TaskTemplate.ContainerSpec.Labels "exploreiot.spec")}}' "$1")" = true ]
}

# keep_done JOB: it has just come to its end.
keep_done() {
  ! is_done "$1" || return 0
  version=$(docker service inspect --format '{{index .Spec.TaskTemplate.ContainerSpec.Labels "exploreiot.spec"}}' "$1")
  docker service update --label-add "exploreiot.done=$version" --detach --quiet "$1" >/dev/null
  jobs
}

# has_failed JOB: whether it was tried as often as it may be. Nothing starts it again then by itself.
has_failed() {
  ! is_done "$1" || return 1
  [ -z "$(docker service ps --quiet --filter desired-state=running --filter desired-state=ready "$1")" ] || return 1
  case $(task "$1" '{{.Status.State}}') in
    failed | rejected | shutdown | orphaned) is_current "$1" ;;
    *) return 1 ;;
  esac
}

# settled NAME|job:NAME: 0 if it runs as it is declared now, or is done; 1 if not yet; 2 if the swarm gave up; 3 for a job that failed.
settled() {
  name=${1#job:}
  wanted_state=running
  [ "$name" = "$1" ] || wanted_state=complete
  [ "$name" = "$1" ] || ! is_done "$name" || return 0
  case $(docker service inspect --format '{{with .UpdateStatus}}{{.State}}{{end}}' "$name") in
    '' | completed) ;;
    updating) return 1 ;;
    *) return 2 ;;
  esac
  # A task of before is no answer.
  if [ "$(task "$name" '{{.Status.State}}')" = "$wanted_state" ]; then is_current "$name"; return; fi
  [ "$name" = "$1" ] || ! has_failed "$name" || return 3
  return 1
}

# stage NUMBER NAME …: deploys the stages up to this one, and waits for the services of it.
stage() {
  number=$1
  shift
  say "stage $number: $*"
  last=
  [ "$number" != "$stages" ] || last=--prune
  # Above the line of the next stage is a whole file. A service that is in no stage any more goes with the last one.
  # shellcheck disable=SC2086 -- none or one option
  sed "/^  # stage $((number + 1))\$/,\$d" stack.yaml | docker stack deploy --compose-file - $last \
    --resolve-image "$resolve" --with-registry-auth "$project" >&2 || fail "the swarm refuses $project" "fix what the lines above say, and run $again again"
  for one in "$@"; do
    seconds=0
    [ "$one" = "${one#job:}" ] || ! has_failed "${one#job:}" || start_again "${one#job:}"
    until settled "$one"; do
      result=$?
      [ $result -ne 2 ] || given_up "${one#job:}" "was taken back by the swarm: its new tasks do not stay healthy"
      [ $result -ne 3 ] || given_up "${one#job:}" "failed as often as it may be tried"
      [ $seconds -lt "$wait_seconds" ] || given_up "${one#job:}" "is not $([ "$one" = "${one#job:}" ] && echo healthy || echo done) after $wait_seconds s"
      sleep 1
      seconds=$((seconds + 1))
    done
    [ "$one" = "${one#job:}" ] || keep_done "${one#job:}"
  done
}

# start_again JOB: it failed for good before, and a stack that says the same of it as then leaves it.
start_again() {
  say "$1 failed before, and is started again"
  docker service update --force --detach --quiet "$1" >/dev/null
  # Until there is a task to ask for, the failed ones answer.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    has_failed "$1" || return 0
    sleep 1
  done
}

given_up() {
  docker service ps --no-trunc --format '{{.Name}} on {{.Node}}: {{.CurrentState}} {{.Error}}' "$1" | head -n 5 >&2
  timeout 10 docker service logs --raw --tail 10 "$1" >&2 || true
  fail "$1 $2" "fix what the lines above say, and run $again again: it goes on from there"
}

# Objects that a service still has are kept by the swarm itself; the others are of before. A network is not given up before the last
# task on it has ended.
forget_rest() {
  for kind in config secret; do
    for id in $(docker $kind ls --quiet --filter "label=com.docker.stack.namespace=$project"); do
      docker $kind rm "$id" >/dev/null 2>&1 || true
    done
  done
  for name in $(docker network ls --format '{{.Name}}' --filter "label=com.docker.stack.namespace=$project"); do
    case " $networks " in *" $name "*) continue ;; esac
    seconds=0
    until docker network rm "$name" >/dev/null 2>&1 || [ $seconds -ge 60 ]; do
      sleep 1
      seconds=$((seconds + 1))
    done
  done
}

# After the command that is under way: nothing is left half-done.
trap 'exit 143' TERM
check_folder
[ "$wanted" = up ] || check_docker
[ "$wanted" = secrets ] || check_swarm
images
[ "$wanted" = up ] || make_secrets
[ "$wanted" != secrets ] || exit 0
# For docker stack deploy, which reads no .env: a version of the secrets each, and nothing of them.
unset SECRETS_ROTATED
set -a
. ./.env
SECRETS_OF=$(keyed)
: "${SECRETS_ROTATED:=0}"
set +a
check_owner
check_privileges
choose_data_node
if [ -n "$registry" ]; then
  resolve=always
  offers
else
  resolve=never
  [ "$(docker node ls --quiet | grep -c .)" = 1 ] || say "no swarm.registry: every node must have the images itself"
fi
offer_probe
[ "$by_stack" = yes ] || exit 0
programs
jobs
services
forget_rest
say "$project is up"
