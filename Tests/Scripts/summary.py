"""summary.py RUNS [PEER]: a table of the runs in a file of measurements; with a peer, how much less CPU the first needs."""
import json
import statistics
import sys

runs = [json.loads(line) for line in open(sys.argv[1])]
failed = [run for run in runs if run["status"] != 0]
assert not failed, failed
names = list(dict.fromkeys(run["name"] for run in runs))
print(f"{'':12} {'records':>8} {'requests':>9} {'wall s':>8} {'records/s':>10} {'CPU us/record':>14} {'peak MiB':>9}")
cost = {}
for name in names:
    mine = [run for run in runs if run["name"] == name]

    def median(key):
        return statistics.median(run[key] for run in mine)

    records = median("records")
    # What other tenants of the machine add to the bill is never less than nothing.
    cost[name] = min(run["cpu"] for run in mine) / records * 1e6
    print(f"{name:12} {records:8.0f} {median('requests'):9.0f} {median('wall'):8.2f} {records / median('wall'):10.0f}"
          f" {cost[name]:14.2f} {max(run['memory_mib'] for run in mine):9.1f}")
if len(sys.argv) > 2:
    print(f"{names[0]} needs {cost[sys.argv[2]] / cost[names[0]]:.0f} times less CPU per record than {sys.argv[2]}")
