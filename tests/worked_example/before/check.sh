#!/bin/sh
curl -fsS "$AIRFLOW_URL/api/v1/health"
