; Conway's Game of Life: a glider on a board whose edges meet, as a vector of cells.
(define width 20)
(define height 10)

(define (index x y) (+ (* width (modulo y height)) (modulo x width)))

(define (neighbours board x y)
  (define (at dx dy) (vector-ref board (index (+ x dx) (+ y dy))))
  (+ (at -1 -1) (at 0 -1) (at 1 -1) (at -1 0) (at 1 0) (at -1 1) (at 0 1) (at 1 1)))

(define (next-cell board x y)
  (let ((around (neighbours board x y)))
    (cond ((= around 3) 1)
          ((= around 2) (vector-ref board (index x y)))
          (else 0))))

(define (each-cell f)
  (let rows ((y 0))
    (when (< y height)
      (let columns ((x 0))
        (when (< x width)
          (f x y)
          (columns (+ x 1))))
      (rows (+ y 1)))))

(define (step board)
  (let ((after (make-vector (* width height) 0)))
    (each-cell (lambda (x y) (vector-set! after (index x y) (next-cell board x y))))
    after))

(define (show board)
  (each-cell
    (lambda (x y)
      (display (if (= (vector-ref board (index x y)) 1) "#" "."))
      (when (= x (- width 1)) (newline)))))

(define (set cells)
  (let ((board (make-vector (* width height) 0)))
    (for-each (lambda (cell) (vector-set! board (index (car cell) (cadr cell)) 1)) cells)
    board))

(define (after generations board)
  (if (= generations 0) board (after (- generations 1) (step board))))

(define glider (set '((1 0) (2 1) (0 2) (1 2) (2 2))))
(show glider)
(display "after 40 generations:")
(newline)
(show (after 40 glider))
