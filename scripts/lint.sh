#!/usr/bin/env bash
# ESLint and Prettier over the sources, hadolint over Dockerfiles, actionlint over workflows.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
node node_modules/eslint/bin/eslint.js . --max-warnings 0 || status=1
node node_modules/prettier/bin/prettier.cjs --check --log-level warn . || status=1
find . -maxdepth 2 -name 'Dockerfile*' -not -path './node_modules/*' -print0 | xargs -0 .venv/bin/hadolint || status=1
node dist/scripts/lint-workflows.js || status=1
exit $status
