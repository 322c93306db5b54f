"""Runs a command, and writes its time, CPU time and peak memory to file descriptor 3, as JSON.

Node.js cannot report the usage of a single child. Also, the peak memory of a child starts at that of its parent, which is
small in Python and large in Node.js.
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
