#!/usr/bin/env bash
# Downloads the released program, or says under which key a build of it is kept.
# In: VERSION, REF, REPOSITORY, OS, ARCH. Out: folder, and key where the program has to be built.
set -euo pipefail

root=$(dirname -- "$GITHUB_ACTION_PATH/action.yml")
folder=$RUNNER_TEMP/tidewaiter
mkdir -p "$folder/bin"
echo "folder=$folder" >>"$GITHUB_OUTPUT"

version=${VERSION:-$REF}
case $OS-$ARCH in
    Linux-X64) target=x86_64-unknown-linux-gnu ;;
    Linux-ARM64) target=aarch64-unknown-linux-gnu ;;
    macOS-X64) target=x86_64-apple-darwin ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    *) target='' ;;
esac

sum() {
    if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum --algorithm 256 "$@"; fi
}

# Gives 0 if the binary was there and is what its checksum says.
download() {
    [[ $version =~ ^v?[0-9]+\.[0-9]+\.[0-9]+$ && -n $target && -n $REPOSITORY ]] || return 1
    local name=tidewaiter-$target.tar.gz
    local url=${GITHUB_SERVER_URL:-https://github.com}/$REPOSITORY/releases/download/v${version#v}/$name
    curl --fail --silent --location --retry 3 --max-time 120 --output "$folder/$name" "$url" || return 1
    curl --fail --silent --location --retry 3 --max-time 30 --output "$folder/$name.sha256" "$url.sha256" || return 1
    if ! (cd "$folder" && sum --check --status "$name.sha256"); then
        echo "::error::$name is not what its checksum says" >&2
        exit 2
    fi
    tar --extract --gzip --file "$folder/$name" --directory "$folder/bin" tidewaiter
}

if download; then
    exit 0
fi
if [[ -n $VERSION ]]; then
    # Whatever else stands there may hold a command to the runner.
    named='of the version given'
    [[ ! $VERSION =~ ^[0-9A-Za-z._/-]+$ ]] || named=$VERSION
    echo "::warning::There is no binary of tidewaiter $named for $OS $ARCH; building what the action was checked out as"
fi
sources=$(cd "$root" && find Cargo.toml Cargo.lock build.rs rust-toolchain.toml src rules -type f -print0 |
    LC_ALL=C sort -z | xargs -0 cat | sum | cut -d ' ' -f 1)
echo "key=tidewaiter-$OS-$ARCH-$sources" >>"$GITHUB_OUTPUT"
