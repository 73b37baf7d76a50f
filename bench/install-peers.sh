#!/bin/sh
# Installs what the bench compares with: Debian's packages, and WebTorrent and bittorrent-tracker from npm, each into a folder
# of its own, so that they are no dependency of the project.
set -eu
here=$(dirname "$(readlink -f "$0")")
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update
$as_root apt-get install --yes --no-install-recommends \
  python3-libtorrent qbittorrent-nox transmission-daemon transmission-cli aria2 rtorrent opentracker iproute2
install() {
  npm install --prefix "$here/$1" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund "$2"
}
install webtorrent webtorrent@3.0.21
install bittorrent-tracker bittorrent-tracker@11.2.3
