"""Fails if a dependency states a newer minimum Rust version than Cargo.toml does."""
import json
import subprocess
import sys

metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--locked"]))


def version(text):
    return tuple(int(part) for part in (text.split(".") + ["0", "0"])[:3])


root = metadata["resolve"]["root"]
own = next(package["rust_version"] for package in metadata["packages"] if package["id"] == root)
newer = [
    f"{package['name']} {package['version']} needs Rust {package['rust_version']}"
    for package in metadata["packages"]
    if package["rust_version"] and version(package["rust_version"]) > version(own)
]
print("\n".join(newer) or f"all {len(metadata['packages'])} packages build with Rust {own}")
sys.exit(bool(newer))
