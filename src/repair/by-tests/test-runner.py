"""Runs the same tests on several versions of one file, in a sandbox. One request on standard input, JSON lines out.

pytest is imported once; each version has a process of its own, forked from here, and a line for each test that ended.
No byte code is written: an edit of the same length within a second would be taken for the old file.
"""

import json
import os
import select
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
request = json.load(sys.stdin)
answers = os.fdopen(os.dup(1), "w")
# What tests print is nobody's answer.
nowhere = os.open(os.devnull, os.O_RDWR)
for stream in (0, 1, 2):
    os.dup2(nowhere, stream)
work = os.path.abspath("project")
shutil.copytree(request["project"], work)
os.chdir(work)
sys.path.insert(0, work)
target = os.path.join(work, request["file"])
try:
    import pytest
except ImportError:
    print(json.dumps({"problem": "no-pytest"}), file=answers, flush=True)
    sys.exit(0)


class TimeLimit(BaseException):
    """A test took too long; no handler for Exception swallows it."""


def stop(*_):
    raise TimeLimit(f"longer than {request['testSeconds']} s")


class Recorder:
    """Says of each test how it ended and which lines of the file it ran."""

    def __init__(self, out):
        self.out = out
        self.lines = set()
        self.trace = []

    def note(self, **record):
        print(json.dumps(record), file=self.out, flush=True)

    def on_call(self, frame, event, _):
        return self.on_line if frame.f_code.co_filename == target else None

    def on_line(self, frame, event, _):
        if event == "line":
            self.lines.add(frame.f_lineno - 1)
        return self.on_line

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self.lines, self.trace = set(), []
        self.record = {"id": item.nodeid, "outcome": "passed", "message": ""}
        started = time.perf_counter()
        yield
        lines = {"lines": sorted(self.lines), "trace": self.trace}
        self.note(**self.record, **lines, seconds=time.perf_counter() - started)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item):
        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, request["testSeconds"])
        sys.settrace(self.on_call)
        try:
            yield
        finally:
            sys.settrace(None)
            signal.setitimer(signal.ITIMER_REAL, 0)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        outcome = yield
        report = outcome.get_result()
        if report.skipped and self.record["outcome"] == "passed":
            self.record["outcome"] = "skipped"
        if report.failed and self.record["outcome"] != "timeout":
            self.record["outcome"] = "timeout" if call.excinfo.errisinstance(TimeLimit) else "failed"
            self.record["message"] = call.excinfo.exconly()[:500]
            self.trace = [entry.lineno for entry in call.excinfo.traceback if str(entry.path) == target]

    def pytest_collectreport(self, report):
        if report.failed:
            text = str(report.longrepr)[-500:]
            self.note(id=report.nodeid, outcome="failed", message=text, lines=[], trace=[], seconds=0)


def run_version(source, out):
    os.setpgid(0, 0)
    with open(target, "w", encoding="utf-8", newline="") as file:
        file.write(source)
    recorder = Recorder(os.fdopen(out, "w"))
    code = pytest.main([*request["arguments"], "-p", "no:cacheprovider"], plugins=[recorder])
    recorder.note(exitCode=int(code))


def read_until(fd, deadline):
    """What arrives before the other side closes or the time is up; and whether it closed."""
    data = b""
    while (left := deadline - time.monotonic()) > 0:
        if select.select([fd], [], [], left)[0]:
            chunk = os.read(fd, 65536)
            if not chunk:
                return data, True
            data += chunk
    return data, False


for number, source in enumerate(request["sources"]):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            run_version(source, writer)
        finally:
            os._exit(0)
    os.close(writer)
    data, closed = read_until(reader, time.monotonic() + request["versionSeconds"])
    os.close(reader)
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    # The last line may be half of one where the time was up.
    records = [json.loads(line) for line in data.decode().split("\n")[:-1]]
    tests = [record for record in records if "id" in record]
    code = next((record["exitCode"] for record in records if "exitCode" in record), None)
    answer = {"version": number, "tests": tests, "exitCode": code, "finished": closed and code is not None}
    print(json.dumps(answer), file=answers, flush=True)
