"""Takes the Python files of a package out of where they are, for src/collection/packages.ts. Runs nothing of the package.

  package-files.py installed <distribution> <target>    from this interpreter's site-packages
  package-files.py archive <wheel or sdist> <target>    from a downloaded file

Copies the package's `.py` files below <target> and prints {"name", "version", "expression", "licence", "classifiers", "texts"}:
what the metadata says of its licence, and the licence files' texts. Prints null when the distribution is not installed.
"""

import email
import importlib.metadata
import json
import pathlib
import re
import sys
import tarfile
import zipfile

LARGEST_FILE = 20 << 20
LARGEST_PACKAGE = 2 << 30
LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|unlicense)([-.].*)?$", re.IGNORECASE)


class Target:
    """Writes below one folder only, and no more than a package can reasonably hold."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.left = LARGEST_PACKAGE

    def write(self, name, data):
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root):
            raise SystemExit(f"the package names a file outside of itself: {name}")
        self.left -= len(data)
        if self.left < 0:
            raise SystemExit(f"the package holds more than {LARGEST_PACKAGE >> 30} GiB of Python")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def take(members, target):
    """Copies code from (name, size, read) triples; returns the metadata's text and the licences' texts."""
    metadata, texts = None, []
    for name, size, read in members:
        parts = pathlib.PurePosixPath(name).parts
        if not parts or size > LARGEST_FILE:
            continue
        last = parts[-1]
        about = parts[0].endswith(".dist-info") or len(parts) == 1
        if about and last in ("METADATA", "PKG-INFO"):
            metadata = read().decode("utf-8", "replace")
        elif about and LICENCE_FILE.match(last):
            texts.append(read().decode("utf-8", "replace"))
        elif last.endswith(".py") and not parts[0].endswith((".dist-info", ".egg-info")):
            target.write(name, read())
    return metadata, texts


def installed(name, target):
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    members = []
    for file in distribution.files or []:
        path = pathlib.Path(distribution.locate_file(file))
        if path.is_file() and ".." not in file.parts:
            members.append((str(file), path.stat().st_size, path.read_bytes))
    _, texts = take(members, target)
    return describe(distribution.metadata, texts)


def archive(path, target):
    if path.endswith((".whl", ".zip")):
        with zipfile.ZipFile(path) as file:
            infos = [info for info in file.infolist() if not info.is_dir()]
            members = [
                (wheel_name(info.filename), info.file_size, lambda info=info: file.read(info)) for info in infos
            ]
            if not path.endswith(".whl"):
                members = source_members(members)
            metadata, texts = take(members, target)
    else:
        with tarfile.open(path) as file:
            # Links and devices are no regular files and stay out.
            infos = [info for info in file.getmembers() if info.isfile()]
            members = [(info.name, info.size, lambda info=info: file.extractfile(info).read()) for info in infos]
            metadata, texts = take(source_members(members), target)
    if metadata is None:
        raise SystemExit("the package holds no METADATA or PKG-INFO")
    return describe(email.message_from_string(metadata), texts)


def wheel_name(name):
    """`x-1.0.data/purelib/x/y.py` is installed as `x/y.py`."""
    return re.sub(r"^[^/]+\.data/(?:purelib|platlib)/", "", name)


def source_members(members):
    """Names as they would be installed: without the archive's own folder, and without `src/`."""
    inner = [(name.split("/", 1)[1], size, read) for name, size, read in members if "/" in name]
    has_src = any(name.startswith("src/") and name.endswith("/__init__.py") for name, _, _ in inner)
    for name, size, read in inner:
        if name.startswith("src/"):
            yield name[4:], size, read
        elif not has_src or not name.endswith(".py"):
            if name not in ("setup.py", "conftest.py", "noxfile.py", "tasks.py"):
                yield name, size, read


def describe(metadata, texts):
    return {
        "name": metadata["Name"],
        "version": metadata["Version"],
        "expression": metadata["License-Expression"],
        "licence": metadata["License"],
        "classifiers": [value for value in metadata.get_all("Classifier") or [] if value.startswith("License ::")],
        "texts": texts,
    }


COMMANDS = {"installed": installed, "archive": archive}

command, source, folder = sys.argv[1:]
print(json.dumps(COMMANDS[command](source, Target(folder))))
