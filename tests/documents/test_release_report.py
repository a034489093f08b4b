"""What a new release asks for is done or reported: corrections, names, states, words, the login document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from next_release import next_document, next_minor

from dynclient.documents import add_release, releases
from dynclient.documents.document_names import named_operations

FOLDER = Path(releases.folder())
NEWEST = releases.releases()[-1]
NEXT = next_minor(NEWEST)
RENAMED = "launch_it"


def names_in_use():
    """The operations of the newest release that ``names.json`` has."""
    operations = named_operations(releases.bundled_document(NEWEST))
    rows = [row for rows in releases.names()["operations"].values() for row in rows]
    return [row["name"] for row in rows if releases.is_within(NEWEST, row["releases"]) and row["name"] in operations]


def correction(title, path, method, scope):
    """A correction that gives the operation at a place a keyword."""
    return {
        "overlay": "1.0.0",
        "info": {"title": title, "version": "1"},
        "x-releases": scope,
        "x-evidence": "made up",
        "actions": [{"target": f"$.paths['{path}'].{method}", "update": {"x-corrected": 1}}],
    }


@pytest.fixture
def bundle(tmp_path):
    """A copy of what the newest release has in the bundle."""
    folder = tmp_path / "specs"
    folder.mkdir()
    entry = releases.index()["releases"][NEWEST]
    parts = [entry["contract"], *([entry["login"]] if "login" in entry else [])]
    for name in (*parts, "index", "corrections", "names", "words"):
        shutil.copy(FOLDER / f"{name}.json", folder)
    return folder


def test_a_made_up_release(bundle):
    """Of an operation renamed, one without words, a state, a fault still there, one put right and one changed."""
    document = next_document()
    old = named_operations(document)
    first, second, third = [old[name] for name in dict.fromkeys(names_in_use())][:3]
    name = next(id_ for id_, operation in old.items() if operation is first)
    document["paths"][first.path][first.method]["operationId"] = RENAMED
    document["paths"][second.path][second.method]["x-corrected"] = 1
    document["paths"][third.path][third.method]["x-corrected"] = 2
    rows = [
        correction("still there", first.path, first.method, f">=3.0.0,<={NEWEST}"),
        correction("put right", second.path, second.method, f">=3.0.0,<={NEWEST}"),
        correction("changed", third.path, third.method, [NEWEST]),
        correction("of an older release", first.path, first.method, "==2.0.0"),
    ]
    (bundle / "corrections.json").write_text(json.dumps({"corrections": rows}, indent=1), "utf-8")
    source = bundle.parent / f"{NEXT}.json"
    source.write_text(json.dumps(document), "utf-8")

    report = add_release.add(source, bundle).report

    assert (report.extended, report.put_right, report.changed) == (("still there",), ("put right",), ("changed",))
    assert any(f"{name} is gone, {RENAMED} is likely its new name" in line for line in report.names)
    assert "run: suspended_by_quota" in report.states
    assert {"operations: get_quota_of_next_release", f"operations: {RENAMED}", "parameters: quota_name"} <= {
        *report.words
    }
    scopes = [row["x-releases"] for row in json.loads((bundle / "corrections.json").read_text("utf-8"))["corrections"]]
    assert scopes == [f">=3.0.0,<={NEXT}", f">=3.0.0,<={NEWEST}", [NEWEST], "==2.0.0"]
    assert report.login == ("login" in releases.index()["releases"][NEWEST])
    kinds = (
        "still there: still",
        "put right upstream: put",
        "changed or is gone: changed",
        "names.json, op",
        "words.json lacks",
    )
    assert all(any(kind in line for line in report.lines()) for kind in kinds)


def test_a_release_with_the_same_contract(bundle):
    """Every correction that ends with the release before is extended, in the file's own form; nothing else is said."""
    entry = releases.index()["releases"][NEWEST]
    before = json.loads((FOLDER / "corrections.json").read_text("utf-8"))["corrections"]
    ending = [
        row["info"]["title"]
        for row in before
        if releases.is_within(NEWEST, row["x-releases"]) and not releases.is_within(NEXT, row["x-releases"])
    ]
    login = bundle / f"{entry['login']}.json" if "login" in entry else None
    report = add_release.add(bundle / f"{entry['contract']}.json", bundle, release=NEXT, login=login).report
    assert list(report.extended) == ending
    assert (report.put_right, report.changed, report.names, report.login) == ((), (), (), False)
    old = (FOLDER / "corrections.json").read_text("utf-8").splitlines()
    new = (bundle / "corrections.json").read_text("utf-8").splitlines()
    assert len(old) == len(new)
    assert sum(a != b for a, b in zip(old, new, strict=True)) == len(ending)
    assert all("x-releases" in a for a, b in zip(old, new, strict=True) if a != b)


def test_adding_again_changes_no_correction(bundle):
    """The corrections of a release that is in the bundle already stay as they are."""
    entry = releases.index()["releases"][NEWEST]
    before = (bundle / "corrections.json").read_bytes()
    report = add_release.add(bundle / f"{entry['contract']}.json", bundle, release=NEWEST).report
    assert (report.extended, report.put_right, report.changed) == ((), (), ())
    assert (bundle / "corrections.json").read_bytes() == before


def test_a_bundle_of_one_release(tmp_path):
    """A new bundle, which has no file written by hand, asks for nothing."""
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    assert list(add_release.add(document, tmp_path, release="9.0.0").report.lines()) == []
    assert list(add_release.add(document, tmp_path, release="9.1.0").report.lines()) == []
