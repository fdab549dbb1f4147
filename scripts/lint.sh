#!/usr/bin/env bash
# ESLint and Prettier over the sources, sh and bash over the scripts, hadolint over Dockerfiles, actionlint over workflows,
# and the width of documents.
set -uo pipefail
cd "$(dirname "$0")/.."
status=0
node node_modules/eslint/bin/eslint.js . --max-warnings 0 --cache --cache-location node_modules/.cache/eslint/ \
  --cache-strategy content || status=1
node node_modules/prettier/bin/prettier.cjs --check --log-level warn . || status=1
sh -n bin/trm || status=1
for script in scripts/*.sh native/*.sh .ci/run; do bash -n "$script" || status=1; done
find . -maxdepth 2 -name 'Dockerfile*' -not -path './node_modules/*' -print0 | xargs -0 .venv/bin/hadolint || status=1
node dist/scripts/lint-workflows.js || status=1
node dist/scripts/docs-lines.js || status=1
exit $status
