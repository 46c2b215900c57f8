# Prints one of the two problems of the workload z3: an array written in many
# places is the same whatever the order of the writes.
BEGIN {
  writes = 450
  print "(set-logic QF_AX)"
  print "(declare-sort Index 0)"
  print "(declare-sort Element 0)"
  print "(declare-const empty (Array Index Element))"
  for (i = 0; i < writes; ++i) {
    printf "(declare-const i%d Index)\n", i
    printf "(declare-const e%d Element)\n", i
    for (j = 0; j < i; ++j) printf "(assert (not (= i%d i%d)))\n", i, j
  }
  one = other = "empty"
  for (i = 0; i < writes; ++i) {
    k = i * 7 % writes
    one = "(store " one " i" i " e" i ")"
    other = "(store " other " i" k " e" k ")"
  }
  print "(assert (not (= " one " " other ")))"
  print "(check-sat)"
}
