from dynclient.oracle import excused
__all__=["excused"]
