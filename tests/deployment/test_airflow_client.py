"""What an Airflow client does beyond any other: names of other releases, and credentials that its document wants."""

from __future__ import annotations

import pytest

import dynclient
from dynclient import errors
from dynclient.deployment.airflow_client import Airflow
from dynclient.documents import releases


@pytest.mark.parametrize("auth", [("u", "p"), {"OAuth2PasswordBearer": ("u", "p")}])
def test_a_plain_client_shows_no_password_to_a_server_of_tokens(auth):
    """It has no login of its own, so it refuses the pair and names what logs in."""
    with pytest.raises(errors.ArgumentError, match=r"connect\(url, auth="):
        dynclient.Client(dynclient.load("3.3.2"), "http://127.0.0.1:1", auth=auth)


@pytest.mark.parametrize(
    ("release", "name", "here"),
    [
        ("3.3.2", "post_dag_run", "trigger_dag_run"),
        ("2.10.5", "trigger_dag_run", "post_dag_run"),
        ("3.0.0", "get_datasets", "get_assets"),
        ("2.4.0", "get_assets", "get_datasets"),
        ("2.2.0", "patch_dag_run", "update_dag_run_state"),
    ],
)
def test_a_name_of_another_release_says_the_name_here(release, name, here):
    """Old names on new servers and new ones on old servers."""
    client = Airflow(dynclient.load(release), "http://127.0.0.1")
    for call in (lambda: getattr(client, name), lambda: client.call(name), lambda: client.operation(name)):
        with pytest.raises(errors.UnknownOperation, match=f"here it is called {here}") as caught:
            call()
        assert caught.value.near == (here,)


def test_a_name_that_is_gone_says_what_to_do_instead():
    """Where nothing took its place under another name."""
    client = Airflow(dynclient.load("3.3.2"), "http://127.0.0.1")
    with pytest.raises(errors.UnknownOperation, match="patch_dag_run with note"):
        _ = client.set_dag_run_note
    with pytest.raises(errors.UnknownOperation, match="did you mean get_dag"):
        _ = client.get_dagz
    with pytest.raises(errors.UnknownOperation, match="no operation 'set_dag_run_note'"):
        _ = Airflow(dynclient.load("2.0.0"), "http://127.0.0.1/api/v1").set_dag_run_note


def test_an_argument_of_another_release_says_its_name_here():
    """As for operations, in the error that lists what is wrong."""
    client = Airflow(dynclient.load("3.3.2"), "http://127.0.0.1")
    with pytest.raises(errors.BadArguments, match="execution_date_gte is called logical_date_gte here"):
        client.get_dag_runs("d", execution_date_gte="2026-01-01T00:00:00Z")
    old = Airflow(dynclient.load("2.10.5"), "http://127.0.0.1/api/v1")
    with pytest.raises(errors.BadArguments, match="logical_date_gte is called execution_date_gte here"):
        old.get_dag_runs("d", logical_date_gte="2026-01-01T00:00:00Z")


@pytest.mark.parametrize("release", releases.releases())
def test_no_operation_hides_behind_a_name_of_the_client(release):
    """``about``, ``update`` … are no operation of any release; what is can be called."""
    own = {name for name in dir(Airflow) if not name.startswith("_")}
    assert not own & set(dynclient.load(release).operations.names)
