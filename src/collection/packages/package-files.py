"""Takes the Python files of a package out of where they are, for src/collection/packages/packages.ts. Runs nothing of the package.

  package-files.py installed <name> <version or -> <target>   from this interpreter's site-packages
  package-files.py archive <wheel or sdist> <target>          from a downloaded file

Copies the package's `.py` files below <target> and prints what its metadata says (see `describe`). Prints null when the
distribution is not installed in that version. What cannot be used ends with exit code 1 and one line on stderr.

Names and versions come out as `packaging` normalises them, whatever the metadata holds; a file that would lie outside of
<target> ends everything.
"""

import email
import importlib.metadata
import json
import lzma
import pathlib
import re
import stat
import sys
import tarfile
import zipfile
import zlib

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

LARGEST_FILE = 20 << 20
LARGEST_PACKAGE = 2 << 30
LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|unlicense)([-.].*)?$", re.IGNORECASE)
BROKEN = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError)
BROKEN += (zipfile.BadZipFile, tarfile.TarError)


class Target:
    """Writes below one folder only, and no more than a package can reasonably hold."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.left = LARGEST_PACKAGE

    def write(self, name, data):
        path = (self.root / name).resolve()
        if not path.is_relative_to(self.root) or path == self.root:
            raise SystemExit(f"the package names a file outside of itself: {name!r}")
        self.left -= len(data)
        if self.left < 0:
            raise SystemExit(f"the package holds more than {LARGEST_PACKAGE >> 30} GiB of Python")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def take(members, about, target):
    """Copies code from (name, size, read) triples. `about` is the folder that describes the package.

    Returns the metadata's text, or None, and the texts of the licence files.
    """
    metadata, texts = None, []
    for name, size, read in members:
        parts = pathlib.PurePosixPath(name).parts
        if not parts or size > LARGEST_FILE:
            continue
        inside = parts[: len(about)] == about
        if inside and len(parts) == len(about) + 1 and parts[-1] in ("METADATA", "PKG-INFO"):
            metadata = read().decode("utf-8", "replace")
        elif inside and LICENCE_FILE.match(parts[-1]) and (about or len(parts) == 1):
            texts.append(read().decode("utf-8", "replace"))
        elif name.endswith(".py") and not parts[0].endswith((".dist-info", ".egg-info", ".data")):
            target.write(name, read())
    return metadata, texts


def installed(name, version, target):
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    try:
        found = Version(distribution.version)
        if version != "-" and found != Version(version):
            return None
    except (InvalidVersion, TypeError):
        return None  # half an installation
    members = []
    for file in distribution.files or []:
        path = pathlib.Path(distribution.locate_file(file))
        # Scripts lie beside the library; a package that is edited in place holds only a pointer to its code.
        if ".." in file.parts or file.is_absolute() or file.parts[0].startswith("__editable__"):
            continue
        if path.is_file() and not path.is_symlink():
            members.append((str(file), path.stat().st_size, path.read_bytes))
    folders = {file.parts[0] for file in distribution.files or [] if len(file.parts) > 1}
    about = next((folder for folder in folders if describes(folder, canonicalize_name(name), found)), "")
    _, texts = take(members, (about,), target)
    return describe(distribution.metadata, texts, canonicalize_name(name), found)


def archive(path, target):
    last = pathlib.PurePath(path).name
    try:
        if last.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(last)
            with zipfile.ZipFile(path) as file:
                members = [(wheel_name(member), size, read) for member, size, read in zip_members(file)]
                metadata, texts = take(members, (dist_info(members, name, version),), target)
        else:
            name, version = parse_sdist_filename(last)
            with open_source(path) as file:
                members = zip_members(file) if isinstance(file, zipfile.ZipFile) else tar_members(file)
                metadata, texts = take(source_members(list(members)), (), target)
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise SystemExit(f"{last} is not named as archives of packages are: {error}") from None
    if metadata is None:
        raise SystemExit(f"{last} holds no metadata of {name} {version}")
    return describe(email.message_from_string(metadata), texts, name, version)


def dist_info(members, name, version):
    """The one folder that describes a wheel: `<name>-<version>.dist-info`, as its file name says."""
    folders = {member.split("/", 1)[0] for member, _, _ in members if "/" in member}
    for folder in folders:
        if describes(folder, name, version):
            return folder
    raise SystemExit(f"the wheel holds no folder {name}-{version}.dist-info")


def describes(folder, name, version):
    stem, dash, stated = folder.removesuffix(".dist-info").rpartition("-")
    return folder.endswith(".dist-info") and dash != "" and canonicalize_name(stem) == name and same(stated, version)


def same(text, version):
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def zip_members(file):
    for info in file.infolist():
        if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
            yield info.filename, info.file_size, lambda info=info: file.read(info)


def tar_members(file):
    # Links and devices are no regular files and stay out.
    for info in file.getmembers():
        if info.isfile():
            yield info.name, info.size, lambda info=info: file.extractfile(info).read()


def open_source(path):
    return zipfile.ZipFile(path) if path.endswith(".zip") else tarfile.open(path)


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


def describe(metadata, texts, name, version):
    """What is handed on. The name and version of the file's name or of the request count; the metadata must agree."""
    stated = canonicalize_name(metadata["Name"] or ""), metadata["Version"] or ""
    if stated[0] != name or not same(stated[1], version):
        raise SystemExit(f"expected metadata of {name} {version}, it names {stated[0][:80]!r} {stated[1][:80]!r}")
    return {
        "name": name,
        "version": str(version),
        "expression": metadata["License-Expression"],
        "licence": metadata["License"],
        "classifiers": [value for value in metadata.get_all("Classifier") or [] if value.startswith("License ::")],
        "texts": texts,
        "home": metadata["Home-page"],
        "links": metadata.get_all("Project-URL") or [],
    }


COMMANDS = {"installed": installed, "archive": archive}

if __name__ == "__main__":
    command, *arguments, folder = sys.argv[1:]
    try:
        print(json.dumps(COMMANDS[command](*arguments, Target(folder))))
    except BROKEN as error:
        raise SystemExit(f"cannot be unpacked: {error}") from None
