; A parser of JSON by recursive descent: a string goes in, and lists come out; objects
; become lists of (key . value). Each function takes a position, and gives back a pair of
; what it found and the position behind it.
(define (fail what at) (error "no JSON:" what "at" at))

(define (parse text)
  (define end (string-length text))

  (define (at i) (if (< i end) (string-ref text i) (fail "the text ends" i)))
  (define (blank? c) (or (eq? c #\space) (eq? c #\newline)))
  (define (skip i) (if (and (< i end) (blank? (at i))) (skip (+ i 1)) i))

  (define (expect c i)
    (let ((i (skip i)))
      (if (eq? (at i) c) (+ i 1) (fail (list "a" c "is missing") i))))

  (define (word text-of-word result i)
    (let ((stop (+ i (string-length text-of-word))))
      (if (and (<= stop end) (string=? (substring text i stop) text-of-word))
          (cons result stop)
          (fail "an unknown word" i))))

  (define (number-char? c)
    (or (eq? c #\-) (eq? c #\+) (eq? c #\.) (eq? c #\e)
        (and (<= 48 (char->integer c)) (<= (char->integer c) 57))))

  (define (number i)
    (let next ((stop i))
      (if (and (< stop end) (number-char? (at stop)))
          (next (+ stop 1))
          (let ((found (string->number (substring text i stop))))
            (if found (cons found stop) (fail "no value" i))))))

  (define (escape c)
    (cond ((eq? c #\n) #\newline) (else c)))

  (define (characters i done)
    (let ((c (at i)))
      (cond ((eq? c #\") (cons (list->string (reverse done)) (+ i 1)))
            ((eq? c #\\) (characters (+ i 2) (cons (escape (at (+ i 1))) done)))
            (else (characters (+ i 1) (cons c done))))))

  (define (elements one close i)
    (if (eq? (at (skip i)) close)
        (cons '() (+ (skip i) 1))
        (let next ((i i) (done '()))
          (let* ((found (one i))
                 (after (skip (cdr found)))
                 (done (cons (car found) done)))
            (if (eq? (at after) #\,)
                (next (+ after 1) done)
                (cons (reverse done) (expect close after)))))))

  (define (member-of-object i)
    (let* ((key (characters (expect #\" i) '()))
           (found (value (expect #\: (cdr key)))))
      (cons (cons (car key) (car found)) (cdr found))))

  (define (value i)
    (let* ((i (skip i)) (c (at i)))
      (cond ((eq? c #\{) (elements member-of-object #\} (+ i 1)))
            ((eq? c #\[) (elements value #\] (+ i 1)))
            ((eq? c #\") (characters (+ i 1) '()))
            ((eq? c #\t) (word "true" #t i))
            ((eq? c #\f) (word "false" #f i))
            ((eq? c #\n) (word "null" 'null i))
            (else (number i)))))

  (let ((found (value 0)))
    (if (= (skip (cdr found)) end) (car found) (fail "more behind the value" (cdr found)))))

(define text
  "{ \"name\": \"strata\", \"layers\": [\"os\", \"heap\", \"object\"],
     \"numbers\": [1, -2, 3.25, 1e3], \"empty\": [], \"none\": {},
     \"nested\": { \"yes\": true, \"no\": false, \"nothing\": null, \"quote\": \"a \\\"b\\\" c\" } }")

(for-each (lambda (entry) (write entry) (newline)) (parse text))

; What the parser is made of are functions that refer to each other: each call of parse
; leaves a dead cycle of closures and variables behind.
(define (repeat count)
  (when (< 0 count)
    (parse text)
    (repeat (- count 1))))
(repeat 100)
