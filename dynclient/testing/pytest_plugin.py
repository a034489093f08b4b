"""The pytest plugin: tests against any Airflow release without an Airflow, and recorded traffic held to its document.

Nothing is active unless it is asked for, and nothing heavy is imported before. Fixtures:

``airflow_release``
    The release of the test: the marker's, else ``--dynclient-spec``, else the newest bundled one.
``airflow_spec``
    Its document, as from ``dynclient.load``.
``fake_airflow``
    A pretended Airflow of that release on loopback, for this test alone: ``fake_airflow.url``.
``airflow_client``
    A client of it, strict.
``dynclient_vcr``
    Settings for vcrpy that keep secrets out of recordings: ``vcr.VCR(**dynclient_vcr)``; with pytest-recording or
    pytest-vcr return them from your ``vcr_config`` fixture.

Marker: ``@pytest.mark.airflow("2.2.0", "2.10.5", "3.3.2")`` runs a test once for each release; keywords go to the
pretended Airflow (``auth=("admin", "secret")``, ``outcomes={"etl": "failed"}``).

Options, each with an ini key:

``--dynclient-spec=RELEASE``, ``dynclient_spec``
    The release, or document, where a test names none.
``--dynclient-check[=RELEASE]``, ``dynclient_check``
    Hold every vcrpy cassette that a test touches to the document of that release, and fail the test where it breaks
    it; a summary at the end. Without a release (``true`` in the ini file) the one above is meant.
``--dynclient-record-operations=FILE``, ``dynclient_record_operations``
    Write the operations that the run used, for ``dynclient diff --used-by FILE``.
``--dynclient-min-operations=NUMBER``, ``dynclient_min_operations``
    Fail the run where it exercises fewer operations than this of the document that cassettes are held to.
``dynclient_second_opinion``
    ``false`` leaves openapi-core out of the check; an ini key alone.

Imported in functions: ``cassette_check``, ``documents.releases``, ``openapi.load``, ``errors``, ``airflow_rules``,
``deployment.connect`` and ``contract.scrub``: pytest loads this plugin for every project, and few runs use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..deployment.airflow_client import Airflow
    from ..openapi.spec import Spec
    from .fake_server import FakeServer

_SWITCHED_ON = {"1", "true", "yes", "on"}
_SWITCHED_OFF = {"", "0", "false", "no", "off"}
_ASKED = pytest.StashKey[str]()
_SPECS = pytest.StashKey[dict[str, Any]]()
_CHECKER = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and ini keys."""
    group = parser.getgroup("dynclient", "Airflow without an Airflow (dynclient)")
    group.addoption(
        "--dynclient-spec", metavar="RELEASE", help="the release or document where a test names none (newest bundled)"
    )
    group.addoption(
        "--dynclient-check",
        metavar="RELEASE",
        nargs="?",
        const="true",
        help="hold every vcrpy cassette that a test touches to the document of RELEASE (that of --dynclient-spec)",
    )
    group.addoption(
        "--dynclient-record-operations", metavar="FILE", help="write the operations that the run used to FILE, as JSON"
    )
    group.addoption(
        "--dynclient-min-operations",
        metavar="NUMBER",
        help="fail the run where its cassettes and fakes exercise fewer operations of a document than this",
    )
    parser.addini("dynclient_spec", "default of --dynclient-spec")
    parser.addini("dynclient_check", "a release, or true: what --dynclient-check does, always")
    parser.addini("dynclient_record_operations", "default of --dynclient-record-operations")
    parser.addini("dynclient_min_operations", "default of --dynclient-min-operations")
    parser.addini("dynclient_second_opinion", "ask openapi-core too in --dynclient-check", type="bool", default=True)


