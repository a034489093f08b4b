"""The commands about documents: explain, list, add, find faults."""

from __future__ import annotations

import json

from command_line import run

from dynclient.documents import releases


def test_looking():
    """show explains an operation or a model, specs list names the releases."""
    _, out, _ = run("show", "get_pool", "--spec", "2.2.0")
    assert out.startswith("get_pool(pool_name: str) -> Pool\n")
    _, out, _ = run("show", "trigger_dag_run", "--spec", "3.3.2")
    assert out.startswith("trigger_dag_run(\n    dag_id: Any,\n    *,\n    logical_date: datetime | None,\n")
    assert "\n) -> DAGRunResponse\n" in out
    _, out, _ = run("show", "Pool", "--spec", "2.2.0")
    assert out.startswith("Pool: #/components/schemas/Pool\n\nFields:\n    name (str")
    _, out, _ = run("specs", "list")
    assert out.split() == list(releases.releases())


def test_specs_add_and_lint(tmp_path):
    """A document is added with one command, which says what is left to do; faults are listed with pointers, exit 1."""
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": {}}}}
    source = tmp_path / "new.json"
    source.write_text(json.dumps(document), "utf-8")
    code, out, _ = run("specs", "add", source, "--release", "9.0.0", "--into", tmp_path / "bundle")
    assert code == 0
    assert out.startswith("9.0.0: contract ")
    assert (tmp_path / "bundle" / "9.0.0.json").exists()
    document["paths"]["/b"] = {"get": {"operationId": "get_b"}}
    source.write_text(json.dumps(document), "utf-8")
    (tmp_path / "bundle" / "words.json").write_text('{"operations": {}, "parameters": {}, "fields": {}}', "utf-8")
    code, out, _ = run("specs", "add", source, "--release", "9.1.0", "--into", tmp_path / "bundle")
    assert (code, out.splitlines()[1:]) == (0, ["words.json lacks a line, operations: get_b"])
    broken = {**document, "paths": {"/a": {"get": {"responses": {"200": {}}}}}}
    source.write_text(json.dumps(broken), "utf-8")
    code, out, err = run("specs", "lint", source)
    assert code == 1
    assert "#/paths/~1a/get/responses/200" in out
    assert err == "1 fault\n"
