#!/usr/bin/env bash
# The three tiers of checks, as `make check`, `make test` and `make test-servers` call them:
#
#   scripts/run-checks.sh check          lint, types, notebooks' static checks, quick tests: under 3 minutes
#   scripts/run-checks.sh test           everything without servers, what CI runs: under 40 minutes
#   scripts/run-checks.sh test-servers   what needs a browser, root, Docker or another Python; absent things are skipped by name
#
# Gates that are no uvu tests count as one check each; the closing line adds everything up. All gates run even when an
# early one fails, so that one run shows all that is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
tier=${1:-}
case $tier in check | test | test-servers) ;; *)
  echo "run-checks.sh: expected check, test or test-servers, got \"$tier\"" >&2
  exit 2
  ;;
esac
passed=0
failed=0
skipped=0
started=$SECONDS
# Stages and runs of the checks stay apart from the user's: nothing is skipped because it was made before, and no half-trained
# model becomes the one that `trm fix` loads. Kept when TRM_CHECKS_DIR names the folder or when a check fails.
checks=${TRM_CHECKS_DIR:-$(mktemp -d)}
mkdir -p "$checks"
export TRM_WORK_DIR="$checks/data" TRM_RUNS_DIR="$checks/runs"

verdict() { # exit code, name, seconds
  if [ "$1" -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok   $2 $3s"
  else
    failed=$((failed + 1))
    echo "FAIL $2 $3s"
  fi
}

gate() { # name, command ...
  local name=$1 at=$SECONDS code=0
  shift
  echo "== $name"
  "$@" || code=$?
  verdict "$code" "$name" $((SECONDS - at))
}

# Two gates at once: each uses one core only.
pair() { # name, program, name, program
  local at=$SECONDS code=0
  "$4" >"$checks/second.log" 2>&1 &
  local second=$!
  gate "$1" "$2"
  echo "== $3"
  wait "$second" || code=$?
  cat "$checks/second.log"
  verdict "$code" "$3" $((SECONDS - at))
}

# What needs the compiler: the library's types, then the notebooks' cells on top of them.
types() {
  node node_modules/typescript/bin/tsc --noEmit --incremental --tsBuildInfoFile "node_modules/.cache/typecheck.tsbuildinfo" &&
    node dist/scripts/notebooks.js check
}

tests() { # arguments of the runner
  echo "== tests: $*"
  node dist/scripts/test.js "$@" | tee "$checks/tests.log"
  local line
  line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$checks/tests.log" | tail -n 1)
  # No closing line: the runner itself broke.
  [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)? ]] || BASH_REMATCH=('' 0 1 '' 0)
  passed=$((passed + BASH_REMATCH[1]))
  failed=$((failed + BASH_REMATCH[2]))
  skipped=$((skipped + ${BASH_REMATCH[4]:-0}))
}

# The real pipeline on the real standard library, trained for seconds only, and the release mends a file.
quickstart_smoke() {
  bin/trm run quickstart --set train.maxSeconds=20 --set evaluate.maxSamples=100 &&
    bin/trm fix examples/buggy.py --diff --exit-zero --unsafe-fixes --expected examples/buggy.json \
      --model "$TRM_WORK_DIR/models/quickstart"
}

case $tier in
check)
  pair 'lint: ESLint, Prettier, shell scripts, Dockerfiles, workflows, documents' scripts/lint.sh \
    'types of the library and of the notebooks; notebooks stripped, titled, short' types
  tests --tier check
  ;;
test)
  pair 'lint: ESLint, Prettier, shell scripts, Dockerfiles, workflows, documents' scripts/lint.sh \
    'types of the library and of the notebooks; notebooks stripped, titled, short' types
  gate 'doctor: the native engine and the tools are there' bin/trm doctor
  # Coverage of the processes that run the tests and of those they start.
  rm -rf coverage/tmp
  NODE_V8_COVERAGE="$PWD/coverage/tmp" tests --tier test
  gate 'coverage: not below the floor of .c8rc.json' node node_modules/c8/bin/c8.js report --config .c8rc.json
  gate 'every notebook executes on the tiny configuration' node dist/scripts/notebooks.js execute
  gate 'quickstart smoke: the whole pipeline on the standard library, trained for 20 s' quickstart_smoke
  ;;
test-servers)
  tests --tier test-servers --jobs 1 --timeout 1800
  ;;
esac

echo
if [ "$failed" -eq 0 ] && [ -z "${TRM_CHECKS_DIR:-}" ]; then rm -rf "$checks"; else echo "stages and runs of the checks: $checks"; fi
echo "all checks took $((SECONDS - started)) s"
skips=''
[ "$skipped" -eq 0 ] || skips=", $skipped skipped"
echo "$passed passed, $failed failed$skips"
[ "$failed" -eq 0 ]
