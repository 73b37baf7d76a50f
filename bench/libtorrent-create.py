#!/usr/bin/env python3
"""libtorrent making a .torrent, v1 alone as the others do.

usage: libtorrent-create.py FILE PIECE-LENGTH OUTPUT
"""

import os
import sys

import libtorrent as lt

path, piece_length, output = sys.argv[1:]
files = lt.file_storage()
lt.add_files(files, path)
maker = lt.create_torrent(files, int(piece_length), lt.create_torrent.v1_only)
lt.set_piece_hashes(maker, os.path.dirname(path))
with open(output, "wb") as out:
    out.write(lt.bencode(maker.generate()))
