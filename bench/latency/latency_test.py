#!/usr/bin/env python3
"""What strata_latency says of itself, and the driver that runs it under several allocators.

Usage: latency_test.py STRATA_LATENCY UNDER_EACH
"""

import json
import subprocess
import sys
import unittest

LATENCY, UNDER_EACH = sys.argv[1:3]
SMALL = ["--threads", "3", "--operations", "2000", "--live", "100"]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)


def under_each(*arguments):
    return run(sys.executable, "-B", UNDER_EACH, *arguments)


class Latency(unittest.TestCase):
    def figures(self, *options):
        done = run(LATENCY, "--json", "-", *SMALL, *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)["figures"]

    def test_every_call_is_counted(self):
        figures = self.figures()
        self.assertEqual(figures["nothing_calls"], 3 * 2000)
        self.assertEqual(figures["malloc_calls"], 3 * 2000)
        # What hangs on the board of 256 places at the end was not freed.
        freed = figures["free_own_calls"] + figures["free_other_calls"]
        self.assertLessEqual(freed, 3 * 2000)
        self.assertGreaterEqual(freed, 3 * 2000 - 256)
        self.assertGreater(figures["free_other_calls"], 0)
        self.assertGreaterEqual(figures["first_touch_calls"], 3 * 2000)

    def test_nothing_crosses_when_nothing_shall(self):
        figures = self.figures("--crossing", "0")
        self.assertEqual(figures["free_own_calls"], 3 * 2000)
        self.assertEqual(figures["free_other_calls"], 0)

    def test_quantiles_rise(self):
        figures = self.figures()
        for part in ("nothing", "malloc", "free_own", "free_other", "first_touch"):
            rising = [figures[f"{part}_{name}_ns"]
                      for name in ("p50", "p99", "p99.9", "p99.99", "max")]
            self.assertEqual(rising, sorted(rising))
            self.assertGreater(rising[-1], 0)

    def test_table(self):
        done = run(LATENCY, *SMALL)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(len(done.stdout.splitlines()), 6)

    def test_mistakes(self):
        for arguments, said in ((["--threads", "0"], "--threads: Value 0 not in range 1 to 1024"),
                                (["--live", "many"], "many"),
                                (["--wrong"], "--wrong")):
            done = run(LATENCY, *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)
        done = run(LATENCY, *SMALL, "--json", "/no/such/folder/file")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write '/no/such/folder/file': No such file", done.stderr)


class UnderEach(unittest.TestCase):
    def test_runs_in_turns_and_keeps_every_run(self):
        done = under_each("--runs", "3", "--json", "-", "--", LATENCY, *SMALL)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        document = json.loads(done.stdout)
        self.assertEqual(list(document["runs"]), ["glibc"])
        self.assertEqual(len(document["runs"]["glibc"]), 3)
        self.assertEqual(document["medians"]["glibc"]["malloc_calls"], 6000)

    def test_table(self):
        done = under_each("--runs", "1", LATENCY, *SMALL)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.split()[:2], ["median", "glibc"])

    def test_mistakes(self):
        for arguments, code, said in (
                (["--with", "glibc,/no/lib.so", LATENCY], 2, "there is no library '/no/lib.so'"),
                (["--with", "glibc,glibc", LATENCY], 2, "the name 'glibc' is taken"),
                (["--runs", "0", LATENCY], 2, "--runs 0: at least 1"),
                ([], 2, "no instrument given"),
                (["--", "no-such-program"], 127, "cannot run 'no-such-program'"),
                (["--with", f"bad={UNDER_EACH}", LATENCY], 1, "cannot be preloaded"),
                (["--", "true"], 1, "is no instrument"),
                (["--", LATENCY, "--threads", "0"], 1, "ended with 2")):
            done = under_each(*arguments)
            self.assertEqual((done.returncode, done.stdout), (code, ""), arguments)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
