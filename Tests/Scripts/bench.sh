#!/bin/sh
# Measures the record path alone, then tap-close beside tap-closeio on the same sandbox data, in one run.
# BENCH_LEADS sets the size of the organisation (20000), BENCH_ROUNDS how often each tap runs (3).
set -eu
cd "$(dirname "$0")/../.."
leads=${BENCH_LEADS:-20000}
rounds=${BENCH_ROUNDS:-3}
bin=$PWD/.build/release
swift build -c release --static-swift-stdlib -Xlinker -s --product bench >/dev/null
Tests/Scripts/peer.sh tap-closeio tap-closeio==1.6.6 >/dev/null
work=$(mktemp -d)
trap 'kill $sandbox 2>/dev/null || true; rm -rf "$work"' EXIT
sandbox=

echo "record path: page bytes to RECORD lines, one core"
"$bin/bench" record-path

"$bin/close-sandbox" --port 0 --leads "$leads" --seed 7 --rate off --quiet >"$work/sandbox.txt" &
sandbox=$!
until grep -q "API key" "$work/sandbox.txt"; do kill -0 $sandbox; sleep 0.2; done
url=$(sed 's/.* on \(http[^ ]*\) .*/\1/' "$work/sandbox.txt")
key=$(sed 's/.*API key //' "$work/sandbox.txt")
origin=${url%/api/v1}
printf '{"api_key": "%s", "base_url": "%s", "start_date": "2010-01-01T00:00:00Z"}' "$key" "$url" >"$work/config.json"
printf '{"streams": [{"tap_stream_id": "leads", "metadata": [{"breadcrumb": [], "metadata": {"selected": true}}]}]}' \
  >"$work/catalog.json"
export CLOSE_BASE_URL="$url"
closeio="$PWD/.venv/tap-closeio/bin/python $PWD/Tests/Scripts/run_tap_closeio.py"
$closeio --config "$work/config.json" --discover 2>/dev/null | python3 -c '
import json, sys
catalog = json.load(sys.stdin)
for stream in catalog["streams"]:
    stream["schema"]["selected"] = stream["tap_stream_id"] == "leads"
json.dump(catalog, sys.stdout)' >"$work/closeio-catalog.json"

echo
echo "leads of an organisation with $leads, $rounds rounds each, in turns"
: >"$work/runs"
# tap NAME COMMAND...: one round, with the number of records and requests beside what was measured.
tap() {
  curl -s -X POST "$origin/sandbox/reset-statistics" >/dev/null
  MEASURED_OUTPUT="$work/out" python3 Tests/Scripts/measure.py "$@" >"$work/run"
  records=$(grep -c '"type": *"RECORD"' "$work/out" || true)
  requests=$(curl -s "$origin/sandbox/statistics" | python3 -c 'import json, sys; print(json.load(sys.stdin)["requests"])')
  sed "s/}\$/, \"records\": $records, \"requests\": $requests}/" "$work/run" >>"$work/runs"
}
round=0
while [ $round -lt "$rounds" ]; do
  tap tap-close "$bin/tap-close" --config "$work/config.json" --catalog "$work/catalog.json"
  tap tap-closeio $closeio --config "$work/config.json" --catalog "$work/closeio-catalog.json"
  round=$((round + 1))
done
python3 - "$work/runs" <<'PYTHON'
import json, statistics, sys

runs = [json.loads(line) for line in open(sys.argv[1])]
print(f"{'':12} {'records':>8} {'requests':>9} {'wall s':>8} {'records/s':>10} {'CPU us/record':>14} {'peak MiB':>9}")
cost = {}
for name in ("tap-close", "tap-closeio"):
    mine = [run for run in runs if run["name"] == name]
    assert all(run["status"] == 0 for run in mine), mine
    median = lambda key: statistics.median(run[key] for run in mine)
    records = median("records")
    cost[name] = median("cpu") / records * 1e6
    print(f"{name:12} {records:8.0f} {median('requests'):9.0f} {median('wall'):8.2f} {records / median('wall'):10.0f}"
          f" {cost[name]:14.2f} {max(run['memory_mib'] for run in mine):9.1f}")
print(f"tap-close needs {cost['tap-closeio'] / cost['tap-close']:.0f} times less CPU per record")
PYTHON
