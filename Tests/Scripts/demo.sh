#!/bin/sh
# The main job on the bundled sandbox: a full run, some changes in the CRM, an incremental run, a summary.
set -eu
cd "$(dirname "$0")/../.."
target_jsonl=$(Tests/Scripts/peer.sh target-jsonl target-jsonl==0.1.4)
bin=$PWD/.build/release
out=state/demo
rm -rf "$out"
mkdir -p "$out/records"

echo "starting close-sandbox with 3,000 leads"
"$bin/close-sandbox" --port 0 --leads "${DEMO_LEADS:-3000}" --seed 7 --quiet >"$out/sandbox.txt" 2>"$out/sandbox.log" &
sandbox=$!
trap 'kill $sandbox 2>/dev/null || true' EXIT
until grep -q "API key" "$out/sandbox.txt"; do
  kill -0 $sandbox || { cat "$out/sandbox.log"; exit 1; }
  sleep 0.1
done
url=$(sed 's/.* on \(http[^ ]*\) .*/\1/' "$out/sandbox.txt")
key=$(sed 's/.*API key //' "$out/sandbox.txt")
origin=${url%/api/v1}
printf '{"api_key": "%s", "base_url": "%s"}\n' "$key" "$url" >"$out/config.json"
printf '{"destination_path": "%s", "do_timestamp_file": false}\n' "$out/records" >"$out/target.json"

# run NAME [TAP OPTION...]: one pipeline as cron would run it; keeps what passed through for the summary.
run() {
  name=$1
  shift
  curl -s -X POST "$origin/sandbox/reset-statistics" >/dev/null
  began=$(date +%s.%N)
  { "$bin/tap-close" --config "$out/config.json" --catalog catalogs/core.json "$@" 2>"$out/$name.log" ||
    { tail -3 "$out/$name.log" >&2; touch "$out/failed"; }; } |
    tee "$out/$name.singer" | "$target_jsonl" --config "$out/target.json" >"$out/$name.state" 2>/dev/null
  ended=$(date +%s.%N)
  [ ! -e "$out/failed" ] || exit 1
  tail -1 "$out/$name.state" >"$out/state.json"
  curl -s "$origin/sandbox/statistics" >"$out/$name.statistics"
  echo "$began $ended" | awk '{ printf "%.1f", $2 - $1 }' >"$out/$name.seconds"
}

echo "first run: everything"
run first
echo "changing records in the sandbox"
curl -s -X POST "$origin/sandbox/edit" -H 'Content-Type: application/json' \
  -d '{"edits": 40, "creates": 15, "deletes": 5}' >/dev/null
echo "second run: only what is new (--state $out/state.json)"
run second --state "$out/state.json"

count() { grep -c "^{\"type\":\"RECORD\",\"stream\":\"$1\"" "$out/$2.singer" || true; }
requests() { grep -o '"requests": *[0-9]*' "$out/$1.statistics" | head -1 | tr -dc 0-9; }
echo
printf '%-14s %12s %12s   %s\n' table "first run" "second run" file
for table in activities custom_fields event_log leads tasks users; do
  printf '%-14s %12s %12s   %s\n' $table "$(count $table first)" "$(count $table second)" "$out/records/$table.jsonl"
done
printf '%-14s %12s %12s\n' requests "$(requests first)" "$(requests second)"
printf '%-14s %11ss %11ss\n' time "$(cat "$out/first.seconds")" "$(cat "$out/second.seconds")"
echo
echo "logs: $out/first.log, $out/second.log; state for the next run: $out/state.json"
