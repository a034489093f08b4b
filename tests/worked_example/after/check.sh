#!/bin/sh
curl -fsS "$AIRFLOW_URL/api/v2/monitor/health"
