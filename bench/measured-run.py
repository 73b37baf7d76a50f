#!/usr/bin/env python3
"""Runs a command and writes what it used, as the kernel accounts for it: wall, user and system seconds, peak private memory.

usage: measured-run.py RESULT.json COMMAND [ARGUMENT ...]
The command's own output goes nowhere. Private memory is RssAnon: mapped files, which the kernel can drop, do not count.
"""

import json
import os
import sys
import threading
import time

SAMPLE_SECONDS = 0.05


def sample_private(pid, peak):
    while True:
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        peak[0] = max(peak[0], int(line.split()[1]) * 1024)
        except OSError:
            return
        time.sleep(SAMPLE_SECONDS)


def main():
    result, command = sys.argv[1], sys.argv[2:]
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        os.execvp(command[0], command)
    peak = [0]
    threading.Thread(target=sample_private, args=(pid, peak), daemon=True).start()
    _, status, usage = os.wait4(pid, 0)
    measured = {
        "exitCode": os.waitstatus_to_exitcode(status),
        "wallSeconds": time.monotonic() - started,
        "userSeconds": usage.ru_utime,
        "systemSeconds": usage.ru_stime,
        "privateBytes": peak[0],
    }
    with open(result, "w", encoding="ascii") as out:
        json.dump(measured, out)


main()
