#!/bin/sh
# Compares whole processes on the same input, in one run: benches/run.sh WHAT FOLDER
#
#   tree FOLDER     a working tree: rg with the program's own keywords, gitleaks, kingfisher
#   history FOLDER  a repository: git cat-file, gitleaks, kingfisher
#   cache FOLDER    a repository: a history whose last 10 commits came after the one that filled the cache, and a whole one
#   staged FOLDER   a repository with something staged: git diff, gitleaks
#   growth FOLDER   what corpus.py made: time and memory as the input doubles
#
# Wants hyperfine; peers that are not installed are left out. TIDEWAITER names the program, RUNS the runs of each command.
set -eu
what=$1
folder=$(cd "$2" && pwd)
program=${TIDEWAITER:-$(cd "$(dirname "$0")/.." && pwd)/target/release/tidewaiter}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

has() { command -v "$1" >/dev/null 2>&1; }

# The commands are this script's arguments from here on.
set -- "$program"
compare() { (cd "$folder" && hyperfine --ignore-failure --shell=none --warmup 1 --runs "${RUNS:-5}" "$@"); }

case $what in
tree)
    "$program" rules keywords >"$scratch/keywords"
    set -- "$program scan . --quiet --no-config --format jsonl"
    has rg && set -- "$@" "rg -c -F -f $scratch/keywords ."
    has gitleaks && set -- "$@" "gitleaks dir . --no-banner --report-path $scratch/gitleaks.json"
    has kingfisher && set -- "$@" "kingfisher scan . --no-validate --no-update-check --git-history none"
    compare "$@"
    ;;
history)
    set -- "$program history --quiet --no-config --format jsonl"
    set -- "$@" "git cat-file --batch-all-objects --unordered --batch"
    has gitleaks && set -- "$@" "gitleaks git . --no-banner --report-path $scratch/gitleaks.json"
    has kingfisher && set -- "$@" "kingfisher scan . --no-validate --no-update-check"
    compare "$@"
    ;;
cache)
    git clone --quiet --bare --single-branch "$folder" "$scratch/new.git"
    folder=$scratch/new.git
    branch=$(git -C "$folder" symbolic-ref HEAD)
    tip=$(git -C "$folder" rev-parse HEAD)
    git -C "$folder" update-ref "$branch" HEAD~10
    (cd "$folder" && "$program" history --quiet --no-config --format jsonl --cache "$scratch/cache" >/dev/null) || test $? -eq 1
    git -C "$folder" update-ref "$branch" "$tip"
    set -- "$program history --quiet --no-config --format jsonl --cache $scratch/run"
    set -- "$@" "$program history --quiet --no-config --format jsonl"
    compare --prepare "sh -c 'rm -rf $scratch/run && cp -r $scratch/cache $scratch/run'" "$@"
    ;;
staged)
    set -- "$program staged --quiet --no-config" "git diff --cached"
    has gitleaks && set -- "$@" "gitleaks git . --staged --no-banner"
    compare "$@"
    ;;
growth)
    for input in one.yaml $(cd "$folder" && ls -d trees/* stream-* line-* | sort -V); do
        /usr/bin/time -f "$input  %e s  %M KB" "$program" scan "$folder/$input" --quiet --no-config \
            --max-file-size 1GiB --format jsonl >/dev/null || true
    done
    ;;
*)
    echo "run.sh: no comparison $what" >&2
    exit 2
    ;;
esac
