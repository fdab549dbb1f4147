"""Runs bandit over texts for src/repair/witnesses/bandit.ts: one JSON request a line in, one JSON answer a line out.

First line out: {"python": its version, "tool": bandit's version}. Request: {"sources": [...]}. Answer, for each source:
[[test id, severity, text, CWE number or null, first line, first column, last line, last column], ...] (lines from 1,
columns from 0 in UTF-8 bytes). What bandit cannot parse has no findings.
Argument: a folder of its own for the files that bandit reads. Nothing of what it is given is ever run.
"""

import json
import logging
import os
import signal
import sys
import warnings

import bandit
from bandit.core import config, manager

MEMORY_LIMIT = 4 << 30


def scan(folder, sources):
    judge = manager.BanditManager(config.BanditConfig(), "file", quiet=True)
    names = [os.path.join(folder, f"{i}.py") for i in range(len(sources))]
    for name, source in zip(names, sources):
        with open(name, "wb") as file:
            file.write(source.encode("utf-8"))
    judge.files_list = list(names)
    judge.run_tests()
    found = {name: [] for name in names}
    for issue in judge.results:
        found[issue.fname].append(row(issue))
    for name in names:
        os.remove(name)
    return [found[name] for name in names]


def row(issue):
    lines = issue.linerange or [issue.lineno]
    cwe = issue.cwe.id if issue.cwe and issue.cwe.id else None
    start, end = (issue.lineno, issue.col_offset), (max(lines), issue.end_col_offset)
    return [issue.test_id, issue.severity, issue.text, cwe, *start, *end]


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    # Ctrl-C reaches the whole process group; when to end is the caller's decision, who closes the input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    except (ImportError, ValueError, OSError):
        pass  # No such limit on this system: the time limit of the caller remains.
    output = sys.stdout.buffer
    # Whatever a plug-in prints must not stand between the answers.
    sys.stdout = sys.stderr
    version = ".".join(str(part) for part in sys.version_info[:3])
    output.write(json.dumps({"python": version, "tool": bandit.__version__}).encode() + b"\n")
    output.flush()
    for line in sys.stdin.buffer:
        output.write(json.dumps(scan(sys.argv[1], json.loads(line)["sources"])).encode() + b"\n")
        output.flush()


main()
