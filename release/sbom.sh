#!/usr/bin/env bash
# Write the software bill of materials of a release, CycloneDX 1.6: what `pip install "callstats[all]"` brings along,
# in the versions that the tests passed with. Needs: .venv/bin/pip install --group release
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runtime=$(mktemp -d)
trap 'rm -rf "$runtime"' EXIT
.venv/bin/python -m venv --without-pip "$runtime"
.venv/bin/pip --python "$runtime/bin/python" install -q ".[all]" -c tests/constraints.txt
mkdir -p dist
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0} .venv/bin/cyclonedx-py environment "$runtime/bin/python" \
    --pyproject pyproject.toml --mc-type library --spec-version 1.6 --output-reproducible --validate -o dist/callstats.cdx.json
echo dist/callstats.cdx.json
