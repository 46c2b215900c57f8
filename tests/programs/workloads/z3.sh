# Propositional, linear, bit-vector, array and quantified problems.
# needs: z3 (z3)
{
  echo '(set-logic QF_LIA)'
  for ((i = 0; i < 10; i++)); do
    for ((j = 0; j < 10; j++)); do echo "(declare-const q${i}_$j Int)(assert (and (>= q${i}_$j 0) (<= q${i}_$j 1)))"; done
  done
  for ((i = 0; i < 10; i++)); do
    row="" column=""
    for ((j = 0; j < 10; j++)); do row+=" q${i}_$j" column+=" q${j}_$i"; done
    echo "(assert (= 1 (+$row)))(assert (= 1 (+$column)))"
  done
  for ((i = 0; i < 10; i++)); do
    for ((j = 0; j < 10; j++)); do
      for ((k = 1; i + k < 10; k++)); do
        ((j + k < 10)) && echo "(assert (<= (+ q${i}_$j q$((i + k))_$((j + k))) 1))"
        ((j >= k)) && echo "(assert (<= (+ q${i}_$j q$((i + k))_$((j - k))) 1))"
        true
      done
    done
  done
  echo '(check-sat)'
} >queens.smt2
cat >mixed.smt2 <<'END'
(declare-const x (_ BitVec 24))
(declare-const y (_ BitVec 24))
(assert (= (bvmul x y) #x00ffe5))
(assert (bvugt x #x000001))
(assert (bvugt y #x000001))
(assert (bvult x #x001000))
(check-sat)
(push)
(declare-const a (Array Int Int))
(assert (forall ((i Int)) (=> (and (<= 0 i) (< i 10)) (= (select a (+ i 1)) (+ 1 (select a i))))))
(assert (= (select a 0) 5))
(assert (not (= (select a 10) 15)))
(check-sat)
(pop)
(declare-fun f (Int) Int)
(assert (and (= (f (f 1)) 2) (= (f 2) 1) (= (f 1) 2) (not (= (f 2) (f (f (f 1)))))))
(check-sat)
(this is an error
END
{
  # The pigeonhole principle: eight pigeons, seven holes, unsatisfiable.
  for ((p = 0; p < 8; p++)); do
    clause=""
    for ((h = 0; h < 7; h++)); do echo "(declare-const p${p}_$h Bool)"; clause+=" p${p}_$h"; done
    echo "(assert (or$clause))"
  done
  for ((h = 0; h < 7; h++)); do
    for ((p = 0; p < 8; p++)); do
      for ((r = p + 1; r < 8; r++)); do echo "(assert (not (and p${p}_$h p${r}_$h)))"; done
    done
  done
  echo '(check-sat)(get-info :reason-unknown)'
} >pigeons.smt2
for problem in queens mixed pigeons; do z3 "$problem.smt2" || echo "status $?"; done
