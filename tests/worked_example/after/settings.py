"""Writes variables and a pool with the official client."""

import airflow_client.client as client
from airflow_client.client.api.pool_api import PoolApi
from airflow_client.client.api.variable_api import VariableApi
from airflow_client.client.models import PoolBody, VariableBody


def write(configuration: client.Configuration) -> None:
    with client.ApiClient(configuration) as api:
        VariableApi(api).post_variable(VariableBody(key="region", value="eu"))
        PoolApi(api).post_pool(PoolBody(name="loads", slots=4))
