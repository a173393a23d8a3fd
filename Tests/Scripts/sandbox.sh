# To be sourced: starts sandboxes that end with the script, and asks them things.
sandboxes=
trap '[ -z "$sandboxes" ] || kill $sandboxes 2>/dev/null || true; cleanup' EXIT
cleanup() { :; }

# start_sandbox NAME OPTION...: starts one in $work; sets NAME_url, NAME_key and NAME_control.
start_sandbox() {
  sandbox_name=$1
  shift
  : >"$work/$sandbox_name.txt"
  "$bin/close-sandbox" --port 0 --quiet "$@" >"$work/$sandbox_name.txt" 2>"$work/$sandbox_name.log" &
  sandboxes="$sandboxes $!"
  until grep -q "API key" "$work/$sandbox_name.txt"; do
    kill -0 $! 2>/dev/null || { cat "$work/$sandbox_name.log" >&2; exit 1; }
    sleep 0.1
  done
  eval "${sandbox_name}_url=$(sed 's/.* on \(http[^ ]*\) .*/\1/' "$work/$sandbox_name.txt")"
  eval "${sandbox_name}_key=$(sed 's/.*API key //' "$work/$sandbox_name.txt")"
  eval "${sandbox_name}_control=\${${sandbox_name}_url%/api/v1}/sandbox"
}

# requests CONTROL: how many there have been since the last reset.
requests() { curl -s "$1/statistics" | grep -o '"requests": *[0-9]*' | head -1 | tr -dc 0-9; }

# objects CONTROL KIND: how many there are.
objects() { curl -s "$1/counts" | grep -o "\"$2\": *[0-9]*" | head -1 | sed 's/.*: *//' | grep . || echo 0; }
