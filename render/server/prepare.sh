say() { echo "· $*" >&2; }
fail() { echo "error: $1" >&2; shift; for step in "$@"; do echo "  → $step" >&2; done; exit 1; }

# The parts of this deployment: written by `exploreiot render`.
. ./deployment.sh

check_folder() {
  sha256sum --check --quiet SHA256SUMS >&2 || fail "this folder is not as it was rendered" \
    "copy it here again" \
    "to keep a change of your own: sha256sum the file and put the result into SHA256SUMS"
}

check_docker() {
  [ -n "${DOCKER_HOST:-}" ] || DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}')
  export DOCKER_HOST
  case $DOCKER_HOST in
    unix:*) ;;
    *) fail "Docker's client talks to $DOCKER_HOST, and this folder is for the machine that it is on" "run this on the server itself" ;;
  esac
  docker version >/dev/null 2>&1 || fail "the Docker engine does not answer" "systemctl start docker" "docker version says why"
}

# plain COMMAND …: with settings of its own, since proxies in yours would enter every container, passwords and all. Its
# plugins are where yours are; images are there already, so no registry is asked.
plain() {
  plugins=$(printf '%s' "${DOCKER_CONFIG:-${HOME-}/.docker}/cli-plugins" | sed 's/[\\"]/\\&/g')
  mkdir -p secrets/.docker
  printf '{"cliPluginsExtraDirs":["%s"]}\n' "$plugins" >secrets/.docker/config.json.new
  settle secrets/.docker/config.json
  DOCKER_CONFIG=$PWD/secrets/.docker "$@"
}

# image TAG [NAME@DIGEST]: what is there stays; else the archive, else the registry.
image() {
  ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  if [ -f images.tar ]; then
    say "loading images.tar"
    sha256sum --check --quiet images.tar.sha256 >&2 || fail "images.tar is damaged" "copy it here again"
    docker load --quiet --input images.tar >/dev/null
    ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  fi
  if [ -n "${2:-}" ]; then
    say "pulling $2"
    docker pull --quiet "$2" >/dev/null && docker tag "$2" "$1" && return 0
  fi
  fail "image $1 is not here" "render with --images and copy images.tar along" "or bring it: docker save $1 | ssh SERVER docker load"
}

# settle PATH: PATH.new takes its place, unless it says the same.
settle() {
  chmod 0400 "$1.new"
  if cmp -s "$1.new" "$1"; then rm -f "$1.new"; else mv -f "$1.new" "$1"; fi
}

# secret NAME: 256 bit, URL-safe; one that was brought here is kept.
secret() {
  [ ! -s "secrets/$1" ] || return 0
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"secrets/$1.new"
  settle "secrets/$1"
  say "made the secret $1"
}

# keyed FILE …: 12 hex digits that change with the files and say nothing about them.
keyed() {
  (cd secrets && cat hash-key "$@") | sha256sum | cut -c1-12
}

# mosquitto_hash NAME: made once for a password, since a new salt would look like a change.
mosquitto_hash() {
  hash=secrets/hashes/$1-$(keyed "$1")
  if [ ! -s "$hash" ]; then
    { printf 'user:'; cat "secrets/$1"; echo; } | plain docker run --rm --interactive --network none --read-only \
      --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp:mode=1777,size=1m,noexec \
      --entrypoint /bin/sh "$mosquitto_image" -euc \
      'umask 077; cat >/tmp/passwords; mosquitto_passwd -U /tmp/passwords; cut -d: -f2 /tmp/passwords' >"$hash.new"
    grep -q '^\$7\$' "$hash.new" || fail "mosquitto_passwd made no hash of $1"
    settle "$hash"
  fi
  tr -d '\n' <"$hash"
}

# derived PATH KIND ARGUMENT …: a file of plain text and secrets.
derived() {
  path=secrets/$1
  shift
  mkdir -p "$(dirname "$path")" secrets/hashes
  while [ $# -gt 0 ]; do
    case $1 in
      text) printf '%s' "$2" ;;
      value) cat "secrets/$2" ;;
      # Each byte, since all of them may be: a reader makes the same of it.
      url) od -An -v -tx1 <"secrets/$2" | tr -d ' \n' | sed 's/../%&/g' ;;
      mosquitto) mosquitto_hash "$2" ;;
      redis) printf '#'; sha256sum <"secrets/$2" | cut -c1-64 | tr -d '\n' ;;
    esac
    shift 2
  done >"$path.new"
  settle "$path"
}

