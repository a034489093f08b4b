"""A file that no airflow server can import: it shows as an import error. It would hold a DAG."""

raise RuntimeError("this file cannot be imported on purpose")
