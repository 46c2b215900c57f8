; Trees are made, walked and dropped: what the memory of a language does all day. As in
; the Benchmarks Game, and Boehm's GCBench before it: one tree that lives long, and many
; of each depth that do not.
(define (make depth)
  (if (= depth 0)
      (cons '() '())
      (cons (make (- depth 1)) (make (- depth 1)))))

(define (check tree)
  (if (null? (car tree))
      1
      (+ 1 (+ (check (car tree)) (check (cdr tree))))))

(define (power base n) (if (= n 0) 1 (* base (power base (- n 1)))))

(define (many count depth)
  (let loop ((left count) (sum 0))
    (if (= left 0)
        sum
        (loop (- left 1) (+ sum (check (make depth)))))))

(define least 4)
(define most 12)

(display "stretch tree of depth " (+ most 1) ", check " (check (make (+ most 1))))
(newline)
(define long-lived (make most))
(let loop ((depth least))
  (when (<= depth most)
    (let ((count (power 2 (+ (- most depth) least))))
      (display count " trees of depth " depth ", check " (many count depth))
      (newline))
    (loop (+ depth 2))))
(display "long-lived tree of depth " most ", check " (check long-lived))
(newline)
