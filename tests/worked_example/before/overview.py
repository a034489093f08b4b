"""Lists what is active, by this library."""

import sys

import dynclient

with dynclient.connect(sys.argv[1]) as af:
    for dag in af.get_dags.iter(only_active=True):
        print(dag.dag_id, dag.is_active)
    print(af.get_pool("default_pool").slots)
