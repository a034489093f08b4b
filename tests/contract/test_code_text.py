"""Uses of the API in shell scripts, YAML and documentation: every use by its line."""

from __future__ import annotations

import pytest

import dynclient
from dynclient.contract.code_text import uses_in_text
from dynclient.contract.code_use import UNKNOWN, Paths, Unclear, Use

PATHS = Paths(dynclient.load("2.10.5"))

#: name, text, (line, operation) of each use
SOURCES = [
    (
        "curl.sh",
        """#!/bin/bash
curl -u a:b "$HOST/api/v1/dags?limit=100&only_active=true"
curl -X POST "$HOST/api/v1/dags/${DAG}/dagRuns" \\
  -H 'Content-Type: application/json' \\
  -d '{"execution_date": "2020-01-01T00:00:00Z", "conf": {}}'
curl --request PATCH $HOST/api/v1/dags/x?update_mask=is_paused -d '{"is_paused": true}'
curl -s -XDELETE ${HOST}/api/v1/connections/old
""",
        [(2, "get_dags"), (3, "post_dag_run"), (6, "patch_dag"), (7, "delete_connection")],
    ),
    (
        "curl_data.sh",
        """curl "http://localhost:8080/api/v1/pools" --json '{"name": "p", "slots": 1}'
curl http://localhost:8080/api/v1/health | jq .scheduler
for d in a b; do curl -f "http://h/api/v1/dags/$d/details"; done
""",
        [(1, "post_pool"), (2, "get_health"), (3, "get_dag_details")],
    ),
    (
        "httpie.sh",
        """http GET http://h/api/v1/variables
http POST http://h/api/v1/variables key=a value=b
wget -qO- http://h/api/v1/version
""",
        [(1, "get_variables"), (2, "post_variables"), (3, "get_version")],
    ),
    (
        "multi.sh",
        """curl -X POST http://h/api/v1/dags/x/dagRuns -d '{
  "conf": {"a": 1},
  "dag_run_id": "r"
}'
curl http://h/api/v1/dags/x/dagRuns/r
""",
        [(1, "post_dag_run"), (5, "get_dag_run")],
    ),
    (
        "pipeline.yaml",
        """steps:
  - name: trigger
    run: curl -X POST https://h/api/v1/dags/deploy/dagRuns -d '{}'
  - name: check
    run: |
      curl https://h/api/v1/dags/deploy/dagRuns
      curl -X DELETE https://h/api/v1/pools/old
""",
        [(3, "post_dag_run"), (6, "get_dag_runs"), (7, "delete_pool")],
    ),
    (
        "monitor.yml",
        """checks:
  - url: https://h/api/v1/health
    method: GET
  - url: https://h/api/v1/pools/default_pool
    method: GET
""",
        [(2, "get_health"), (4, "get_pool")],
    ),
    (
        "notes.md",
        """Trigger: `POST /api/v1/dags/{dag_id}/dagRuns`, list: `GET /api/v1/dags`.
""",
        [(1, "post_dag_run"), (1, "get_dags")],
    ),
    (
        "admin.sh",
        """A="-u admin:admin -fsS"
curl $A $U/api/v1/connections
curl $A $U/api/v1/connections -d '{"connection_id": "c", "conn_type": "http"}'
curl $A -X PATCH $U/api/v1/connections/c -d '{"host": "h"}'
curl $A -X PATCH $U/api/v1/pools/p -d '{"slots": 3}'
curl $A -X DELETE $U/api/v1/dags/old
curl $A -X DELETE $U/api/v1/dags/d/dagRuns/r
curl $A -X PATCH $U/api/v1/dags/d/dagRuns/r -d '{"state": "failed"}'
curl $A -X POST $U/api/v1/dags/d/updateTaskInstancesState -d '{"dry_run": true}'
curl $A -X PATCH $U/api/v1/variables/k -d '{"key": "k", "value": "v"}'
curl $A -X DELETE $U/api/v1/variables/k
curl $A $U/api/v1/datasets
""",
        [
            (2, "get_connections"),
            (3, "post_connection"),
            (4, "patch_connection"),
            (5, "patch_pool"),
            (6, "delete_dag"),
            (7, "delete_dag_run"),
            (8, "update_dag_run_state"),
            (9, "post_set_task_instances_state"),
            (10, "patch_variable"),
            (11, "delete_variable"),
            (12, "get_datasets"),
        ],
    ),
    (
        "deploy.sh",
        """API="$AIRFLOW_URL/api/v1"
curl -sf "${AUTH[@]}" -X PATCH --data '{"is_paused": false}' "$API/dags/etl"
until [ "$(curl -s "${API}/dags/etl/dagRuns/${RUN}" | jq -r .state)" = success ]; do sleep 5; done
# curl -X DELETE $AIRFLOW_URL/api/v1/dags/etl
curl --request DELETE --url "$API/variables/foo"
curl --get "$API/dags" --data-urlencode "limit=5"
wget --method=POST --body-data='{"conf":{}}' "$API/dags/x/dagRuns"
""",
        [(2, "patch_dag"), (3, "get_dag_run"), (5, "delete_variable"), (6, "get_dags"), (7, "post_dag_run")],
    ),
    (
        "workflow.yml",
        """env:
  AIRFLOW_API: https://h/api/v1
jobs:
  a:
    steps:
      - run: |
          curl -X POST "${{ secrets.AIRFLOW_URL }}/api/v1/dags/deploy/dagRuns" \\
            -d '{"conf": {}}'
      - run: curl "$AIRFLOW_API/dags?limit=1"
      - with:
          method: 'POST'
          url: '${{ env.AIRFLOW_API }}/variables'
          data: '{"key": "sha"}'
""",
        [(7, "post_dag_run"), (9, "get_dags"), (12, "post_variables")],
    ),
    ("elsewhere.sh", "curl http://h/v1/dags\necho api/v1\n", []),
]


