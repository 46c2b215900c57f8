import concurrent.futures
import ctypes
import ctypes.util
import gc
import hashlib
import json
import multiprocessing
import random
import sqlite3
import subprocess
import sys
import threading
import zlib


def digest(value):
    return hashlib.md5(json.dumps(value, sort_keys=True).encode()).hexdigest()


def build(seed):
    rng = random.Random(seed)
    return {str(rng.random()): [rng.randrange(10**9) for _ in range(rng.randrange(40))]
            for _ in range(3000)}


def threads():
    results = {}
    workers = [threading.Thread(target=lambda s=s: results.__setitem__(s, digest(build(s))))
               for s in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return digest(results)


def processes():
    with multiprocessing.get_context("fork").Pool(3) as pool:
        forked = pool.map(build, range(6))
    with concurrent.futures.ProcessPoolExecutor(
            2, mp_context=multiprocessing.get_context("spawn")) as pool:
        spawned = list(pool.map(build, range(2)))
    return digest([forked, spawned])


def database():
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (k text primary key, v integer)")
    rng = random.Random(1)
    connection.executemany("insert or replace into t values (?, ?)",
                           ((str(rng.randrange(20000)), i) for i in range(50000)))
    return connection.execute("select count(*), sum(v), max(k) from t where v % 3 = 0").fetchall()


def foreign_functions():
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = [libc.malloc(n) for n in range(1, 3000)]
    for n, block in enumerate(blocks, 1):
        ctypes.memset(block, n & 255, n)
    total = sum(ctypes.string_at(block, n)[-1] for n, block in enumerate(blocks, 1))
    for block in blocks:
        libc.free(block)
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int),
                               ctypes.POINTER(ctypes.c_int))(lambda a, b: a[0] - b[0])
    values = (ctypes.c_int * 500)(*random.Random(2).sample(range(10000), 500))
    libc.qsort(values, 500, ctypes.sizeof(ctypes.c_int), compare)
    return total, list(values) == sorted(values)


def cycles():
    for _ in range(20000):
        a, b = [], {}
        a.append(b)
        b["a"] = a
    gc.collect()
    return len(gc.garbage)


def large_objects():
    data = bytearray()
    for i in range(2000):
        data += bytes([i & 255]) * 5000
    return hashlib.md5(zlib.decompress(zlib.compress(bytes(data)))).hexdigest(), (3**100000) % 10**9


def main():
    for work in (threads, processes, database, foreign_functions, cycles, large_objects):
        print(work.__name__, work(), flush=True)
    out = subprocess.run([sys.executable, "-c", "print(len([[] for _ in range(10**5)]))"],
                         capture_output=True, text=True, check=True)
    print(out.stdout, end="")
    sys.exit(4)


if __name__ == "__main__":
    main()
