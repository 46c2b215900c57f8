# Threads, processes, json, sqlite3, ctypes and a large object graph, with
# python's own small-object allocator and without it.
# needs: /usr/bin/python3 (python3)
/usr/bin/python3 "$WORKLOADS/python_work.py" || echo "status $?"
PYTHONMALLOC=malloc /usr/bin/python3 "$WORKLOADS/python_work.py" || echo "status $?"
PYTHONMALLOC=malloc_debug /usr/bin/python3 -c 'print(sum(len(str(i)) for i in range(100000)))'
/usr/bin/python3 -c 'raise ValueError("on purpose")' || echo "status $?"
