"""Uses of the API in Python source: many styles of calling it, and every use in them by its line."""

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
        "requests.py",
        """import requests
BASE = "http://airflow:8080/api/v1"
AUTH = ("admin", "admin")
requests.get(BASE + "/dags", auth=AUTH)
requests.post(f"{BASE}/dags/etl/dagRuns", json={"conf": {}}, auth=AUTH)
requests.patch(f"{BASE}/dags/etl?update_mask=is_paused", json={"is_paused": True})
requests.delete(BASE + "/variables/" + key)
""",
        [(4, "get_dags"), (5, "post_dag_run"), (6, "patch_dag"), (7, "delete_variable")],
    ),
    (
        "session.py",
        """import os, requests
session = requests.Session()
base = os.environ["AIRFLOW_URL"]
def runs(dag_id):
    url = f"{base}/api/v1/dags/{dag_id}/dagRuns"
    return session.get(url, params={"limit": 5, "order_by": "-execution_date"}).json()["dag_runs"]
def state(dag_id, run_id):
    return session.get(f"{base}/api/v1/dags/{dag_id}/dagRuns/{run_id}").json()["state"]
def clear(dag_id, run_id):
    session.post(f"{base}/api/v1/dags/{dag_id}/dagRuns/{run_id}/clear", json={"dry_run": False})
""",
        [(6, "get_dag_runs"), (8, "get_dag_run"), (10, "clear_dag_run")],
    ),
    (
        "percent.py",
        """import requests
def pool(host, name):
    return requests.get("http://%s/api/v1/pools/%s" % (host, name))
def pools(host):
    return requests.get("http://%s/api/v1/pools" % host)
def make(host, name, slots):
    requests.post("http://%s/api/v1/pools" % host, json=dict(name=name, slots=slots))
""",
        [(3, "get_pool"), (5, "get_pools"), (7, "post_pool")],
    ),
    (
        "format.py",
        """import requests
URL = "{host}/api/v1/connections/{id}"
def read(host, id):
    return requests.get(URL.format(host=host, id=id))
def drop(host, id):
    return requests.delete("{}/api/v1/connections/{}".format(host, id))
def test(host):
    return requests.post("{0}/api/v1/connections/test".format(host), json={"conn_type": "http"})
""",
        [(4, "get_connection"), (6, "delete_connection"), (8, "test_connection")],
    ),
    (
        "urljoin.py",
        """from urllib.parse import urljoin
import requests
ROOT = "http://localhost:8080/api/v1/"
requests.get(urljoin(ROOT, "health"))
requests.get(urljoin(ROOT, "version"))
requests.get(url=urljoin(ROOT, "config"))
""",
        [(4, "get_health"), (5, "get_version"), (6, "get_config")],
    ),
    (
        "httpx.py",
        """import httpx
with httpx.Client(auth=("a", "b")) as client:
    client.get("http://h/api/v1/importErrors")
    client.request("POST", "http://h/api/v1/roles", json={"name": "x"})
    client.request(method="DELETE", url="http://h/api/v1/roles/x")
async def main():
    async with httpx.AsyncClient() as c:
        await c.get("http://h/api/v1/eventLogs")
""",
        [(3, "get_import_errors"), (4, "post_role"), (5, "delete_role"), (8, "get_event_logs")],
    ),
    (
        "aiohttp.py",
        """import aiohttp
async def main(dag):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://h/api/v1/dags/{dag}/tasks") as response:
            tasks = (await response.json())["tasks"]
        async with session.post(f"http://h/api/v1/dags/{dag}/clearTaskInstances", json={"dry_run": True}) as r:
            pass
""",
        [(4, "get_tasks"), (6, "post_clear_task_instances")],
    ),
    (
        "urllib.py",
        """import json
from urllib.request import Request, urlopen
request = Request("http://h/api/v1/variables", data=json.dumps({"key": "a", "value": "b"}).encode(), method="POST")
urlopen(request)
urlopen("http://h/api/v1/plugins")
""",
        [(3, "post_variables"), (5, "get_plugins")],
    ),
    (
        "hook.py",
        """from airflow.providers.http.hooks.http import HttpHook
get = HttpHook(method="GET", http_conn_id="airflow")
get.run("/api/v1/dags/etl/details")
post = HttpHook("POST", "airflow")
post.run(endpoint="api/v1/dags/etl/dagRuns", data='{"conf": {}}')
HttpHook(http_conn_id="airflow").run("api/v1/pools")
""",
        [(3, "get_dag_details"), (5, "post_dag_run"), (6, "post_pool")],
    ),
    (
        "operator.py",
        """import json
from airflow.providers.http.operators.http import SimpleHttpOperator
from airflow.providers.http.sensors.http import HttpSensor
SimpleHttpOperator(task_id="a", endpoint="api/v1/dags/x/dagRuns", data=json.dumps({"execution_date": "{{ ds }}"}))
SimpleHttpOperator(task_id="b", endpoint="/api/v1/datasets", method="GET")
HttpSensor(task_id="c", endpoint="api/v1/dags/x/dagRuns/y")
""",
        [(4, "post_dag_run"), (5, "get_datasets"), (6, "get_dag_run")],
    ),
    (
        "generated.py",
        """import airflow_client.client as c
from airflow_client.client.api.dag_run_api import DAGRunApi
from airflow_client.client.api import dag_api, pool_api
from airflow_client.client.model.dag_run import DAGRun
from airflow_client.client.model.pool import Pool
with c.ApiClient(c.Configuration(host="h")) as client:
    runs = DAGRunApi(client)
    run = runs.post_dag_run("etl", DAGRun(execution_date=now, conf={}))
    print(run.execution_date)
    runs.get_dag_runs("etl", limit=3)
    dag_api.DAGApi(client).patch_dag("etl", c.DAG(is_paused=True), update_mask=["is_paused"])
    pool_api.PoolApi(client).post_pool(pool=Pool(name="p", slots=1))
""",
        [(8, "post_dag_run"), (10, "get_dag_runs"), (11, "patch_dag"), (12, "post_pool")],
    ),
    (
        "generated_self.py",
        """from airflow_client.client.api.task_instance_api import TaskInstanceApi
from airflow_client.client.api.variable_api import VariableApi
class Tool:
    def __init__(self, client):
        self.tasks = TaskInstanceApi(client)
        self.variables = VariableApi(client)
    def go(self):
        self.tasks.get_task_instances("d", "r")
        self.tasks.get_log("d", "r", "t", 1)
        self.variables.get_variable("k")
        self.variables.post_variables({"key": "k", "value": "v"})
""",
        [(8, "get_task_instances"), (9, "get_log"), (10, "get_variable"), (11, "post_variables")],
    ),
    (
        "library.py",
        """import dynclient
af = dynclient.connect("http://h", auth=("a", "b"))
af.get_dags(limit=5)
for run in af.get_dag_runs.iter("etl", execution_date_gte="2020"):
    print(run.execution_date)
af.post_dag_run("etl", execution_date=None)
af.get_dags.request(limit=5).curl()
af.call("get_pools", limit=3)
reply = af.get_pool.response("p")
""",
        [(3, "get_dags"), (4, "get_dag_runs"), (6, "post_dag_run"), (7, "get_dags"), (8, "get_pools"), (9, "get_pool")],
    ),
    (
        "library_names.py",
        """import dynclient
af = dynclient.connect("h")
getattr(af, "get_datasets")(limit=3)
trigger = af.post_dag_run
trigger("etl")
af.get_dags.options(timeout=3)(limit=2)
def later(client: dynclient.Client):
    return client.get_dag_details("etl").is_active
""",
        [(3, "get_datasets"), (5, "post_dag_run"), (6, "get_dags"), (8, "get_dag_details")],
    ),
    (
        "generated_names.py",
        """from airflow_client.client.api import dag_run_api
from airflow_client.client.model.dag_run import DAGRun
def trigger(api: dag_run_api.DAGRunApi, dag):
    return api.post_dag_run(dag, DAGRun(conf={}))
def last(api, dag):
    return api.get_dag_runs_with_http_info(dag)
def body(when):
    return DAGRun(execution_date=when)
""",
        [(4, "post_dag_run"), (6, "get_dag_runs"), (8, "post_dag_run")],
    ),
    (
        "library_with.py",
        """from dynclient import connect, Client, load
with connect("http://h") as af:
    af.delete_pool("p")
    af.patch_variable("k", key="k", value="v")
client = Client(load("2.10.5"), server="http://h/api/v1")
client.get_health()
def helper(api):
    return api.get_datasets(limit=1)
""",
        [(3, "delete_pool"), (4, "patch_variable"), (6, "get_health"), (8, "get_datasets")],
    ),
    (
        "library_module.py",
        """from dynclient import airflow
airflow.get_version()
airflow.get_dag_source(token)
""",
        [(2, "get_version"), (3, "get_dag_source")],
    ),
    (
        "library_await.py",
        """from dynclient import aio
async def main():
    async with await aio.connect("http://h") as af:
        await af.get_dags()
        async for pool in af.get_pools.iter():
            print(pool.slots)
""",
        [(4, "get_dags"), (5, "get_pools")],
    ),
    (
        "class.py",
        """import requests
class Api:
    def __init__(self, host):
        self.base = host + "/api/v1"
        self.http = requests.Session()
    def users(self):
        return self.http.get(self.base + "/users").json()["users"]
    def user(self, name):
        return self.http.get(f"{self.base}/users/{name}")
    def add(self, **user):
        return self.http.post(f"{self.base}/users", json=user)
""",
        [(7, "get_users"), (9, "get_user"), (11, "post_user")],
    ),
    (
        "body_later.py",
        """import requests
def trigger(base, conf, when):
    body = {"conf": conf}
    if when:
        body["execution_date"] = when
    return requests.post(f"{base}/api/v1/dags/a/dagRuns", json=body)
def note(base):
    requests.patch(f"{base}/api/v1/dags/a/dagRuns/b/setNote", json={"note": "n"})
    requests.patch(f"{base}/api/v1/dags/a/dagRuns/b/taskInstances/c/setNote", json={"note": "n"})
""",
        [(6, "post_dag_run"), (8, "set_dag_run_note"), (9, "set_task_instance_note")],
    ),
    (
        "batch.py",
        """import requests
U = "https://h/api/v1"
requests.post(U + "/dags/~/dagRuns/list", json={"dag_ids": ["a"]})
requests.post(U + "/dags/~/dagRuns/~/taskInstances/list", json={"dag_ids": ["a"]})
requests.get(U + "/dags/~/dagRuns")
""",
        [(3, "get_dag_runs_batch"), (4, "get_task_instances_batch"), (5, "get_dag_runs")],
    ),
    (
        "datasets.py",
        """import requests
U = "https://h/api/v1"
requests.get(U + "/datasets/events", params={"dataset_id": 1})
requests.post(U + "/datasets/events", json={"dataset_uri": "s3://a"})
requests.get(f"{U}/datasets/{uri}")
requests.get(f"{U}/dags/{d}/datasets/queuedEvent")
""",
        [
            (3, "get_dataset_events"),
            (4, "create_dataset_event"),
            (5, "get_dataset"),
            (6, "get_dag_dataset_queued_events"),
        ],
    ),
    (
        "xcom.py",
        """import requests
path = "/dags/{}/dagRuns/{}/taskInstances/{}/xcomEntries/{}"
def xcom(base, *names):
    return requests.get(base + "/api/v1" + path.format(*names)).json()["value"]
def entries(base, d, r, t):
    return requests.get(f"{base}/api/v1/dags/{d}/dagRuns/{r}/taskInstances/{t}/xcomEntries")
""",
        [(4, "get_xcom_entry"), (6, "get_xcom_entries")],
    ),
    (
        "join.py",
        """import requests
requests.get("/".join(["http://h/api/v1/dags", dag, "tasks", task]))
requests.get("/".join([base, "api/v1", "dagSources", token]))
""",
        [(2, "get_task"), (3, "get_dag_source")],
    ),
    (
        "wrapped.py",
        """import requests
from functools import partial
def call():
    response = requests.get(
        "http://h"
        "/api/v1"
        "/dagWarnings",
        timeout=5,
    )
    response.raise_for_status()
    return response.json()
""",
        [(4, "get_dag_warnings")],
    ),
    (
        "annotated.py",
        """import requests
BASE: str = "http://h/api/v1"
URL: str = BASE.rstrip("/") + "/providers"
(answer := requests.get(URL)).json()
requests.put("http://h/api/v1/dags", json={})
""",
        [(4, "get_providers")],
    ),
    (
        "inner.py",
        """import requests
def outer(host):
    base = f"{host}/api/v1"
    def get(path):
        return requests.get(f"{base}{path}")
    def roles():
        return requests.get(f"{base}/roles")
    return get("/dags"), roles()
""",
        [(7, "get_roles"), (8, "get_dags")],
    ),
    (
        "permissions.py",
        """import requests
S = requests.Session()
S.get("http://h/api/v1/permissions")
S.patch("http://h/api/v1/roles/r", json={"actions": []})
S.patch("http://h/api/v1/users/u", json={"roles": []})
S.delete("http://h/api/v1/users/u")
""",
        [(3, "get_permissions"), (4, "patch_role"), (5, "patch_user"), (6, "delete_user")],
    ),
    (
        "kwargs.py",
        """import dynclient
af = dynclient.connect("h")
options = {"limit": 3}
af.get_connections(**options)
af.post_connection(body={"connection_id": "c", "conn_type": "http"})
af.options(timeout=3).get_config()
""",
        [(4, "get_connections"), (5, "post_connection"), (6, "get_config")],
    ),
    (
        "comprehension.py",
        """import requests
U = "http://h/api/v1"
active = [d["dag_id"] for d in requests.get(f"{U}/dags").json()["dags"] if d["is_active"]]
errors = {e["filename"] for e in requests.get(f"{U}/importErrors").json()["import_errors"]}
""",
        [(3, "get_dags"), (4, "get_import_errors")],
    ),
    (
        "report.py",
        """import requests
U = "http://h/api/v1"
def get(path):
    return requests.get(path, timeout=5).json()
requests.get(f"{U}/dags/{d}")
requests.get(f"{U}/dags/{d}/dagRuns/{r}/taskInstances")
requests.get(f"{U}/dags/{d}/dagRuns/{r}/taskInstances/{t}")
requests.get(f"{U}/dags/{d}/dagRuns/{r}/taskInstances/{t}/logs/1")
requests.get(f"{U}/dags/{d}/dagRuns/{r}/taskInstances/{t}/links")
requests.get(f"{U}/dags/{d}/dagRuns/{r}/upstreamDatasetEvents")
requests.get(f"{U}/importErrors/3")
requests.get(f"{U}/eventLogs/3")
requests.get(f"{U}/variables/{v}")
requests.get(f"{U}/config/section/core/option/parallelism")
""",
        [
            (5, "get_dag"),
            (6, "get_task_instances"),
            (7, "get_task_instance"),
            (8, "get_log"),
            (9, "get_extra_links"),
            (10, "get_upstream_dataset_events"),
            (11, "get_import_error"),
            (12, "get_event_log"),
            (13, "get_variable"),
            (14, "get_value"),
        ],
    ),
]
#: what looks like a use and is none
OTHERS = [
    ("elsewhere.py", "import requests\nrequests.get('http://other/api/v2/dags')\nrequests.get('http://h/dags')\n"),
    ("no_client.py", "def get_dags(): ...\nget_dags()\nmodel.get_dag('x')\nlogger.refresh()\n"),
    ("words.py", '"""Calls /api/v1/dags of a server."""\nprint("see api/v1 for more")\n'),
    (
        "other_library.py",
        "import dynclient, store\nshop = store.connect_to()\nshop.get_pools()\nprint(dynclient.__doc__)\n",
    ),
]


