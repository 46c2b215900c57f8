#!/usr/bin/env python3
"""count.py from outside: its figures agree with one another; mistakes get a line.

Usage: count_test.py LIBRARY
"""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

COUNT = pathlib.Path(__file__).with_name("count.py")
LIBRARY = sys.argv[1]
BRIEFLY = ["--warm-up", "100", "--pairs", "1000"]


def count(*arguments):
    return subprocess.run([sys.executable, "-B", str(COUNT), *arguments], capture_output=True,
                          text=True, check=False)


class Count(unittest.TestCase):
    def test_every_combination_is_counted(self):
        done = count("--with", f"glibc,mine={LIBRARY}", "--depths", "1,10", *BRIEFLY, "--json", "-")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        figures = json.loads(done.stdout)["figures"]
        self.assertEqual([(one["allocator"], one["depth_blocks"]) for one in figures],
                         [("glibc", 1), ("glibc", 10), ("mine", 1), ("mine", 10)])
        for one in figures:
            self.assertGreater(one["loop_instructions_per_pair"], 5)
            self.assertGreater(one["instructions_per_pair"], one["loop_instructions_per_pair"])
        # The loop is the same whatever it calls; what it calls is not.
        for glibc, mine in zip(figures[:2], figures[2:]):
            self.assertEqual(glibc["loop_instructions_per_pair"],
                             mine["loop_instructions_per_pair"])
            self.assertNotEqual(glibc["instructions_per_pair"], mine["instructions_per_pair"])

    def test_a_table_for_each_size(self):
        done = count("--with", f"mine={LIBRARY}", "--sizes", "48,2000", "--depths", "1", *BRIEFLY)
        for size in (48, 2000):
            self.assertRegex(done.stdout, rf"{size} bytes +depth 1\nmine +[\d.]+\n"
                                          r"\(the loop\) +[\d.]+\n")

    def test_mistakes(self):
        for arguments, line in (
                (["--sizes", "big"], "--sizes 'big': not whole numbers, separated by commas"),
                (["--sizes", "0"], "--sizes '0': at least 1 is needed"),
                (["--depths", "10001"], "--depths 10001: at most 10000"),
                (["--with", "nothing"], "--with 'nothing': there is no library 'nothing' "
                                        "(write glibc, PATH or NAME=PATH)"),
                (["--with", "glibc,glibc"],
                 "--with 'glibc': the name 'glibc' is taken (write NAME=PATH)")):
            done = count(*arguments)
            self.assertEqual((done.returncode, done.stderr), (2, f"count.py: {line}\n"))

    def test_a_library_that_cannot_be_preloaded(self):
        done = count("--with", f"odd={COUNT}", *BRIEFLY)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be preloaded", done.stderr)


if __name__ == "__main__":
    if not shutil.which("valgrind"):
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
