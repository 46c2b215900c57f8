#!/usr/bin/env python3
"""Runs the Lisp example: its programs against what they shall print, small expressions
against their values, and wrong programs against what is said about them. With both
memories, but for what only strata can do.

usage: lisp_test.py the-interpreter
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

LISP = ""
PROGRAMS = Path(__file__).resolve().parent / "programs"

# Nobody collects cycles in the malloc variant, so that it leaks them.
ENVIRONMENT = os.environ | {"ASAN_OPTIONS": "detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", "")}

# expression, what (write expression) prints
VALUES = [
    ("(list 1 2.5 \"a\\n\" #\\a #t '() 'x)", '(1 2.5 "a\\n" #\\a #t () x)'),
    ("(+ 1 2 3)", "6"),
    ("(- 5)", "-5"),
    ("(+ 1 2.5)", "3.5"),
    ("(* 2 (quotient 7 2))", "6"),
    ("(list (/ 6 3) (/ 1 2) (modulo -7 3) (remainder -7 3))", "(2 0.5 2 -1)"),
    ("(list (< 1 2 3) (< 1 3 2) (>= 2 2) (= 1 1.0))", "(#t #f #t #t)"),
    ("(let loop ((i 0) (sum 0)) (if (= i 100000) sum (loop (+ i 1) (+ sum i))))", "4999950000"),
    ("(let f ((n 5)) (if (= n 0) 1 (* n (f (- n 1)))))", "120"),
    ("(letrec ((e (lambda (n) (if (= n 0) #t (o (- n 1))))) (o (lambda (n) (if (= n 0) #f (e (- n 1))))))"
     " (e 100001))", "#f"),
    ("(let* ((x 1) (y (+ x 1)) (x (* y 10))) (list x y))", "(20 2)"),
    ("(let ((x 1)) (define (bump) (set! x (+ x 1)) x) (bump) (bump) x)", "3"),
    ("((lambda (a b c d e) (list e d c b a)) 1 2 3 4 5)", "(5 4 3 2 1)"),
    ("(map (lambda (f) (f)) (let turn ((i 0) (fs '()))"
     " (if (= i 3) fs (turn (+ i 1) (cons (lambda () i) fs)))))", "(2 1 0)"),
    ("(map (lambda (f) (f) (f)) (let turn ((i 0) (fs '()))"
     " (if (= i 3) fs (turn (+ i 1) (cons (lambda () (set! i (+ i 10)) i) fs)))))", "(22 21 20)"),
    ("(fold-left + 0 (filter odd? (iota 10)))", "25"),
    ("(let ((v (make-vector 3 'a))) (vector-set! v 1 \"b\") (list (vector-length v) v))",
     '(3 #(a "b" a))'),
    ("(equal? '(1 (2 \"x\") 2.5) (list 1 (list 2 \"x\") 2.5))", "#t"),
    ("(eq? 'abc (string->symbol \"abc\"))", "#t"),
    ("(list (string->number \"12\") (string->number \"x\") (number->string 1.5))", '(12 #f "1.5")'),
    ("(list (and) (or) (and 1 2) (or #f 3) (and #f 1))", "(#t #f 2 3 #f)"),
    ("(cond (#f 1) ((= 1 2) 2) (else 3))", "3"),
    ("(let ((p (cons 1 2))) (set-car! p 3) (set-cdr! p (append '(1) '(2) 3)) p)", "(3 1 2 . 3)"),
    ("(append (list 1 2) (reverse (list 4 3)))", "(1 2 3 4)"),
    ("(assoc 'b '((a 1) (b 2)))", "(b 2)"),
    ("car", "#<builtin>"),
    ("(lambda (x) x)", "#<function>"),
]

# program, where and what the message says
FAILURES = [
    ("(car 5)", "1:1: car needs a pair, and got 5"),
    ("(display 1)\n  (+ 1 \"x\")", '2:3: + needs numbers, and got "x"'),
    ("(f 1)", "1:1: 'f' is not defined: define it before it is used"),
    ("x", "1:1: 'x' is not defined"),
    ("(set! x 1)", "1:1: 'x' is not defined"),
    ("(define (f a) a) (f 1 2)", "1:18: #<function f> takes 1 arguments, and got 2"),
    ("(define (f a) (f 1 2)) (f 1)", "1:15: #<function f> takes 1 arguments, and got 2"),
    ("(car)", "1:1: car takes 1 arguments, and got 0"),
    ("(1 2)", "1:1: only functions can be called, not 1"),
    ("(define (f) ('a)) (f)", "1:13: only functions can be called, not a"),
    ("(", "1:1: this ( is never closed"),
    (")", "1:1: this ) closes nothing"),
    ('"abc', "1:1: this string is never closed"),
    ("#q", "1:1: '#q' is no value"),
    ("12x", "1:1: '12x' is no number"),
    ("99999999999999999999", "1:1: '99999999999999999999' is no number"),
    ("(* 4000000000000000000 4)", "1:1: * of 4000000000000000000 and 4 is beyond 63 bits"),
    ("(+ 4611686018427387903 1)", "is beyond 63 bits"),
    ("(quotient 1 0)", "1:1: quotient: division by zero"),
    ("(if)", "1:1: this has 0 parts; it is written (if test then else)"),
    ("(let ((x)) x)", "1:7: (name value) was expected"),
    ("(lambda x x)", "1:9: a list of parameters was expected"),
    ("(define if 1)", "1:9: 'if' is a special form: choose another name"),
    ("(define (car x) x)", "1:10: 'car' is built in: choose another name"),
    ("(+ 1 (define x 2))", "1:6: define stands at top level, or first in a body"),
    ("(define (f) (define x y) (define y 1) x)", "1:23: 'y' is used before it is defined"),
    ("(define (f) (define (g) y) (define x (g)) (define y 1) x) (f)", "'y' is not defined"),
    ("()", "1:1: () calls nothing"),
    ("(vector-ref (vector 1 2) 2)", "1:1: vector-ref: 2 is out of range, which is 0 to 1"),
    ("(substring \"abc\" 2 1)", "substring: 2 is out of range, which is 0 to 1"),
    ("(error \"no luck:\" '(1 2) \"really\")", "1:1: no luck: (1 2) really"),
    ("(define (f x) (+ 1 (f x))) (f 1)", "stack too deep: [0-9]+ calls wait"),
    ("(define (f x) (f (+ 1 (f x)))) (f 1)", "stack too deep"),
    ("(define (deep n l) (if (= n 0) l (deep (- n 1) (list l))))"
     "(equal? (deep 1000000 '()) (deep 1000000 '()))", "stack too deep"),
    ("(" * 2000, "nested deeper than 1000"),
    ("'" * 2000 + "x", "nested deeper than 1000"),
]

# with strata and a limit: a program, what it prints
LIMITED = [
    # more cycles than fit: of a closure, of a vector, of pairs alone
    ("(define (make) (define (self) self) 0) (define (many n) (if (= n 0) 'ok (begin (make) (many (- n 1)))))"
     "(display (many 100000))", "ok"),
    ("(define (make) (let ((v (make-vector 9 0))) (vector-set! v 0 v) 0))"
     "(define (many n) (if (= n 0) 'ok (begin (make) (many (- n 1))))) (display (many 50000))", "ok"),
    ("(define (make) (let ((p (cons 1 2))) (set-cdr! p p) 0))"
     "(define (many n) (if (= n 0) 'ok (begin (make) (many (- n 1))))) (display (many 200000))", "ok"),
    # a million pairs, one in the other, end without a stack
    ("(define (tower n l) (if (= n 0) l (tower (- n 1) (list l))))"
     "(display (pair? (tower 100000 '())))", "#t"),
]


def run(text, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".lisp") as file:
        file.write(text)
        file.flush()
        command = [LISP, *options, file.name]
        done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
        done.stderr = done.stderr.replace(file.name + ":", "")
        return done


class Lisp(unittest.TestCase):
    def test_programs(self):
        for program in sorted(PROGRAMS.glob("*.lisp")):
            expected = program.with_suffix(".expected").read_text()
            for memory in ("strata", "malloc"):
                with self.subTest(program.name, memory=memory):
                    done = run(program.read_text(), "--memory=" + memory)
                    self.assertEqual((done.stderr, done.returncode), ("", 0))
                    self.assertEqual(done.stdout, expected)

    def test_values(self):
        text = "".join(f"(write {expression}) (newline)\n" for expression, _ in VALUES)
        for memory in ("strata", "malloc"):
            done = run(text, "--memory=" + memory)
            self.assertEqual((done.stderr, done.returncode), ("", 0))
            for (expression, value), line in zip(VALUES, done.stdout.splitlines(), strict=True):
                self.assertEqual(line, value, expression)

    def test_named_lets_in_each_other(self):
        """Sixty that are no loops: whoever doubles the work with each never comes back."""
        expression = "0"
        for depth in range(60):
            expression = f"(let f{depth} ((n 1)) (if (= n 0) {expression} (+ 1 (f{depth} (- n 1)))))"
        self.assertEqual(run(f"(display {expression})").stdout, "60")

    def test_failures(self):
        for text, message in FAILURES:
            with self.subTest(text[:80]):
                done = run(text, "--report")
                said = done.stderr.splitlines()[0]
                self.assertEqual(done.returncode, 1, said)
                pattern = message if "[0-9]" in message else re.escape(message)
                self.assertRegex(said, ("^" if message[0].isdigit() else "") + pattern)
                # What the failure left behind has gone.
                self.assertRegex(done.stderr, r"\nobjects ")

    def test_limits(self):
        for text, printed in LIMITED:
            with self.subTest(text[:60]):
                done = run(text, "--limit=8MiB")
                self.assertEqual((done.stderr, done.stdout, done.returncode), ("", printed, 0))
        done = run("(define (grow l) (grow (cons 1 l)))\n(grow '())", "--limit=8MiB")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^1:24: out of memory: 16 bytes were refused, the limit is 8388608")

    def test_nothing_is_left(self):
        """Once the variables at top level are gone, only what is immortal lives."""
        for program in sorted(PROGRAMS.glob("*.lisp")):
            done = run(program.read_text(), "--report")
            alive, immortal = map(int, re.search(
                r"after the end: (\d+) objects, (\d+) of them immortal", done.stderr).groups())
            self.assertEqual(alive, immortal, program.name)

    def test_report(self):
        done = run("(define l (list 1 2 3)) (define (f) (define (g) g) 0) (f) (display (collect))", "--report")
        self.assertEqual(done.stdout, "2")
        for line in (r"strata .* MiB at most", r"  pair +3, 96 bytes", r"cycles: 2 objects collected",
                     r"lisp objects"):
            self.assertRegex(done.stderr, line)

    def test_command(self):
        def answer(*words):
            return subprocess.run([LISP, *words], capture_output=True, text=True, env=ENVIRONMENT)
        self.assertIn("usage: lisp", answer("--help").stdout)
        for words, said in ((("--limit=x", "a"), "--limit=x is no size"), (("--nonsense",), "is no option"),
                            (("/nowhere.lisp",), "cannot be read"), ((), "a program is missing"),
                            (("a", "b"), "one program is run"),
                            (("--memory=malloc", "--limit=1MiB", "a"), "malloc has no accounts")):
            done = answer(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(said, done.stderr)
        self.assertEqual(run("(display 1) (exit 7) (display 2)").returncode, 7)


if __name__ == "__main__":
    LISP = sys.argv.pop(1)
    unittest.main()
