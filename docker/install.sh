#!/usr/bin/env bash
# Installs Mujun into a folder, the same way inside the container image and on a machine without a container engine.
#
#   docker/install.sh /opt/mujun      then: /opt/mujun/bin/mujun init
#
# Needs Python 3.11 or later, and npm with node 20 for the map library unless service/console/vendor is there already.
set -euo pipefail

prefix=${1:?usage: docker/install.sh PREFIX}
source=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}

if [ ! -e "$source/service/console/vendor/.done" ]; then
    npm --prefix "$source/service/console" ci --no-audit --no-fund --loglevel=error
    npm --prefix "$source/service/console" run --silent vendor
    touch "$source/service/console/vendor/.done"
fi

"$python" -m venv "$prefix"
"$prefix/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --require-hashes \
    --requirement "$source/requirements.lock"
"$prefix/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-deps "$source"
"$prefix/bin/mujun" --version
