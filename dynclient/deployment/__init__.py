"""All that is Airflow: connecting, releases, logins, waiting, updating, logs."""
