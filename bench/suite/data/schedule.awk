# Prints one of the two problems of the workload z3: jobs of several steps on machines that do
# one thing at a time, to be done by a deadline.
BEGIN {
  jobs = 50
  machines = 10
  deadline = 1300
  print "(set-logic QF_IDL)"
  for (j = 0; j < jobs; ++j) {
    for (m = 0; m < machines; ++m) {
      seed = (seed * 1103 + 12345) % 1000003
      takes[j, m] = 1 + seed % 40
      on[j, m] = (m * (j % (machines - 1) + 1) + j) % machines
      printf "(declare-const s%d_%d Int)\n", j, m
      printf "(assert (>= s%d_%d 0))\n", j, m
    }
  }
  for (j = 0; j < jobs; ++j)
    for (m = 1; m < machines; ++m)
      printf "(assert (>= (- s%d_%d s%d_%d) %d))\n", j, m, j, m - 1, takes[j, m - 1]
  for (j = 0; j < jobs; ++j)
    for (k = j + 1; k < jobs; ++k)
      for (m = 0; m < machines; ++m)
        for (n = 0; n < machines; ++n)
          if (on[j, m] == on[k, n])
            printf "(assert (or (>= (- s%d_%d s%d_%d) %d) (>= (- s%d_%d s%d_%d) %d)))\n",
                   k, n, j, m, takes[j, m], j, m, k, n, takes[k, n]
  for (j = 0; j < jobs; ++j)
    printf "(assert (<= s%d_%d %d))\n", j, machines - 1, deadline - takes[j, machines - 1]
  print "(check-sat)"
}
