#!/usr/bin/env bash
# `make test`: every quality gate in turn. Gates that are no uvu tests count as one check each; the closing line adds
# everything up. All gates run even when an early one fails, so that one run shows all that is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0
failed=0
started=$SECONDS

gate() { # name, command ...
  local name=$1 at=$SECONDS
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
    echo "ok   $name $((SECONDS - at))s"
  else
    failed=$((failed + 1))
    echo "FAIL $name $((SECONDS - at))s"
  fi
}

gate 'lint: ESLint, Prettier, Dockerfiles, workflows, shell' scripts/lint.sh
gate 'types of the library' node node_modules/typescript/bin/tsc --noEmit
gate 'notebooks: stripped, typed, short' node dist/scripts/notebooks.js check
gate 'doctor: the native engine and the tools are there' node dist/src/serving/cli/main.js doctor

echo '== unit and integration tests'
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Coverage of the processes that run the tests and of those they start.
npx --no-install c8 --config .c8rc.json node dist/scripts/test.js | tee "$log"
read -r test_passed test_failed < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' "$log" | tail -n 1)
passed=$((passed + ${test_passed:-0}))
failed=$((failed + ${test_failed:-1}))

gate 'every notebook executes on the tiny configuration' node dist/scripts/notebooks.js execute

echo
echo "all checks took $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
