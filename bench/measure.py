"""Runs a command; tells on file descriptor 3, as JSON, how long it took and what the system says it used.

Node.js can't say what one child used. The peak memory of a process that is spawned begins at that of the process that
spawns it, which is small here and large in Node.js.
"""

import json
import os
import sys
import time

os.set_inheritable(3, False)
command = sys.argv[1:]
started = time.monotonic()
process = os.posix_spawnp(command[0], command, os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.monotonic() - started
unit = 1 if sys.platform == "darwin" else 1024
figures = {
    "exitCode": os.waitstatus_to_exitcode(status),
    "seconds": seconds,
    "cpuSeconds": usage.ru_utime + usage.ru_stime,
    "peakBytes": usage.ru_maxrss * unit,
}
os.write(3, json.dumps(figures).encode())