def _setting(config: pytest.Config, name: str) -> str:
    option = config.getoption(f"dynclient_{name}")
    return str(config.getini(f"dynclient_{name}") or "") if option is None else str(option)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; start checking only if asked to."""
    config.addinivalue_line(
        "markers",
        "airflow(*releases, **options): run the test once for each Airflow release, on a fake made of options",
    )
    config.stash[_SPECS] = {}
    check, target = _setting(config, "check"), _setting(config, "record_operations")
    off = check.lower() in _SWITCHED_OFF
    minimum = _minimum(config)
    if off and not target and not minimum:
        return
    from .cassette_check import Checker  # only for those who ask

    release = "" if off or check.lower() in _SWITCHED_ON else check
    name = release or _default_release(config)
    hint = "; --dynclient-check takes the word after it: write --dynclient-check=RELEASE, or put it last"
    spec = _load(config, name, hint if release else "")
    checker = config.stash[_CHECKER] = Checker(
        spec,
        check=not off,
        second_opinion=bool(config.getini("dynclient_second_opinion")),
        target=target,
        minimum=minimum,
    )
    checker.start(needed=not off)
    config.pluginmanager.register(checker, "dynclient-checker")


def _minimum(config: pytest.Config) -> int:
    text = _setting(config, "min_operations") or "0"
    if not text.isdecimal():
        raise pytest.UsageError(f"dynclient: --dynclient-min-operations takes a number, not {text!r}")
    return int(text)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave vcrpy as it was."""
    checker = config.stash.get(_CHECKER, None)
    if checker is not None:
        checker.stop()


def _default_release(config: pytest.Config) -> str:
    from ..documents.releases import releases  # no document is read before a test wants one

    return _setting(config, "spec") or releases()[-1]


def _load(config: pytest.Config, release: str, hint: str = "") -> Spec:
    """The document of a release, loaded once for the run."""
    from ..errors import DynclientError
    from ..openapi.load import load  # as above

    specs = config.stash[_SPECS]
    if release not in specs:
        try:
            specs[release] = load(release)
        except DynclientError as error:
            raise pytest.UsageError(f"dynclient: {error}{hint}") from None
    return specs[release]  # type: ignore[no-any-return]


# --- the marker ---------------------------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each release that the marker names."""
    marker = metafunc.definition.get_closest_marker("airflow")
    if marker is None or not marker.args:
        return
    not_text = [release for release in marker.args if not isinstance(release, str)]
    if not_text:
        raise pytest.UsageError('dynclient: the marker takes releases as text, @pytest.mark.airflow("3.3.2")')
    if "airflow_release" not in metafunc.fixturenames:
        metafunc.fixturenames.append("airflow_release")
    metafunc.parametrize("airflow_release", marker.args, indirect=True)


# --- fixtures -----------------------------------------------------------------------------------------------------


@pytest.fixture
def airflow_release(request: pytest.FixtureRequest) -> str:
    """The Airflow release of this test."""
    parameter = getattr(request, "param", None)
    return str(parameter) if parameter is not None else _default_release(request.config)


@pytest.fixture
def airflow_spec(request: pytest.FixtureRequest, airflow_release: str) -> Spec:
    """The document of this test's Airflow release."""
    return _load(request.config, airflow_release)


@pytest.fixture
def fake_airflow(request: pytest.FixtureRequest, airflow_release: str) -> Iterator[FakeServer]:
    """A pretended Airflow of this test's release, on loopback; empty of other tests' doings."""
    from .airflow_rules import fake_airflow as start_fake  # werkzeug and openapi-core, only for those who ask

    with start_fake(airflow_release, **_options(request)) as server:
        yield server
    checker = request.config.stash.get(_CHECKER, None)
    if checker is not None:
        checker.served(server)


@pytest.fixture
def airflow_client(request: pytest.FixtureRequest, fake_airflow: FakeServer) -> Iterator[Airflow]:
    """A strict client of ``fake_airflow``, with its credentials if the marker names any."""
    from ..deployment.connect import connect  # as above

    auth = _options(request).get("auth")
    with connect(fake_airflow.url, auth, spec=fake_airflow.spec, responses="strict") as client:
        yield client


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    marker = request.node.get_closest_marker("airflow")
    return dict(marker.kwargs) if marker is not None else {}


@pytest.fixture(scope="session")
def dynclient_vcr() -> dict[str, object]:
    """Settings for ``vcr.VCR(**dynclient_vcr)`` that keep secrets out of recordings."""
    from ..contract.scrub import scrub  # as above

    return scrub()
