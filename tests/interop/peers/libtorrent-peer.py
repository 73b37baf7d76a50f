#!/usr/bin/python3
"""Torrents in one libtorrent session; says what happens as JSON lines: listening (port), complete, error (message).

Dials what it is told of as host:port, by argument again and again, by a line of standard input once. Ends on SIGTERM.
Loopback only: no DHT, no local discovery, no port mapping.
"""

import argparse
import json
import signal
import sys
import threading
import time

import libtorrent as lt

RECONNECT_SECONDS = 1
# It wakes for every alert; in between it only dials.
WAIT_MS = 200


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--torrent", action="append", required=True)
    parser.add_argument("--folder", required=True, help="holds the torrent's file or folder, or will")
    parser.add_argument("--host", required=True)
    parser.add_argument("--peer", action="append", default=[], help="host:port to connect to")
    parser.add_argument("--set", action="append", default=[], help="name=number, a setting of the session")
    return parser.parse_args()


def say(event, **details):
    print(json.dumps({"event": event, **details}), flush=True)


def open_session(host, more):
    categories = lt.alert.category_t
    return lt.session(
        {
            "listen_interfaces": f"{host}:0",
            "outgoing_interfaces": host,
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "dht_bootstrap_nodes": "",
            # Plain TCP: what the other side speaks.
            "enable_outgoing_utp": False,
            "enable_incoming_utp": False,
            "out_enc_policy": int(lt.enc_policy.disabled),
            "in_enc_policy": int(lt.enc_policy.disabled),
            "allow_multiple_connections_per_ip": True,
            "min_reconnect_time": RECONNECT_SECONDS,
            "alert_mask": categories.error_notification
            | categories.status_notification
            | categories.peer_notification
            | categories.tracker_notification
            | categories.storage_notification,
            **more,
        }
    )


def add_torrent(session, torrent, folder):
    parameters = lt.add_torrent_params()
    parameters.ti = lt.torrent_info(torrent)
    parameters.save_path = folder
    flags = lt.torrent_flags
    parameters.flags = flags.update_subscribe | flags.disable_dht | flags.disable_lsd | flags.disable_pex
    return session.add_torrent(parameters)


def tell(alert):
    name = type(alert).__name__
    if name == "listen_succeeded_alert" and alert.socket_type == lt.socket_type_t.tcp:
        say("listening", port=alert.port)
    elif name.endswith("_error_alert") or name.endswith("_failed_alert") or name == "peer_ban_alert":
        say("error", message=alert.message())


def parse_address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def dial_lines(torrent):
    for line in sys.stdin:
        torrent.connect_peer(parse_address(line.strip()))


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    pairs = (pair.split("=") for pair in arguments.set)
    session = open_session(arguments.host, {name: int(value) for name, value in pairs})
    torrents = [add_torrent(session, torrent, arguments.folder) for torrent in arguments.torrent]
    threading.Thread(target=dial_lines, args=(torrents[0],), daemon=True).start()
    peers = [parse_address(peer) for peer in arguments.peer]
    complete = False
    next_connect = 0.0
    while True:
        for alert in session.pop_alerts():
            tell(alert)
        if not complete and all(torrent.status().is_seeding for torrent in torrents):
            complete = True
            say("complete")
        if peers and time.monotonic() >= next_connect:
            next_connect = time.monotonic() + RECONNECT_SECONDS
            for peer in peers:
                torrents[0].connect_peer(peer)
        session.wait_for_alert(WAIT_MS)


main()
