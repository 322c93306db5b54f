"""Uses as many bytes of memory as it is told to, once, and gives them back.

A virtual machine may give its host what it has not used for some seconds, and has to fetch it again, page by page: writing 1 GiB
into the page cache then takes 1.1 s instead of 0.2 s, whoever does it.
"""

import mmap
import sys

piece = b"\1" * 1024**2
left = int(sys.argv[1])
memory = mmap.mmap(-1, left)
while left >= len(piece):
    memory.write(piece)
    left -= len(piece)
