#!/bin/bash
# Docker engines that belong to one run of the tests: each in a network namespace of its own, all on one bridge that has a
# namespace too, so that neither the machine's network nor an engine of the machine is touched. Needs root, docker.io,
# iptables, iproute2. Nothing can be pulled there: images begin with files of this machine.
#
#   engines.sh up FOLDER PREFIX COUNT      engine N: FOLDER/N/docker.sock, address 10.77.0.N, namespace PREFIX-N
#   engines.sh keep FOLDER PREFIX COUNT PID    ends them when that process ends, however it does
#   engines.sh image FOLDER N NODE         has enjambre:latest, made as `npm run image` does it: the first makes it, for all
#   engines.sh program FOLDER N TAG FILE   has an image of that program of this machine
#   engines.sh swarm FOLDER COUNT          joins them to one Docker Swarm; engine 1 is its manager
#   engines.sh empty FOLDER COUNT          removes what a test before has left, but images
#   engines.sh halt FOLDER N               ends an engine, and what runs on it
#   engines.sh start FOLDER PREFIX N       starts it again
#   engines.sh cut|mend PREFIX N           takes engine N off the bridge, and puts it back
#   engines.sh down FOLDER PREFIX COUNT    ends everything, also what a failed run left; a second time does nothing
set -euo pipefail
verb=$1
shift

subnet=10.77.0
engine() {
  docker --host "unix://$folder/$1/docker.sock" "${@:2}"
}

up() {
  folder=$1 prefix=$2 count=$3
  ip netns add "$prefix-lan"
  ip -netns "$prefix-lan" link add lan type bridge
  ip -netns "$prefix-lan" link set lan up
  for n in $(seq "$count"); do
    mkdir -p "$folder/$n/run"
    ip netns add "$prefix-$n"
    ip link add "port$n" netns "$prefix-lan" type veth peer name eth0 netns "$prefix-$n"
    ip -netns "$prefix-lan" link set "port$n" master lan up
    ip -netns "$prefix-$n" address add "$subnet.$n/24" dev eth0
    ip -netns "$prefix-$n" link set eth0 up
    ip -netns "$prefix-$n" link set lo up
    begin "$folder" "$prefix" "$n"
  done
  for n in $(seq "$count"); do answers "$n"; done
}

# A /run and a host name of its own, or two engines would share their sockets and be one in every list. nsenter, since
# `ip netns exec` hides the cgroups. What is there is run: a registry that nobody reaches is not asked first.
begin() {
  DOCKER_SERVICE_PREFER_OFFLINE_IMAGE=1 setsid nsenter --net="/run/netns/$2-$3" unshare --mount --uts sh -c '
    hostname "engine-$3" && mount --make-rprivate / && mount --bind "$1/run" /run && exec dockerd --host "unix://$1/docker.sock" \
      --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --cgroup-parent "/$2"
  ' sh "$1/$3" "$2-$3" "$3" >>"$1/$3/log" 2>&1 </dev/null &
}

answers() {
  timeout 60 sh -c 'until docker --host "unix://$1/docker.sock" version >"$1/version" 2>&1; do sleep 0.1; done' sh "$folder/$1" ||
    { tail -n 5 "$folder/$1/log" "$folder/$1/version" >&2; exit 1; }
}

halt() {
  local pid
  pid=$(cat "$1/$2/pid")
  kill "$pid"
  timeout 30 tail --pid="$pid" --follow /dev/null
}

start() {
  folder=$1
  begin "$1" "$2" "$3"
  answers "$3"
}

# With it its base, nodebase. One at a time: there is one dist/.
image() {
  folder=$1
  local kept=${folder%-*}-image.tar builder
  builder=$(dirname "$0")/../../tools/build-image.mjs
  exec 9<"$builder"
  flock 9
  if [ ! -e "$kept" ]; then
    make "$2" nodebase:latest "$3" /usr/bin/node /bin/sh /bin/sh
    "$3" "$builder" --installed --base=nodebase:latest --tag=enjambre:latest --host="unix://$folder/$2/docker.sock" >/dev/null
    engine "$2" save --output "$kept" enjambre:latest nodebase:latest
  else
    engine "$2" load <"$kept" >/dev/null
  fi
}

