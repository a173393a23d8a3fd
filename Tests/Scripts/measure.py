"""measure.py NAME COMMAND...: runs a command and prints its wall time, CPU time and peak memory as one JSON line."""
import json
import os
import resource
import subprocess
import sys
import time

name, command = sys.argv[1], sys.argv[2:]
# What started this script (a shell, a version manager) may have children of its own on the bill.
before = resource.getrusage(resource.RUSAGE_CHILDREN)
began = time.monotonic()
with open(os.devnull, "wb") as nowhere:
    status = subprocess.run(command, stdout=nowhere, stderr=nowhere).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "name": name,
    "status": status,
    "wall": round(time.monotonic() - began, 3),
    "cpu": round(usage.ru_utime + usage.ru_stime - before.ru_utime - before.ru_stime, 3),
    "memory_mib": round(usage.ru_maxrss / 1024, 1),
}))
