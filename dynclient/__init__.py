"""A client for any Airflow release, made at run time from its OpenAPI document."""
