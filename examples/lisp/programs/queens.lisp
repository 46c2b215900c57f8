; The ways to put n queens on a board so that none attacks another one.
(define (safe? row distance placed)
  (cond ((null? placed) #t)
        ((= (car placed) row) #f)
        ((= (car placed) (+ row distance)) #f)
        ((= (car placed) (- row distance)) #f)
        (else (safe? row (+ distance 1) (cdr placed)))))

(define (solutions size)
  (define (place column placed)
    (if (= column 0)
        (list placed)
        (let next ((row size) (found '()))
          (if (= row 0)
              found
              (next (- row 1)
                    (if (safe? row 1 placed)
                        (append (place (- column 1) (cons row placed)) found)
                        found))))))
  (place size '()))

(define found (solutions 8))
(display (length found) " solutions for 8 queens, the first is " (car found))
(newline)
