#!/bin/sh
# The main job on the bundled sandbox: a full run, some changes in the CRM, an incremental run, and a copy of an
# organisation into an empty one.
set -eu
cd "$(dirname "$0")/../.."
target_jsonl=$(Tests/Scripts/peer.sh target-jsonl target-jsonl==0.1.4)
bin=$PWD/.build/release
work=state/demo
rm -rf "$work"
mkdir -p "$work/records"
. Tests/Scripts/sandbox.sh

seconds() { awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $1 }"; }

# run NAME [TAP OPTION...]: one pipeline as cron would run it; keeps what passed through for the summary.
run() {
  name=$1
  shift
  curl -s -X POST "$crm_control/reset-statistics" >/dev/null
  began=$(date +%s.%N)
  { "$bin/tap-close" --config "$work/config.json" --catalog catalogs/core.json "$@" 2>"$work/$name.log" ||
    { tail -3 "$work/$name.log" >&2; touch "$work/failed"; }; } |
    tee "$work/$name.singer" | "$target_jsonl" --config "$work/target.json" >"$work/$name.state" 2>/dev/null
  seconds "$began" >"$work/$name.seconds"
  [ ! -e "$work/failed" ] || exit 1
  tail -1 "$work/$name.state" >"$work/state.json"
  requests "$crm_control" >"$work/$name.requests"
}

echo "Reading a CRM: tap-close | target-jsonl"
echo "  starting close-sandbox with ${DEMO_LEADS:-3000} leads"
start_sandbox crm --leads "${DEMO_LEADS:-3000}" --seed 7
printf '{"api_key": "%s", "base_url": "%s", "deletes": true}\n' "$crm_key" "$crm_url" >"$work/config.json"
printf '{"destination_path": "%s", "do_timestamp_file": false}\n' "$work/records" >"$work/target.json"
echo "  first run: everything"
run first
echo "  changing and deleting records in the sandbox"
curl -s -X POST "$crm_control/edit" -H 'Content-Type: application/json' \
  -d '{"edits": 40, "creates": 15, "deletes": 5}' >/dev/null
echo "  second run: only what is new (--state $work/state.json)"
run second --state "$work/state.json"

rows() { grep "^{\"type\":\"RECORD\",\"stream\":\"$1\"" "$work/$2.singer" || true; }
count() { rows "$1" "$2" | grep -c "${3:-}" || true; }
echo
printf '  %-14s %12s %12s %12s   %s\n' table "first run" "second run" "of them gone" file
for table in activities custom_fields event_log leads tasks users; do
  printf '  %-14s %12s %12s %12s   %s\n' $table "$(count $table first)" "$(count $table second)" \
    "$(count $table second '"_sdc_deleted_at":"')" "$work/records/$table.jsonl"
done
printf '  %-14s %12s %12s\n' requests "$(cat "$work/first.requests")" "$(cat "$work/second.requests")"
printf '  %-14s %11ss %11ss\n' time "$(cat "$work/first.seconds")" "$(cat "$work/second.seconds")"

# copy NAME: everything catalogs/clone.json names goes from the old organisation into the new one.
copy() {
  curl -s -X POST "$new_control/reset-statistics" >/dev/null
  began=$(date +%s.%N)
  "$bin/tap-close" --config "$work/old.json" --catalog catalogs/clone.json 2>"$work/$1-tap.log" |
    "$bin/target-close" --config "$work/new.json" >"$work/$1.state" 2>"$work/$1-target.log" ||
    { tail -1 "$work/$1-target.log" >&2; exit 1; }
  seconds "$began" >"$work/$1.seconds"
  requests "$new_control" >"$work/$1.requests"
  for kind in lead contact opportunity task activity/note activity/call; do objects "$new_control" $kind; done >"$work/$1.counts"
}

echo
echo "Copying a CRM into an empty one: tap-close | target-close"
echo "  starting two more sandboxes, one with 300 leads and one without any"
start_sandbox old --leads 300 --seed 11
start_sandbox new --empty --seed 12
printf '{"api_key": "%s", "base_url": "%s"}\n' "$old_key" "$old_url" >"$work/old.json"
printf '{"api_key": "%s", "base_url": "%s", "journal_path": "%s", "dead_letter_path": "%s"}\n' "$new_key" "$new_url" \
  "$work/journal.jsonl" "$work/dead-letters.jsonl" >"$work/new.json"
echo "  planning it first (--dry-run, nothing is written)"
"$bin/tap-close" --config "$work/old.json" --catalog catalogs/clone.json 2>/dev/null |
  "$bin/target-close" --config "$work/new.json" --dry-run >"$work/plan.jsonl" 2>"$work/plan.log"
echo "  the plan creates $(grep -c '"action":"create"' "$work/plan.jsonl") objects: $work/plan.jsonl"
echo "  copying"
copy copy
echo "  copying again: nothing may come twice"
copy again

echo
printf '  %-14s %12s %12s %12s\n' kind "old CRM" "first copy" "second copy"
row=0
for kind in lead contact opportunity task activity/note activity/call; do
  row=$((row + 1))
  note=
  [ $kind != task ] || note="  (Close makes the others by itself)"
  printf '  %-14s %12s %12s %12s%s\n' ${kind#activity/} "$(objects "$old_control" $kind)" \
    "$(sed -n ${row}p "$work/copy.counts")" "$(sed -n ${row}p "$work/again.counts")" "$note"
done
printf '  %-14s %12s %12s %12s\n' requests "" "$(cat "$work/copy.requests")" "$(cat "$work/again.requests")"
printf '  %-14s %12s %11ss %11ss\n' time "" "$(cat "$work/copy.seconds")" "$(cat "$work/again.seconds")"
echo
echo "Everything is in $work: records, logs (*.log), the plan, the journal, and the state for the next run (state.json)."
