#!/bin/sh
gpg_signing_key=3D8FA41C
rpmsign --define "_gpg_name $gpg_signing_key" "$@"
