"""Judges Python sources for src/python/critic/critic.ts: one JSON request a line in, one JSON answer a line out.

Request: {"task": "check" | "fingerprint" | "tree", "sources": [...]}. Answer to a check, for each source: null when it
compiles, else [error class, message, line or null, column or null] (line from 1, column from 0, in characters).
Answer to a fingerprint: a hex digest of the bytecode without line numbers, null when the source does not compile.
Answer to a tree: a hex digest of the syntax tree without positions, null when the source does not parse.
Either is false where this interpreter's memory or stack does not suffice to tell.
Ends when its input ends. Nothing of what it is given is ever run.
"""

import ast
import hashlib
import json
import signal
import sys
import types
import warnings

MEMORY_LIMIT = 2 << 30


def compiled(source):
    return compile(source, "<candidate>", "exec", dont_inherit=True)


def check(source):
    try:
        compiled(source)
        return None
    except SyntaxError as error:
        column = None if error.offset is None else max(0, error.offset - 1)
        return [type(error).__name__, str(error.msg), error.lineno or None, column]
    except (ValueError, OverflowError, MemoryError, RecursionError) as error:
        return [type(error).__name__, str(error)[:200], None, None]


def fingerprint(source):
    try:
        code = compiled(source)
    except (SyntaxError, ValueError, OverflowError):
        return None
    except (MemoryError, RecursionError):
        return False
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr(normal(code)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def normal(value):
    """A code object or constant as plain data; types keep 1, 1.0, True and -0.0 apart."""
    if isinstance(value, types.CodeType):
        return (
            value.co_code,
            getattr(value, "co_exceptiontable", b""),
            value.co_flags,
            value.co_argcount,
            value.co_posonlyargcount,
            value.co_kwonlyargcount,
            value.co_name,
            value.co_names,
            value.co_varnames,
            value.co_freevars,
            value.co_cellvars,
            tuple(normal(constant) for constant in value.co_consts),
        )
    if isinstance(value, tuple):
        return tuple(normal(member) for member in value)
    if isinstance(value, frozenset):
        return ("frozenset", sorted((normal(member) for member in value), key=repr))
    return (type(value).__name__, repr(value))


def tree(source):
    try:
        text = ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, OverflowError):
        return None
    except (MemoryError, RecursionError):
        return False
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


TASKS = {"check": check, "fingerprint": fingerprint, "tree": tree}


def main():
    warnings.simplefilter("ignore")
    # Ctrl-C reaches the whole process group; when to end is the caller's decision, who closes the input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    except (ImportError, ValueError, OSError):
        pass  # No such limit on this system: the time limit of the caller remains.
    output = sys.stdout.buffer
    version = ".".join(str(part) for part in sys.version_info[:3])
    output.write(json.dumps({"python": version}).encode() + b"\n")
    output.flush()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        task = TASKS[request["task"]]
        output.write(json.dumps([task(source) for source in request["sources"]]).encode() + b"\n")
        output.flush()


main()
