#!/usr/bin/env bash
# Installs the pre-commit hooks, the git filter that strips notebook outputs and the readable notebook diff, in a git
# checkout only. Idempotent.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$PWD" ] || exit 0
# Nothing is stripped while a notebook is open: the filter acts on what git stores, not on the working file.
git config filter.nbstripout.clean '.venv/bin/python -m nbstripout --keep-id --extra-keys "metadata.papermill cell.metadata.papermill cell.metadata.execution metadata.language_info"'
git config filter.nbstripout.smudge cat
git config filter.nbstripout.required true
# `git diff` of a notebook shows its cells.
git config diff.jupyternotebook.command '.venv/bin/git-nbdiffdriver diff --ignore-outputs'
hooks=$(git rev-parse --git-path hooks)
if ! grep -qs 'pre-commit' "$hooks/pre-commit" && [ -z "${CI:-}" ]; then
  .venv/bin/python -m pre_commit install >/dev/null
  echo "setup: git hooks installed"
fi
# Once, while people expect to wait: after a clone git would ask the filter about each notebook, half a minute, within the
# first command that wants to know whether the code was changed. It says 1 when files were.
git update-index -q --refresh >/dev/null || true
