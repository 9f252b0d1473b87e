#!/usr/bin/env bash
# run_arguments.sh SOURCE: the arguments with which examples/run starts the program, where a model is given by its name. It
# runs in a tree with a program that prints its arguments, and with a Python that says what the real script says.
set -euo pipefail
source=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{bin,examples/models,tests,build/release/examples,cache/suture/models-python/bin}
cp "$source/examples/run" "$tree/examples/"
cp "$source/tests/setup" "$tree/tests/"
printf '#!/bin/sh\n' >"$tree/bin/cmake"
printf '#!/bin/sh\nprintf installed\n' >"$tree/bin/dpkg-query"
# shellcheck disable=SC2016  # expanded by the program
printf '#!/bin/sh\nprintf "argument <%%s>\\n" "$@"\n' >"$tree/build/release/examples/experiments"
cat >"$tree/cache/suture/models-python/bin/python" <<'END'
#!/bin/sh
[ "$2" = mgm ] || [ "$2" = smollm2 ] || exit 9
[ "$4" != broken ] || { echo "fetch.py: the network is down" >&2; exit 1; }
printf '%s\n' "/cache of $2 in $4" --prompt 'a b' --corrupted 'c d' --answer e --other f
END
chmod +x "$tree"/bin/* "$tree"/build/release/examples/* "$tree"/cache/suture/models-python/bin/*
touch "$tree/cache/suture/models-python/complete"

failures=0
# expect EXPECTED ARGUMENT...: the program's arguments, each between < and >.
expect() {
    local expected=$1 got
    shift
    got=$(env -u SUTURE_BUILD_SUFFIX PATH="$tree/bin:$PATH" XDG_CACHE_HOME="$tree/cache" "$tree/examples/run" "$@" 2>&1 |
        sed -n "s/^argument //p" | tr -d "\n") || true
    [[ $got == "$expected" ]] && return
    printf 'examples/run %s\n  gave     %s\n  expected %s\n' "$*" "$got" "$expected"
    failures=$((failures + 1))
}

report='<--report><suture-report>'
theirs='<--prompt><a b><--corrupted><c d><--answer><e><--other><f>'
of_mgm="<--model></cache of mgm in float32>"
expect "$report"
expect "$report<--layer><2><--prompt><x y>" --layer 2 --prompt 'x y'
expect "$report$of_mgm$theirs" --model mgm
expect "$report$of_mgm$theirs" --model=mgm
expect "$report<--layer><2>$of_mgm<--token><1>$theirs" --layer 2 --model=mgm --token 1
expect "$report<--model></cache of smollm2 in bfloat16><--dtype><bfloat16>$theirs" --model smollm2 --dtype bfloat16
expect "$report<--dtype=bfloat16><--model></cache of smollm2 in bfloat16>$theirs" --dtype=bfloat16 --model smollm2
expect "$report$of_mgm<--prompt><x>" --model mgm --prompt x
expect "$report$of_mgm<--ids=1,2>" --model mgm --ids=1,2
expect "$report$of_mgm<--answer><x><--prompt><a b><--corrupted><c d><--other><f>" --model mgm --answer x
expect "$of_mgm<--report><r>$theirs" --model mgm --report r
expect "$report<--model><./mgm>" --model ./mgm
expect "$report<--model><gpt2>" --model gpt2
expect "$report<--prompt><mgm>" --prompt mgm
expect "" --model mgm --dtype broken # what the script refuses ends the run
((failures == 0)) && echo "passed"
