#!/usr/bin/env bash
# `make test`: every quality gate in turn. Gates that are no uvu tests count as one check each; the closing line adds
# everything up. All gates run even when an early one fails, so that one run shows all that is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
passed=0
failed=0
started=$SECONDS
# Stages and runs of the checks stay apart from the user's: nothing is skipped because it was made before, and no half-trained
# model becomes the one that `trm fix` loads. Kept when TRM_CHECKS_DIR names the folder or when a check fails.
checks=${TRM_CHECKS_DIR:-$(mktemp -d)}
mkdir -p "$checks"
export TRM_WORK_DIR="$checks/data" TRM_RUNS_DIR="$checks/runs"

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

# The real pipeline on the real standard library, trained for seconds only, and the release mends a file.
quickstart_smoke() {
  node dist/src/serving/cli/main.js run quickstart --set train.maxSeconds=20 --set evaluate.maxSamples=100 &&
    node dist/src/serving/cli/main.js fix examples/buggy.py --diff --unsafe-fixes --expected examples/buggy.json \
      --model "$TRM_WORK_DIR/models/quickstart"
}

gate 'lint: ESLint, Prettier, Dockerfiles, workflows' scripts/lint.sh
gate 'types of the library' node node_modules/typescript/bin/tsc --noEmit
gate 'notebooks: stripped, typed, short' node dist/scripts/notebooks.js check
gate 'doctor: the native engine and the tools are there' node dist/src/serving/cli/main.js doctor

echo '== unit and integration tests'
# Coverage of the processes that run the tests and of those they start.
node node_modules/c8/bin/c8.js --config .c8rc.json node dist/scripts/test.js | tee "$checks/tests.log"
read -r test_passed test_failed < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' "$checks/tests.log" | tail -n 1)
passed=$((passed + ${test_passed:-0}))
failed=$((failed + ${test_failed:-1}))

gate 'every notebook executes on the tiny configuration' node dist/scripts/notebooks.js execute
gate 'quickstart smoke: the whole pipeline on the standard library, trained for 20 s' quickstart_smoke

echo
if [ "$failed" -eq 0 ] && [ -z "${TRM_CHECKS_DIR:-}" ]; then rm -rf "$checks"; else echo "stages and runs of the checks: $checks"; fi
echo "all checks took $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
