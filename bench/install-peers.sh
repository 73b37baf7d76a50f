#!/bin/sh
# Installs what the bench compares with: Debian's packages, and WebTorrent from npm into a folder of its own, so that it
# is no dependency of the project.
set -eu
here=$(dirname "$(readlink -f "$0")")
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update
$as_root apt-get install --yes --no-install-recommends \
  python3-libtorrent qbittorrent-nox transmission-daemon transmission-cli aria2 rtorrent iproute2
npm install --prefix "$here/webtorrent" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund webtorrent@3.0.21
