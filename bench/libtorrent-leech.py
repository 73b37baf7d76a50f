#!/usr/bin/env python3
"""libtorrent as a leecher that ends when it is complete; it waits for alerts instead of asking, so that Python costs nothing.

usage: libtorrent-leech.py TORRENT FOLDER OWN-HOST PEER-HOST PEER-PORT [tuned]
"""

import sys

import libtorrent as lt

torrent, folder, host, peer_host, peer_port = sys.argv[1:6]
settings = {
    "listen_interfaces": f"{host}:0",
    "outgoing_interfaces": host,
    "enable_dht": False,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "dht_bootstrap_nodes": "",
    "enable_outgoing_utp": False,
    "enable_incoming_utp": False,
    "out_enc_policy": int(lt.enc_policy.disabled),
    "in_enc_policy": int(lt.enc_policy.disabled),
    "allow_multiple_connections_per_ip": True,
    "alert_mask": lt.alert.category_t.status_notification,
}
if sys.argv[6:] == ["tuned"]:
    settings.update(
        max_queued_disk_bytes=64 * 1024 * 1024,
        aio_threads=4,
        hashing_threads=2,
        send_buffer_watermark=3 * 1024 * 1024,
    )
session = lt.session(settings)
parameters = lt.add_torrent_params()
parameters.ti = lt.torrent_info(torrent)
parameters.save_path = folder
parameters.trackers = []
parameters.flags |= lt.torrent_flags.override_trackers
handle = session.add_torrent(parameters)
handle.connect_peer((peer_host, int(peer_port)))
finished = False
while not finished:
    session.wait_for_alert(1000)
    finished = any(isinstance(alert, lt.torrent_finished_alert) for alert in session.pop_alerts())