def uses(text):
    return list(uses_in_text(text, "a.sh", PATHS))


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in SOURCES], ids=[row[0] for row in SOURCES])
def test_every_use_has_its_line_and_operation(text, expected):
    """Each use is reported with its line and its operation, and nothing else is."""
    assert [(use.line, use.operation) for use in uses(text) if isinstance(use, Use)] == expected


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("see\nhttp://h/api/v1/dags\n", 2, "/dags: its method is not seen here"),
        ("curl http://h/api/v1/dagz", 1, "/dagz is no path of the document"),
        ("curl -X PUT http://h/api/v1/dags", 1, "PUT /dags is no operation"),
        ("curl -X PUT http://h/api/v1/dagz/$D", 1, "/dagz/… is no path"),
    ],
)
def test_an_unclear_url_is_a_line_with_its_reason(text, line, reason):
    """A URL whose path or method does not show is reported by its line, with the reason."""
    (one,) = uses(text)
    assert isinstance(one, Unclear)
    assert one.line == line
    assert reason in one.reason


@pytest.mark.parametrize(
    ("text", "arguments", "complete"),
    [
        ("curl http://h/api/v1/dags?limit=3", {"limit": "3"}, True),
        ("curl http://h/api/v1/dags/$D?a=$B", {"dag_id": UNKNOWN, "a": UNKNOWN}, True),
        ("""curl http://h/api/v1/pools -d '{"name": "p"}'""", {"name": UNKNOWN}, True),
        ("""curl http://h/api/v1/pools -d '@file'""", {}, False),
        ("curl -G http://h/api/v1/dags -d limit=5 -d tags=$T", {"limit": "5", "tags": UNKNOWN}, True),
        ("POST http://h/api/v1/pools", {}, False),
        ('method: POST\nurl: http://h/api/v1/pools\nbody: {"name": 1}', {"name": UNKNOWN}, False),
        ("""curl -X POST http://h/api/v1/dags/a/dagRuns -d '{}'""", {"dag_id": "a"}, True),
    ],
)
def test_arguments_of_a_command(text, arguments, complete):
    """Query, path and the body's members are the arguments; a body that does not show leaves them incomplete."""
    (use,) = uses(text)
    assert dict(use.arguments) == arguments
    assert use.complete is complete
