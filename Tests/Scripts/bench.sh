#!/bin/sh
# Measures the record path alone, then tap-close beside tap-closeio (and curl, which only stores the pages) on the
# same sandbox data, then target-close.
# BENCH_LEADS sets the size of the organisation (20000), BENCH_ROUNDS how often each program runs (5): of their CPU
# times the least counts, of everything else the median.
set -eu
cd "$(dirname "$0")/../.."
leads=${BENCH_LEADS:-20000}
rounds=${BENCH_ROUNDS:-5}
bin=$PWD/.build/release
swift build -c release --static-swift-stdlib -Xlinker -s --product bench >/dev/null
Tests/Scripts/peer.sh tap-closeio tap-closeio==1.6.6 >/dev/null
work=$(mktemp -d)
. Tests/Scripts/sandbox.sh
cleanup() { rm -rf "$work"; }

echo "record path: page bytes to RECORD lines, one core"
"$bin/bench" record-path

start_sandbox crm --leads "$leads" --seed 7 --rate off
printf '{"api_key": "%s", "base_url": "%s", "start_date": "2010-01-01T00:00:00Z"}' "$crm_key" "$crm_url" >"$work/config.json"
printf '{"streams": [{"tap_stream_id": "leads", "metadata": [{"breadcrumb": [], "metadata": {"selected": true}}]}]}' \
  >"$work/catalog.json"
export CLOSE_BASE_URL="$crm_url"
closeio="$PWD/.venv/tap-closeio/bin/python $PWD/Tests/Scripts/run_tap_closeio.py"
$closeio --config "$work/config.json" --discover 2>/dev/null | python3 -c '
import json, sys
catalog = json.load(sys.stdin)
for stream in catalog["streams"]:
    stream["schema"]["selected"] = stream["tap_stream_id"] == "leads"
json.dump(catalog, sys.stdout)' >"$work/closeio-catalog.json"

# The same pages without making anything of them: what their bytes cost on the way out of a socket.
printf 'silent\nuser = "%s:"\nurl = "%s/lead/?_limit=100&_skip=[0-%s:100]"\n' "$crm_key" "$crm_url" "$((leads - 100))" \
  >"$work/curl"

# measure CONTROL RECORDS NAME COMMAND...: one round, its output thrown away, with the number of records and
# requests beside what was measured.
measure() {
  control=$1
  records=$2
  shift 2
  curl -s -X POST "$control/reset-statistics" >/dev/null
  python3 Tests/Scripts/measure.py "$@" >"$work/run"
  sed "s/}\$/, \"records\": $records, \"requests\": $(requests "$control")}/" "$work/run" >>"$work/runs"
}

echo
echo "leads of an organisation with $leads, $rounds rounds each, in turns"
ours="$bin/tap-close --config $work/config.json --catalog $work/catalog.json"
theirs="$closeio --config $work/config.json --catalog $work/closeio-catalog.json"
records() { grep -c '"type": *"RECORD"'; }
our_records=$($ours 2>/dev/null | records)
their_records=$($theirs 2>/dev/null | records)
: >"$work/runs"
for round in $(seq "$rounds"); do
  measure "$crm_control" "$our_records" tap-close $ours
  measure "$crm_control" "$leads" curl curl --config "$work/curl"
  measure "$crm_control" "$their_records" tap-closeio $theirs
done
python3 Tests/Scripts/summary.py "$work/runs" tap-closeio

echo
echo "the six core tables of the same organisation, all at once"
core="$bin/tap-close --config $work/config.json --catalog catalogs/core.json"
core_records=$($core 2>/dev/null | records)
: >"$work/runs"
for round in $(seq "$rounds"); do
  measure "$crm_control" "$core_records" "six tables" $core
done
python3 Tests/Scripts/summary.py "$work/runs"

echo
echo "the same leads into Close: created in an empty organisation, found unchanged by the journal, and without a"
echo "journal compared with what is there (in their own organisation)"
"$bin/tap-close" --config "$work/config.json" --catalog "$work/catalog.json" >"$work/leads.singer" 2>/dev/null
: >"$work/runs"
start_sandbox new --empty --seed 8 --rate off
target() {
  printf '{"api_key": "%s", "base_url": "%s", "journal_path": "%s", "concurrency": 8}' "$2" "$3" "$work/$4" >"$work/target.json"
  measure "$5" "$leads" "$1" "$bin/target-close" --config "$work/target.json" --input "$work/leads.singer"
}
target created "$new_key" "$new_url" new.jsonl "$new_control"
for round in $(seq "$rounds"); do
  target unchanged "$new_key" "$new_url" new.jsonl "$new_control"
  rm -f "$work/own.jsonl"
  target compared "$crm_key" "$crm_url" own.jsonl "$crm_control"
done
python3 Tests/Scripts/summary.py "$work/runs"
