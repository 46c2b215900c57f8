# A part of python's own regression tests, every object from malloc.
# needs: /usr/bin/python3 (libpython3.11-testsuite)
export PYTHONMALLOC=malloc
modules=(test_list test_dict test_set test_bytes test_json test_re test_threading test_subprocess
  test_deque test_array test_memoryview test_weakref test_gc test_zlib test_ctypes test_struct
  test_pickle test_generators test_thread test_fork1 test_mmap test_decimal test_itertools)
# One process per module; only its verdict is compared, the rest is times and paths.
for module in "${modules[@]}"; do
  if /usr/bin/python3 -m test "$module" >log 2>&1; then
    echo "$module passed"
  else
    echo "$module failed"
    grep -E '^(FAIL|ERROR|strata|Fatal)|Error: ' log || tail -n 20 log
    exit 1
  fi
done
