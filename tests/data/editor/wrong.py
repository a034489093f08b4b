import dynclient
from dynclient import airflow

af = dynclient.connect("http://localhost:8080")
old = dynclient.connect("http://localhost:8080", release="2.10.5")
af.get_dagz()  # wrong
af.get_dags(limt=5)  # wrong
af.get_dags(last_dag_run_state="fail")  # wrong
af.get_dags(limit="five")  # wrong
print(af.get_dag("a").is_pausedd)  # wrong
name: int = af.get_dag("a").dag_id  # wrong
af.post_dag_run("etl")  # wrong
old.trigger_dag_run("etl")  # wrong
old.post_dag_run("etl")
print(dynclient.load("2.10.5").models.PoolBody)  # wrong
dynclient.load("3.3.2").models.PoolBody(name="p", slots="many")  # wrong
airflow.get_dagz()  # wrong
airflow.get_dags(limit="five")  # wrong
dynclient.conect("u")  # wrong
