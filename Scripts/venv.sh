#!/bin/bash
# Makes .venv with the Python packages of the acceptance tests, as pinned in Tests/Acceptance/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=Tests/Acceptance/requirements.txt
if [[ -x .venv/bin/python ]] && cmp -s "$wanted" .venv/installed.txt; then exit 0; fi
echo "Installing the Python packages of the acceptance tests into .venv"
rm -rf .venv
python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" .venv/installed.txt
