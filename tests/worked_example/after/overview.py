"""Lists what is active, by this library."""

import sys

import dynclient

with dynclient.connect(sys.argv[1]) as af:
    for dag in af.get_dags.iter(exclude_stale=True):
        print(dag.dag_id, not dag.is_stale)
    print(af.get_pool("default_pool").slots)
