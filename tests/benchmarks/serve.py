"""A fast answerer on loopback, in a process of its own: canned JSON by path, connections kept alive.

Prints its port on a line of its own and ends when its standard input does.
"""

from __future__ import annotations

import json
import socket
import sys
import threading

VERSION = b'{"version": "3.3.2", "git_version": null}'


def dag(n: int) -> dict[str, object]:
    """One DAG as Airflow 3.3.2 writes it, 1.3 kB."""
    return {
        "dag_id": f"team_{n % 7}_pipeline_{n}",
        "dag_display_name": f"team_{n % 7}_pipeline_{n}",
        "is_paused": n % 3 == 0,
        "is_stale": False,
        "last_parsed_time": "2025-11-04T10:21:14.123456Z",
        "last_parse_duration": 0.271828,
        "last_expired": None,
        "bundle_name": "dags-folder",
        "bundle_version": None,
        "relative_fileloc": f"pipelines/team_{n % 7}/pipeline_{n}.py",
        "fileloc": f"/opt/airflow/dags/pipelines/team_{n % 7}/pipeline_{n}.py",
        "description": "Loads the day's events, checks them against the schema registry and publishes the aggregates. ",
        "timetable_summary": "0 3 * * *",
        "timetable_description": "At 03:00",
        "timetable_partitioned": False,
        "timetable_periodic": True,
        "tags": [
            {"name": "prod", "dag_id": f"pipeline_{n}", "dag_display_name": f"pipeline_{n}"},
            {"name": f"team_{n % 7}", "dag_id": f"pipeline_{n}", "dag_display_name": f"pipeline_{n}"},
        ],
        "max_active_tasks": 16,
        "max_active_runs": 16,
        "max_consecutive_failed_dag_runs": 0,
        "has_task_concurrency_limits": False,
        "has_import_errors": False,
        "next_dagrun_logical_date": "2025-11-05T03:00:00Z",
        "next_dagrun_data_interval_start": "2025-11-04T03:00:00Z",
        "next_dagrun_data_interval_end": "2025-11-05T03:00:00Z",
        "next_dagrun_run_after": "2025-11-05T03:00:00Z",
        "allowed_run_types": None,
        "owners": ["airflow", f"team_{n % 7}"],
        "is_backfillable": True,
        "file_token": "Ii9vcHQvYWlyZmxvdy9kYWdzL3BpcGVsaW5lcy9waXBlbGluZS5weSI.c2lnbmF0dXJl" * 2,
    }


PAGE = json.dumps({"dags": [dag(n) for n in range(100)], "total_entries": 100}).encode()
#: one page of ten out of 10,000
SMALL_PAGE = json.dumps({"dags": [dag(n) for n in range(10)], "total_entries": 10_000}).encode()


def body(target: str) -> bytes:
    """The answer for a request target."""
    path, _, query = target.partition("?")
    if path.endswith("/version"):
        return VERSION
    if "offset" in query or "limit=10" in query.split("&"):
        # each page differs, as pages of a real list do
        offset = next((part[7:] for part in query.split("&") if part.startswith("offset=")), "0")
        return SMALL_PAGE.replace(b"pipeline_0", b"pipeline_" + offset.encode(), 1)
    return PAGE


def serve(connection: socket.socket) -> None:
    """Answer the requests of one connection."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            try:
                more = connection.recv(65536)
            except ConnectionResetError:
                return
            if not more:
                return
            data += more
        head, _, data = data.partition(b"\r\n\r\n")
        content = body(head.split(b" ", 2)[1].decode())
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content) + content
        )


def main() -> None:
    """Listen until standard input ends."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(listener.getsockname()[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
