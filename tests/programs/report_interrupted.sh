#!/usr/bin/env bash
# A program that writes a report, ended at many moments: its directory is then what it was, or has the whole new report.
#
#   report_interrupted.sh PROGRAM [ARGUMENT...]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export TMPDIR=$dir/tmp SOURCE_DATE_EPOCH=1700000000  # so that two runs of one command write the same bytes
mkdir "$TMPDIR"
program=("$@")
fail() {
    printf 'FAILED: %s\n' "$*"
    cat "$dir/out"
    exit 1
}
# What a kill leaves half-written has names that nothing reads.
snapshot() { (cd "$1" && find . -not -name '.*-new-*' -not -path '*/.*-new-*' -not -name '.suture-*.part' -printf '%p %y\n' -type f -exec md5sum {} + | sort); }
milliseconds() { date +%s%3N; }

# An old report, with the files of somebody else in it, and the new one that replaces it.
report=$dir/report
(cd "$dir" && "${program[@]}" --report report --token 2) >"$dir/out" 2>&1 || fail "no report"
for name in mine.csv report_files/mine.csv report_files/attention-1-annotated.svg; do echo mine >"$report/$name"; done
cp -a "$report" "$dir/old"
began=$(milliseconds)
(cd "$dir" && "${program[@]}" --report report) >"$dir/out" 2>&1 || fail "no second report"
took=$(($(milliseconds) - began))
cp -a "$report" "$dir/new"
old=$(snapshot "$dir/old") new=$(snapshot "$dir/new")
[[ $old != "$new" ]] || fail "the two reports are the same"
for name in mine.csv report_files/mine.csv report_files/attention-1-annotated.svg; do
    [[ $(cat "$report/$name") == mine ]] || fail "$name changed"
done

killed=0
# As shares of the time that a whole run takes.
declare -A moments=([INT]="5 30 60 85 95" [TERM]="45 90" [KILL]="25 55 75 90 97" [HUP]="65")
for signal in "${!moments[@]}"; do
    for part in ${moments[$signal]}; do
        rm -rf "$report"
        cp -a "$dir/old" "$report"
        # bash starts background jobs with SIGINT ignored, unless job control is on.
        (cd "$dir" && exec env --default-signal=INT "${program[@]}" --report report) >"$dir/out" 2>&1 &
        process=$!
        sleep "$(printf '%d.%03d' $((took * part / 100 / 1000)) $((took * part / 100 % 1000)))"
        kill -s "$signal" "$process" 2>/dev/null || true
        code=0
        wait "$process" 2>/dev/null || code=$?
        now=$(snapshot "$report")
        if [[ $now == "$old" ]]; then
            ((code > 128)) || fail "SIG$signal at $part %: exit code $code without a report"
            killed=$((killed + 1))
        elif [[ $now == "$new" ]]; then
            :
        else
            diff <(echo "$old") <(echo "$now") || true
            fail "SIG$signal at $part %: the report is neither the old nor the new one"
        fi
        if [[ $signal != KILL && $code -gt 128 ]]; then
            [[ -z $(find "$report" -name '.*-new-*' -o -name '.suture-*.part') ]] || fail "SIG$signal at $part %: half-written files are left"
        fi
    done
done
((killed > 3)) || fail "only $killed runs were interrupted"
# A directory that was not there is not there afterwards either.
rm -rf "$report"
(cd "$dir" && exec env --default-signal=INT "${program[@]}" --report report/new) >"$dir/out" 2>&1 &
process=$!
sleep "$(printf '0.%03d' $((took / 4 % 1000)))"
kill -s INT "$process" 2>/dev/null || true
code=0
wait "$process" 2>/dev/null || code=$?
[[ $code -eq 0 || ! -e $report ]] || fail "an interrupted run left $(find "$report")"
echo "passed: $killed runs were interrupted"
