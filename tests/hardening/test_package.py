"""What is published: the files of the wheel and of the source distribution, the same bytes at every build."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "tox.ini", ".gitignore"]
FOLDERS = ["dynclient", "specs", "tests"]
KINDS = {".ini", ".json", ".md", ".py", ".sh", ".toml", ".txt", ".yaml"}
RUBBISH = [".coverage", ".hypothesis/x", ".tox/x", "dist/x.whl", "dynclient/__pycache__/x.pyc", "tests/.pytest_cache/x"]


def copy(folder):
    """Copy what is published into a new folder, with rubbish beside it."""
    for name in FOLDERS:
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignore, copy_function=shutil.copy)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    for name in RUBBISH:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def files_under(folder, root):
    """The paths of all files in a folder, from another one."""
    return {path.relative_to(root).as_posix() for path in folder.rglob("*") if path.is_file()}


def build(folder):
    """Build both distributions; the one of the source, the wheel."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", "out"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return next((folder / "out").glob("*.tar.gz")), next((folder / "out").glob("*.whl"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder, its source distribution and its wheel."""
    folder = copy(tmp_path_factory.mktemp("first"))
    return folder, *build(folder)


def unpack(source, folder):
    """Unpack a source distribution; the folder it makes."""
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("dynclient-*"))


def test_builds_are_reproducible(built, tmp_path):
    """A copy with other times, in another folder, makes the same bytes; so does what the source distribution holds."""
    _, source, wheel = built
    for folder in (copy(tmp_path / "copy"), unpack(source, tmp_path)):
        assert [path.read_bytes() for path in build(folder)] == [source.read_bytes(), wheel.read_bytes()]


def test_files_of_the_source_distribution(built):
    """It holds every file of the package, of the documents and of the tests, the pages beside them, no more."""
    folder, source, _ = built
    expected = {*FILES, "PKG-INFO"}.union(*(files_under(folder / name, folder) for name in FOLDERS))
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names == expected - {*RUBBISH}
    assert {Path(name).suffix for name in names - {"PKG-INFO", ".gitignore", "dynclient/py.typed"}} == KINDS


def test_files_of_the_wheel(built):
    """It holds the package, with the documents inside it, and what wheels have; no test."""
    folder, _, wheel = built
    expected = files_under(folder / "dynclient", folder) | {
        f"dynclient/{name}" for name in files_under(folder / "specs", folder)
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == expected - {*RUBBISH}


@pytest.mark.timeout(1500)
def test_the_source_distribution_passes_its_own_tests(built, tmp_path):
    """Unpacked elsewhere, the default tests pass: none needs a file that only the repository has."""
    folder = unpack(built[1], tmp_path)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile", "tests"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=1400)
    assert done.returncode == 0, done.stdout[-3000:]
