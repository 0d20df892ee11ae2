#!/usr/bin/env bash
# Scans, and says what came of it. In: PROGRAM, MODE, SCANNED, BASELINE, FAIL_ON, FORMAT, SARIF_FILE, ARGS, BASE, HEAD.
# Out: findings, sarif-file, exit-code.
set -euo pipefail

fail() {
    echo "::error::$1"
    echo "exit-code=2" >>"$GITHUB_OUTPUT"
    exit 2
}

# Asks the repository of the path, which may be a file's.
ask_git() {
    local folder=$SCANNED
    [[ -d $folder ]] || folder=$(dirname -- "$folder")
    git -C "$folder" "$@"
}

# A checkout has only the last commit unless told otherwise. What can't be fetched is not scanned: no clean end, then.
fetch_history() {
    local shallow
    shallow=$(ask_git rev-parse --is-shallow-repository) || fail "git can't read the repository that path lies in"
    [[ $shallow != true ]] || ask_git fetch --quiet --no-tags --unshallow origin ||
        fail "the commits before the last one can't be fetched; with fetch-depth 0, actions/checkout brings them"
}

# The pull request's commits must be there whole.
fetch_commits() {
    [[ $BASE =~ ^[0-9a-f]{40}$ && $HEAD =~ ^[0-9a-f]{40}$ ]] ||
        fail "mode pr needs a pull_request, pull_request_target or merge_group event"
    fetch_history
    local commit
    for commit in "$BASE" "$HEAD"; do
        ask_git cat-file -e "$commit^{commit}" 2>/dev/null ||
            ask_git fetch --quiet --no-tags origin "$commit" || fail "commit $commit can't be fetched"
    done
}

list=$(mktemp "${RUNNER_TEMP:-/tmp}/tidewaiter.XXXXXX")
trap 'rm -f "$list"' EXIT
options=(--format "$FORMAT" --output "jsonl=$list")
[[ -z $BASELINE ]] || options+=(--baseline "$BASELINE")
[[ -z $SARIF_FILE ]] || options+=(--output "sarif=$SARIF_FILE")
case $FAIL_ON in '' | none) ;; *) options+=(--fail-on "$FAIL_ON") ;; esac
read -r -d '' -a more <<<"$ARGS" || true
options+=(${more[@]+"${more[@]}"})

case $MODE in
    scan)
        set -- scan "${options[@]}" --
        while IFS= read -r path; do
            [[ -z ${path//[[:space:]]/} ]] || set -- "$@" "$path"
        done <<<"$SCANNED"
        ;;
    staged) set -- staged "${options[@]}" -- "$SCANNED" ;;
    history)
        fetch_history
        set -- history "${options[@]}" --repo "$SCANNED"
        ;;
    pr)
        fetch_commits
        set -- history "${options[@]}" --repo "$SCANNED" -- "$BASE..$HEAD"
        ;;
    *) fail "mode is one of scan, staged, history and pr" ;;
esac

code=0
"$PROGRAM" "$@" || code=$?
# A line for each finding; with --show-suppressed, for accepted ones, too.
findings=$(grep -c '"suppressed":null' "$list" || true)
{
    echo "findings=$findings"
    echo "exit-code=$code"
    if [[ -n $SARIF_FILE && -e $SARIF_FILE ]]; then
        # A line's end in a name would start another output.
        echo "sarif-file=${SARIF_FILE//[$'\r\n']/}"
    fi
} >>"$GITHUB_OUTPUT"
if [[ $FAIL_ON == none && $code -eq 1 ]]; then
    code=0
fi
exit "$code"