program() {
  folder=$1
  make "$2" "$3" "$4" "$4"
}

# An image of programs of this machine, each followed by where it is to lie, with their libraries and nothing else.
make() {
  local root n=$1 tag=$2
  shift 2
  root=$(mktemp --directory)
  mkdir -p "$root"/{etc,tmp}
  chmod 1777 "$root/tmp"
  while [ $# -gt 0 ]; do
    install -D "$1" "$root$2"
    ldd "$1" | grep -o '/[^ ]*\.so[^ ]*' | sort -u | xargs cp --parents --dereference --target-directory="$root"
    shift 2
  done
  tar --directory="$root" --create . | engine "$n" import - "$tag" >/dev/null
  rm -rf "$root"
}

swarm() {
  folder=$1
  engine 1 swarm init --advertise-addr "$subnet.1" --listen-addr "$subnet.1:2377" >/dev/null
  local token
  token=$(engine 1 swarm join-token --quiet worker)
  for n in $(seq 2 "$2"); do
    engine "$n" swarm join --token "$token" --advertise-addr "$subnet.$n" --listen-addr "$subnet.$n:2377" "$subnet.1:2377" >/dev/null
  done
}

empty() {
  folder=$1
  local kind
  for kind in service config; do
    # In no Swarm there are none.
    { engine 1 "$kind" ls --quiet 2>/dev/null || true; } |
      xargs --no-run-if-empty docker --host "unix://$folder/1/docker.sock" "$kind" rm >/dev/null
  done
  for n in $(seq "$2"); do
    engine "$n" ps --all --quiet | xargs --no-run-if-empty docker --host "unix://$folder/$n/docker.sock" rm --force --volumes >/dev/null
    engine "$n" volume prune --force >/dev/null
  done
  engine 1 network prune --force >/dev/null
}

down() {
  folder=$1 prefix=$2
  for n in $(seq "$3"); do
    engine "$n" ps --all --quiet 2>/dev/null | xargs --no-run-if-empty docker --host "unix://$folder/$n/docker.sock" rm --force --volumes >/dev/null 2>&1 || true
    engine "$n" swarm leave --force >/dev/null 2>&1 || true
    end "$prefix-$n" TERM || end "$prefix-$n" KILL || true
    ip netns delete "$prefix-$n" 2>/dev/null || true
    find /sys/fs/cgroup -depth -type d -path "*/$prefix-$n*" -exec rmdir {} + 2>/dev/null || true
  done
  ip netns delete "$prefix-lan" 2>/dev/null || true
  rm -rf "$folder" "${folder%-*}"-image.tar
}

# Whether what stands in that namespace and names our folder (engine, containerd, shims; not the test that moved in) has
# ended within ten seconds of the signal.
end() {
  local pids sent=
  for _ in $(seq 100); do
    pids=$(for pid in $(ip netns pids "$1" 2>/dev/null); do
      ! grep --quiet --text --fixed-strings "$folder/" "/proc/$pid/cmdline" 2>/dev/null || echo "$pid"
    done)
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086
    [ -n "$sent" ] || kill -s "$2" $pids 2>/dev/null || true
    sent=yes
    sleep 0.1
  done
  return 1
}

keep() {
  tail --pid="$4" --follow /dev/null
  [ ! -d "$1" ] || down "$1" "$2" "$3"
}

case $verb in
  up | image | program | swarm | empty | halt | start | down | keep) "$verb" "$@" ;;
  cut) ip -netns "$1-lan" link set "port$2" down ;;
  mend) ip -netns "$1-lan" link set "port$2" up ;;
  *) sed -n 2,16p "$0" >&2; exit 2 ;;
esac