need_openssl() {
  command -v openssl >/dev/null || fail "openssl is not installed, and this deployment has certificates of its own" \
    "install the package openssl, or bring secrets/$1 from elsewhere"
}

make_key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null ||
  openssl ecparam -genkey -noout -name prime256v1 -out "$1"; }

# authority FOLDER SUBJECT: a CA, made once; its key never leaves this server.
authority() {
  [ ! -s "secrets/$1/ca.crt" ] || return 0
  need_openssl "$1/ca.crt"
  mkdir -p "secrets/$1"
  make_key "secrets/$1/ca.key.new"
  openssl req -x509 -new -key "secrets/$1/ca.key.new" -sha256 -days 7300 -subj "/CN=$2" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
    -out "secrets/$1/ca.crt.new"
  settle "secrets/$1/ca.key"
  settle "secrets/$1/ca.crt"
  say "made the CA $2: clients need secrets/$1/ca.crt"
}

# issued_by AUTHORITY FILE: a certificate that nobody has to have issued is issued by anybody.
issued_by() { [ -z "$1" ] || openssl verify -CAfile "secrets/$1/ca.crt" "$2" >/dev/null 2>&1; }

# pair FOLDER NAME AUTHORITY SUBJECT HOST …: a certificate and its key, made again for other hosts, by another CA, and
# 30 days before it ends. A pair that was brought here, known by the missing list of hosts, is never replaced.
pair() {
  place=secrets/$1/$2 signer=$3 subject=$4
  need_openssl "$1/$2.crt"
  shift 4
  names=$(for host in "$@"; do case $host in *:* | [0-9]*.*[0-9]) echo "IP:$host" ;; *) echo "DNS:$host" ;; esac; done | paste -sd, -)
  if [ -s "$place.crt" ]; then
    [ -f "$place.hosts" ] || return 0
    ! { [ "$(cat "$place.hosts")" = "$names" ] && openssl x509 -in "$place.crt" -noout -checkend 2592000 >/dev/null &&
      issued_by "$signer" "$place.crt"; } || return 0
  fi
  mkdir -p "$(dirname "$place")"
  make_key "$place.key.new"
  set -- -sha256 -subj "/CN=$subject" -addext "subjectAltName=$names" -addext basicConstraints=critical,CA:FALSE \
    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=serverAuth
  if [ -z "$signer" ]; then
    openssl req -x509 -new -key "$place.key.new" -days 397 "$@" -out "$place.crt.new"
  else
    [ -s "secrets/$signer/ca.key" ] || fail "secrets/$1/$2.crt is due, and the key of its CA is not here" "bring a new pair"
    openssl req -new -key "$place.key.new" "$@" -out "$place.csr"
    printf '%s\n' "subjectAltName=$names" basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature \
      extendedKeyUsage=serverAuth >"$place.ext"
    openssl x509 -req -in "$place.csr" -CA "secrets/$signer/ca.crt" -CAkey "secrets/$signer/ca.key" -sha256 -days 397 \
      -set_serial "0x$(head -c 16 /dev/urandom | sha256sum | cut -c1-31)" -extfile "$place.ext" -out "$place.crt.new" 2>/dev/null
    rm -f "$place.csr" "$place.ext"
  fi
  printf '%s\n' "$names" >"$place.hosts.new"
  for kind in key crt hosts; do settle "$place.$kind"; done
  say "made a certificate for $names"
}

# brought PATH: a file that only its owner can provide.
brought() {
  [ -s "secrets/$1" ] || fail "secrets/$1 is not here" "bring it, mode 0400; RUNBOOK.md says what it is"
}

# digest NAME FILE …: what compose.yaml puts into a label, so that a changed secret replaces who reads it.
digest() {
  name=$1
  unset "$name"
  shift
  echo "$name=$(keyed "$@")" >>.env.new
}

make_secrets() {
  mkdir -p secrets
  chmod 0700 secrets
  secret hash-key
  secrets
  : >.env.new
  digests
  settle .env
}
