; Calls, and arithmetic on whole numbers: no memory at all.
(define (fib n)
  (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))

(display "fib 25 = " (fib 25))
(newline)
