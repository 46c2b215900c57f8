// The part of the library that is written in Lisp.
#pragma once

#include <string_view>

namespace lisp {

inline constexpr std::string_view prelude = R"lisp(
(define (caddr l) (car (cddr l)))
(define (abs n) (if (< n 0) (- n) n))
(define (min a b) (if (< b a) b a))
(define (max a b) (if (> b a) b a))
(define (zero? n) (= n 0))
(define (even? n) (= (remainder n 2) 0))
(define (odd? n) (not (even? n)))
(define (char=? a b) (= (char->integer a) (char->integer b)))
(define (list-tail l n) (if (= n 0) l (list-tail (cdr l) (- n 1))))
(define (list-ref l n) (car (list-tail l n)))
(define (fold-left f start l)
  (if (null? l) start (fold-left f (f start (car l)) (cdr l))))
(define (map f l)
  (let next ((l l) (done '()))
    (if (null? l) (reverse done) (next (cdr l) (cons (f (car l)) done)))))
(define (filter keep? l)
  (let next ((l l) (done '()))
    (cond ((null? l) (reverse done))
          ((keep? (car l)) (next (cdr l) (cons (car l) done)))
          (else (next (cdr l) done)))))
(define (for-each f l)
  (when (pair? l) (f (car l)) (for-each f (cdr l))))
(define (member x l)
  (cond ((null? l) #f) ((equal? x (car l)) l) (else (member x (cdr l)))))
(define (assoc key l)
  (cond ((null? l) #f) ((equal? key (car (car l))) (car l)) (else (assoc key (cdr l)))))
(define (iota count)
  (let next ((i count) (done '()))
    (if (= i 0) done (next (- i 1) (cons (- i 1) done)))))
)lisp";

}  // namespace lisp
