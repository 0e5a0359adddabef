#!/bin/sh
# Set up the virtual environment from the hash-locked file. Called by the Makefile.
set -eu
venv=$1

usable='
import sys
ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
import ensurepip, venv
sys.exit(not ok)
'
python=
for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$candidate" ] && "$candidate" -c "$usable" >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: no Python 3.11, 3.12 or 3.13 with venv found." >&2
    echo "Install one (Debian: apt install python3-venv) or name it: make PYTHON=/path/to/python3" >&2
    exit 2
fi

echo "Setting up $venv with $("$python" --version) (once; needs the network)"
rm -rf "$venv"
"$python" -m venv "$venv"

# uv installs in seconds what pip installs in a minute; where uv finds no index, pip may.
uv_lock=$venv/uv.lock
awk '/^[a-z]/ { keep = /^uv==/ } keep' requirements.lock >"$uv_lock"
if ! { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --require-hashes -r "$uv_lock" &&
    "$venv/bin/python" -m uv pip install --quiet --python "$venv/bin/python" --compile-bytecode \
        --require-hashes -r requirements.lock; }; then
    echo "setup: uv could not install; trying pip (a minute or two)" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r requirements.lock
fi
rm -f "$uv_lock"

# An office has the program from its wheel, which the lock names; in a tree it lies beside, in an
# image that is being built it comes after its environment.
if [ ! -f workflow/bin/readiness ]; then
    exit 0
fi
# The package is found by a link relative to the environment: an absolute path would break when the
# folder is moved, or cannot be read under LC_ALL=C when it has Arabic letters. And by a link to the
# package alone, so that no other file beside it is taken for a library or run at every start.
site=$("$venv/bin/python" -c 'import os, sysconfig; print(os.path.relpath(sysconfig.get_path("purelib")))')
ln -s ../../../../workflow/readiness "$site/readiness"
cp workflow/bin/readiness "$venv/bin/readiness"
chmod +x "$venv/bin/readiness"