def uses(name, text):
    return list(uses_in_python(text, name, SPEC, PATHS))


@pytest.mark.parametrize(("name", "text", "expected"), SOURCES, ids=[row[0] for row in SOURCES])
def test_every_use_has_its_line_and_operation(name, text, expected):
    """Each use is reported with its line and its operation, and nothing else is."""
    assert [(use.line, use.operation) for use in uses(name, text) if isinstance(use, Use)] == expected


@pytest.mark.parametrize(("name", "text"), OTHERS, ids=[row[0] for row in OTHERS])
def test_what_only_looks_like_a_use(name, text):
    """Other servers, other libraries, other paths and words are none."""
    assert [use for use in uses(name, text) if isinstance(use, Use)] == []


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("import requests\nU = 'http://h/api/v1/dags'\nfoo(U)\n", 2, "what is done with this URL"),
        ("import requests\nrequests.request(verb, 'http://h/api/v1/dags')\n", 2, "its method is not seen"),
        ("import requests\nrequests.get('http://h/api/v1/dagz')\n", 2, "is no path of the document"),
        ("import requests\nrequests.put('http://h/api/v1/dags')\n", 2, "PUT /dags is no operation"),
        ("import dynclient\naf = dynclient.connect('h')\naf.call(name)\n", 3, "only known when the program runs"),
        ("import dynclient\naf = dynclient.connect('h')\ngetattr(af, name)()\n", 3, "only known when the program runs"),
        (
            "from airflow_client.client.model.pool import Pool\nPool(name='p')\n",
            2,
            "Pool: which of post_pool, patch_pool it is given to",
        ),
    ],
)
def test_what_cannot_be_told_is_said(source, line, reason):
    """A URL whose path, method or purpose does not show is a line of its own."""
    (one,) = uses("a.py", source)
    assert isinstance(one, Unclear)
    assert one.line == line
    assert reason in one.reason


def test_the_source_has_no_say_in_warnings():
    """A source that Python warns of is read without a word; warnings are errors here."""
    assert uses("a.py", "x = '\\d'\n") == []


def test_arguments_and_fields():
    """Literals, what is only known later, names of a body, and the fields that are read are all there."""
    source = (
        "import requests\n"
        "r = requests.post(f'{b}/api/v1/dags/{d}/dagRuns', params={'q': 1}, json={'conf': c, 'note': 'n'})\n"
        "data = r.json()\n"
        "print(data['state'], data.get('conf', {})['day'])\n"
    )
    (use,) = uses("a.py", source)
    assert use.arguments == {"dag_id": UNKNOWN, "q": 1, "conf": UNKNOWN, "note": "n"}
    assert use.complete
    assert set(use.fields) == {"state", "conf", "day"}
