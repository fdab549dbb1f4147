#!/usr/bin/env bash
# Says in one sentence what the machine lacks to set the project up. Exit code 2 when something is missing or too old.
set -u
problems=0
problem() {
  echo "setup: $1" >&2
  problems=$((problems + 1))
}
at_least() { # version minimum
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

if ! command -v node >/dev/null; then
  problem "Node.js is missing; install Node 20.19 or newer (https://nodejs.org)."
else
  node_version=$(node --version | sed 's/^v//')
  at_least "$node_version" 20.19.0 || problem "Node.js $node_version is too old; 20.19 or newer is needed."
  command -v npm >/dev/null || problem "npm is missing; it comes with Node.js."
fi

python=${PYTHON:-python3}
if ! command -v "$python" >/dev/null; then
  problem "Python ($python) is missing; install Python 3.11 or newer, or set PYTHON to it."
else
  python_version=$("$python" -c 'import platform; print(platform.python_version())')
  at_least "$python_version" 3.11.0 || problem "Python $python_version is too old; 3.11 or newer is needed (set PYTHON to another one)."
  "$python" -c 'import venv, ensurepip' 2>/dev/null || problem "Python's venv module is missing; on Debian: apt-get install python3-venv."
fi

compiler=${CXX:-g++}
command -v "$compiler" >/dev/null || problem "a C++17 compiler ($compiler) is missing; on Debian: apt-get install g++, or set CXX to one."
command -v git >/dev/null || problem "git is missing; on Debian: apt-get install git."
command -v flock >/dev/null || problem "flock is missing; on Debian: apt-get install util-linux."

[ "$problems" -eq 0 ] || exit 2
