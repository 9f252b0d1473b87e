#!/usr/bin/env bash
# The program `sweep` in several processes, and interrupted: the rest is resumed, and no bit differs.
#
#   sweep_processes.sh PROGRAM CASE    CASE: alike, killed, full_disk, frozen, late, interrupted or without_c10d
set -euo pipefail
program=$1
dir=$(mktemp -d)
pids=()
trap 'kill -9 "${pids[@]}" 2>/dev/null || true; rm -rf "$dir"' EXIT

# More than a thousand cells of four prompts, which run one by one, so that a process can be stopped between any two.
sweep=("$program" --what q,k,v,z --by-head --direction zero --batch 1 --answer Mary --other John
    --clean "When Mary and John went to the store , John gave a drink to"
    --clean "When Mary and John went to the store , Mary gave a drink to"
    --clean "Then Mary and John went to the park , John gave a flower to"
    --clean "Then Mary and John went to the park , Mary gave a flower to")

fail() {
    printf 'FAILED: %s\n' "$*"
    tail -n 20 "$dir"/*.out
    exit 1
}
expect_text() { grep -q -e "$2" "$1" || fail "$1 does not say '$2'"; }
expect_same() {
    cmp "$1/sweep.csv" "$2/sweep.csv" || fail "the CSV files of $1 and $2 differ"
    cmp "$1/sweep.safetensors" "$2/sweep.safetensors" || fail "the tensors of $1 and $2 differ"
}

free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 20); do
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}
# start RANKS OF [ARGUMENT...]: starts these ranks of OF processes; rank 2 writes to 2.out. The disk of the rank $full is
# full after 2 KB in a file.
full=
start() {
    local ranks=$1 of=$2 rank
    shift 2
    port=$(free_port)
    for rank in $ranks; do
        (
            if [[ $rank == "$full" ]]; then
                trap '' XFSZ
                ulimit -f 2
            fi
            export RANK=$rank WORLD_SIZE=$of MASTER_ADDR=127.0.0.1 MASTER_PORT=$port
            exec "${sweep[@]}" "$@" >"$dir/$rank.out" 2>&1
        ) &
        pids[rank]=$!
    done
}
# expect_exits STATUS RANK...
expect_exits() {
    local expected=$1 rank status
    shift
    for rank in "$@"; do
        status=0
        wait "${pids[rank]}" || status=$?
        [[ $status == "$expected" ]] || fail "rank $rank ended with $status, not $expected"
    done
}
journal_cells() { cat "$1"/journal-*.txt | grep '^[0-9]' | cut -d' ' -f1 | sort -un | wc -l; }
# Waits until a process has finished a number of cells.
wait_for_cells() {
    until [[ -f $1 && $(wc -l <"$1") -gt $2 ]]; do
        kill -0 "$3" 2>/dev/null || fail "the sweep was over before $1 had $2 cells"
        sleep 0.01
    done
}
# expect_resumed CELLS OUT: the output says that CELLS were in journals and only the others were run.
expect_resumed() {
    local summary
    summary=$(grep '^cells' "$2")
    [[ $summary == *": $((all - $1)) run in "*"; $1 from journals; "* ]] || fail "not $1 of $all cells were in journals: $summary"
}

# expect_ended WORDS RANK...: each ended with an error of these words; nobody wrote a result.
expect_ended() {
    local words=$1 rank
    shift
    expect_exits 1 "$@"
    for rank in "$@"; do expect_text "$dir/$rank.out" "$words"; done
    [[ ! -e $dir/out/sweep.csv ]] || fail "there is a result though a process failed"
}
# Two processes finish what four began; the result is that of one. Removes it.
expect_finished() {
    local there=$1
    start "0 1" 2 --out "$dir/out" --resume
    expect_exits 0 0 1
    expect_resumed "$there" "$dir/0.out"
    expect_same "$dir/alone" "$dir/out"
    rm -r "$dir/out"
}

alone() {
    "${sweep[@]}" --out "$dir/alone" >"$dir/alone.out" 2>&1 || fail "the sweep of one process"
    all=$(journal_cells "$dir/alone")
}

alike() {
    sweep+=(--tokens 10:)  # nothing is stopped here, so fewer cells do
    alone
    local of
    for of in 2 4; do
        start "$(seq -s ' ' 0 $((of - 1)))" "$of" --out "$dir/$of"
        expect_exits 0 $(seq 0 $((of - 1)))
        expect_same "$dir/alone" "$dir/$of"
        expect_text "$dir/0.out" "by $of processes"
        [[ ! -s $dir/1.out ]] || fail "rank 1 printed something"
    done
}

killed() {
    alone
    local victims victim first survivors
    for victims in "2 3" 0; do
        start "0 1 2 3" 4 --out "$dir/out" --limit 4
        first=${victims%% *}
        wait_for_cells "$dir/out/journal-$first.txt" 20 "${pids[first]}"
        for victim in $victims; do kill -9 "${pids[victim]}"; done
        expect_exits 137 $victims
        survivors=$(printf '%s\n' 0 1 2 3 | grep -v "[$victims]")
        expect_ended "rank.* [${victims// /}].* of 4.*: finished cells are kept in .*: start again with --resume" $survivors
        # The power failed, too: the last line is torn, and its cell runs again.
        truncate -s -2 "$dir/out/journal-$first.txt"
        expect_finished $(($(journal_cells "$dir/out") - 1))
    done
}

full_disk() {
    sweep+=(--tokens 10:)
    alone
    full=1
    start "0 1 2 3" 4 --out "$dir/out" --limit 4
    expect_ended "rank 1 of 4 stopped before its work was done: see its output" 0 2 3
    expect_ended "journal-1.txt: the journal cannot be written (File too large): check the space on the disk" 1
    full=
    expect_finished "$(journal_cells "$dir/out")"
}

frozen() {
    sweep+=(--tokens 10:)
    alone
    start "0 1 2 3" 4 --out "$dir/out" --limit 4
    wait_for_cells "$dir/out/journal-3.txt" 20 "${pids[3]}"
    kill -STOP "${pids[3]}"
    expect_ended "no heartbeat from rank 3 of 4 for 4 s, dead or disconnected: finished cells are kept in .*--resume" 0 1 2
    kill -9 "${pids[3]}"
    expect_exits 137 3
    expect_finished "$(journal_cells "$dir/out")"
}

late() {
    start "0" 2 --out "$dir/out" --limit 2
    expect_exits 1 0
    expect_text "$dir/0.out" "^sweep: rank 1 of 2 did not join within 2 s: "
}

interrupted() {
    alone
    "${sweep[@]}" --out "$dir/out" >"$dir/0.out" 2>&1 &
    pids[0]=$!
    wait_for_cells "$dir/out/journal-0.txt" 20 "${pids[0]}"
    kill -INT "${pids[0]}"
    expect_exits 130 0
    expect_text "$dir/0.out" "^sweep: interrupted: finished cells are kept in .*: run the same command with --resume to finish"
    if "${sweep[@]}" --out "$dir/out" >"$dir/0.out" 2>&1; then fail "a journal was overwritten"; fi
    expect_text "$dir/0.out" "journal-0.txt is the journal of an earlier sweep: continue it with --resume"

    local there
    there=$(journal_cells "$dir/out")
    "${sweep[@]}" --out "$dir/out" --resume >"$dir/0.out" 2>&1
    expect_resumed "$there" "$dir/0.out"
    expect_same "$dir/alone" "$dir/out"
}

without_c10d() {
    alone
    start "0 1" 2 --out "$dir/out"
    expect_exits 0 0 1
    expect_text "$dir/0.out" "built without c10d's Gloo .*: it runs alone"
    expect_text "$dir/1.out" "built without c10d's Gloo .*: rank 1 leaves the work to rank 0"
    expect_same "$dir/alone" "$dir/out"
}

"$2"
