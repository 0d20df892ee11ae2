#!/usr/bin/env bash
# Scans, and says what came of it. In: PROGRAM, MODE, SCANNED, BASELINE, FAIL_ON, FORMAT, SARIF_FILE, ARGS, BASE, HEAD.
# Out: findings, sarif-file, exit-code.
set -euo pipefail
# They would turn git and cd to another folder than the one the path names.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE CDPATH

fail() {
    echo "::error::$1"
    echo "exit-code=2" >>"$GITHUB_OUTPUT"
    exit 2
}

# The full name of a folder, without dots and with its links.
name_of() {
    local folder=$1
    [[ $folder == /* ]] || folder=$PWD/$folder
    cd -- "$folder" 2>/dev/null && pwd
}

# Whether a link that lies in the workspace is on the way to the folder of that full name.
is_linked() {
    [[ $1 == "$PWD"/* && $(cd -- "$1" && pwd -P) != "$(pwd -P)${1#"$PWD"}" ]]
}

# The root of the checkout that the path lies in: the nearest folder above it with a .git, which no commit can hold. git by
# itself also takes a folder for a repository that merely looks like a bare one, runs the programs that its configuration
# names, and the commits asked for would be those of that folder.
find_root() {
    local path=$SCANNED
    [[ $path == /* ]] || path=$PWD/$path
    [[ -e $path ]] || fail "there is nothing at the path given"
    [[ -d $path ]] || path=$(dirname -- "$path")
    root=$(name_of "$path") || fail "the path given can't be entered"
    # A link may lead into another repository; meant is the one that it lies in.
    while is_linked "$root"; do
        root=$(dirname -- "$root")
    done
    while [[ ! -e $root/.git ]]; do
        [[ ! -f $root/HEAD || ! -d $root/objects || ! -d $root/refs ]] ||
            fail "the path lies in a folder that looks like a bare repository; give one outside of it, such as the checkout's root"
        [[ $root != / ]] || fail "the path lies in no checkout of a git repository"
        root=$(dirname -- "$root")
    done
    local outer
    outer=$(ask_git rev-parse --show-superproject-working-tree) || fail "git can't read the repository that path lies in"
    [[ -z $outer ]] || fail "the path lies in a submodule, whose commits are not this repository's; give one outside of it"
}

# Asks the repository of that checkout.
ask_git() {
    git -c safe.bareRepository=explicit -C "$root" "$@"
}

# A checkout has only the last commit unless told otherwise. What can't be fetched is not scanned: no clean end, then.
fetch_history() {
    local shallow
    shallow=$(ask_git rev-parse --is-shallow-repository) || fail "git can't read the repository that path lies in"
    [[ $shallow != true ]] || ask_git fetch --quiet --no-tags --no-recurse-submodules --unshallow origin ||
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
            ask_git fetch --quiet --no-tags --no-recurse-submodules origin "$commit" || fail "commit $commit can't be fetched"
    done
}

list=$(mktemp "${RUNNER_TEMP:-/tmp}/tidewaiter.XXXXXX")
trap 'rm -f "$list"' EXIT
options=(--format "$FORMAT" --output "jsonl=$list")
[[ -z $BASELINE ]] || options+=(--baseline "$BASELINE")
if [[ -n $SARIF_FILE ]]; then
    [[ /$SARIF_FILE/ != */../* ]] || fail "sarif-file has .. in its path; name the file without"
    folder=$(name_of "$(dirname -- "$SARIF_FILE")") || fail "the folder of sarif-file is not there"
    # Whoever made the commit would say which file outside of the workspace is written.
    if [[ -L $SARIF_FILE ]] || is_linked "$folder"; then fail "sarif-file leads through a link of the workspace"; fi
    options+=(--output "sarif=$SARIF_FILE")
fi
[[ -z $FAIL_ON ]] || options+=(--fail-on "$FAIL_ON")
read -r -d '' -a more <<<"$ARGS" || true
options+=(${more[@]+"${more[@]}"})

case $MODE in
    scan)
        set -- scan "${options[@]}" --
        while IFS= read -r path; do
            [[ $path != - ]] || fail "path can't be standard input (-), of which an action has none"
            [[ -z ${path//[[:space:]]/} ]] || set -- "$@" "$path"
        done <<<"$SCANNED"
        ;;
    staged)
        find_root
        set -- staged "${options[@]}" -- "$root"
        ;;
    history)
        find_root
        fetch_history
        set -- history "${options[@]}" --repo "$root"
        ;;
    pr)
        find_root
        fetch_commits
        set -- history "${options[@]}" --repo "$root" -- "$BASE..$HEAD"
        ;;
    *) fail "mode is one of scan, staged, history and pr" ;;
esac

# A report that is written takes the place of a file that the checkout may have had there: its number changes.
number_of_report() {
    [[ ! -f $SARIF_FILE || -L $SARIF_FILE ]] || ls -di -- "$SARIF_FILE"
}

before=$(number_of_report)
code=0
"$PROGRAM" "$@" || code=$?
# A line for each finding; with --show-suppressed, for accepted ones, too.
findings=$(grep -c '"suppressed":null' "$list" || true)
# None was found, which is not to say that there is none.
[[ $code -ne 2 || $findings -ne 0 ]] || findings=''
{
    echo "findings=$findings"
    echo "exit-code=$code"
    if [[ $(number_of_report) != "$before" ]]; then
        # A line's end in a name would start another output.
        echo "sarif-file=${SARIF_FILE//[$'\r\n']/}"
    fi
} >>"$GITHUB_OUTPUT"
exit "$code"
