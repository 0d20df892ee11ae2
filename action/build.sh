#!/usr/bin/env bash
# Builds the program from the action's own checkout, unless an earlier build lies there. In: FOLDER.
set -euo pipefail

[[ -x $FOLDER/bin/tidewaiter ]] && exit 0
if ! command -v cargo >/dev/null; then
    echo "::error::There is no released binary for this machine, and no Rust to build one (https://rustup.rs)" >&2
    exit 2
fi
# In the scanned folder rustup would take the toolchain, and with it the cargo, that a rust-toolchain.toml there names.
cd -- "$GITHUB_ACTION_PATH"
cargo install --quiet --locked --path . --root "$FOLDER" --no-track
