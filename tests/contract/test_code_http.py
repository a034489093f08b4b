"""Uses by URLs in Python source, as strangers write their clients: bases, wrappers, tables of URLs, operators."""

from __future__ import annotations

import pytest

import dynclient
from dynclient.contract.code_python import uses_in_python
from dynclient.contract.code_use import UNKNOWN, Paths, Unclear, Use

SPEC = dynclient.load("2.10.5")
PATHS = Paths(SPEC)

#: name, source, (line, operation) of each use
SOURCES = [
    (
        "httpx_base.py",
        """import httpx, os
client = httpx.Client(base_url=os.environ["AIRFLOW"] + "/api/v1", auth=("a", "b"))
client.get("/dags", params={"limit": 100})
client.request("PATCH", f"/dags/{dag}", json={"is_paused": True})
class Api:
    def __init__(self, host):
        self.client = httpx.AsyncClient(base_url=f"{host}/api/v1/")
    async def pools(self):
        return (await self.client.get("pools")).json()["pools"]
""",
        [(3, "get_dags"), (4, "patch_dag"), (9, "get_pools")],
    ),
    (
        "wrapped_twice.py",
        """import requests
class Airflow:
    def __init__(self, host):
        self.base = host + "/api/v1"
        self.session = requests.Session()
    def _request(self, method, path, **options):
        return self.session.request(method, self.base + path, timeout=5, **options).json()
    def get(self, path, **params):
        return self._request("GET", path, params=params)
    def dags(self):
        return self.get("/dags", only_active=True)["dags"]
    def trigger(self, dag):
        return self._request("POST", f"/dags/{dag}/dagRuns", json={"conf": {}})
airflow = Airflow("http://h")
airflow.get("/pools")
answers.get("/variables")
""",
        [(11, "get_dags"), (13, "post_dag_run"), (15, "get_pools")],
    ),
    (
        "session_subclass.py",
        """import requests
class Session(requests.Session):
    base = "http://localhost:8080/api/v1"
    def runs(self, dag, limit=10):
        return self.get(self.base + "/dags/" + dag + "/dagRuns", params=dict(limit=limit)).json()
    def tasks(self, dag):
        return self.get("%s/dags/%s/tasks" % (self.base, dag))
class Client(BaseUrlSession):
    def __init__(self, host):
        super().__init__(base_url=f"{host}/api/v1")
    def health(self):
        return self.get("health")
Client("h").delete("dags/x")
""",
        [(5, "get_dag_runs"), (7, "get_tasks"), (12, "get_health"), (13, "delete_dag")],
    ),
    (
        "tables.py",
        """import requests
API = "http://h/api/v1"
URLS = {"pools": f"{API}/pools", "variables": API + "/variables"}
TASKS = API + "/dags/%(dag)s/tasks"
requests.get(URLS["pools"])
requests.post(URLS["variables"], json={"key": "a"})
requests.get(TASKS % {"dag": dag})
url = API
url += "/dags/" + dag
requests.patch(url, json={})
getattr(requests, "get")(f"{API}/importErrors")
requests.request("post", f"{API}/dags/~/dagRuns/list", json={})
""",
        [
            (5, "get_pools"),
            (6, "post_variables"),
            (7, "get_tasks"),
            (10, "patch_dag"),
            (11, "get_import_errors"),
            (12, "get_dag_runs_batch"),
        ],
    ),
    (
        "dag.py",
        """from airflow.providers.http.hooks.http import HttpHook
from airflow.providers.http.operators.http import HttpOperator
class Caller:
    def __init__(self):
        self.hook = HttpHook(method="POST", http_conn_id="airflow")
    def go(self, dag_id):
        return self.hook.run(endpoint=f"/api/v1/dags/{dag_id}/dagRuns", json={"conf": {}})
HttpOperator(task_id="p", endpoint="api/v1/dags/{{ params.dag }}", method="PATCH", data='{"is_paused": true}')
HttpOperator(task_id="h", endpoint="/api/v1/health", method="GET")
""",
        [(7, "post_dag_run"), (8, "patch_dag"), (9, "get_health")],
    ),
    (
        "aio.py",
        """import aiohttp
class Client:
    async def get(self, path, **params):
        async with self._session.get(f"{self._base}/api/v1{path}", params=params) as response:
            return await response.json()
    async def dags(self):
        return [d["dag_id"] for d in (await self.get("/dags", only_active="true"))["dags"] if d["is_active"]]
async def main():
    async with aiohttp.ClientSession("http://h/api/v1/") as session:
        await session.request("GET", "datasets")
""",
        [(7, "get_dags"), (10, "get_datasets")],
    ),
]


def found(text):
    return list(uses_in_python(text, "a.py", SPEC, PATHS))


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SOURCES], ids=[row[0] for row in SOURCES])
def test_every_use_has_its_line_and_operation(text, expected):
    """Each use is reported where its path is written, and nothing else is."""
    assert [(use.line, use.operation) for use in found(text) if isinstance(use, Use)] == expected


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def get(path):\n    return requests.get(f'http://h/api/v1{path}')\n", "its path is not seen here"),
        ("c = httpx.Client(base_url='http://h/api/v1')\nc.get(path)\n", "its path is not seen here"),
        ("def f(verb):\n    requests.request(verb, 'http://h/api/v1/dags')\n", "its method is not seen here"),
    ],
)
def test_what_nobody_in_the_module_says(source, reason):
    """A path or a method that no caller in the module gives is a line of its own."""
    (one,) = found(source)
    assert isinstance(one, Unclear)
    assert one.line == 2
    assert reason in one.reason


def test_arguments_through_a_wrapper():
    """Query, body and fields read are those of the caller; what ``**`` hides leaves them incomplete."""
    source = "def call(path, **more):\n    return requests.post(f'http://h/api/v1{path}', **more).json()\n"
    (use,) = found(source + "call('/dags/a/dagRuns', json={'execution_date': '{{ ds }}'})['state']\n")
    assert (use.arguments, use.complete) == ({"dag_id": "a", "execution_date": UNKNOWN}, True)
    assert use.fields == ("state",)
    (use,) = found("requests.post('http://h/api/v1/pools', **more)\n")
    assert (use.arguments, use.complete) == ({}, False)
