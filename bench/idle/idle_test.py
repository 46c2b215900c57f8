#!/usr/bin/env python3
"""What strata_idle says of itself. No sleeping, and no demands on the allocator.

Usage: idle_test.py STRATA_IDLE
"""

import json
import subprocess
import sys
import unittest

IDLE = sys.argv[1]


def run(*arguments):
    return subprocess.run([IDLE, *arguments], capture_output=True, text=True, timeout=50,
                          check=False)


def figures(*arguments):
    done = run("--sleep", "0", "--json", "-", *arguments)
    if (done.returncode, done.stderr) != (0, ""):
        raise AssertionError(done)
    return json.loads(done.stdout)["figures"]


class Idle(unittest.TestCase):
    def test_the_peak_is_as_large_as_asked(self):
        for who in ("own", "other", "ended"):
            for threads in ("1", "3"):
                # Blocks of a page and more, so that what the allocator adds does not matter.
                found = figures("--mib", "30", "--size", "4000,8000", "--freed-by", who,
                                "--threads", threads)
                grown = found["at_peak_mib"] - found["before_mib"]
                self.assertGreater(grown, 29, who)
                self.assertLess(grown, 36, who)

    def test_large_blocks_do_not_stay(self):
        # glibc maps blocks of 1 MiB one by one and unmaps them on free.
        found = figures("--mib", "64", "--size", "1048576", "--threads", "1")
        self.assertLess(found["left_after_free_percent"], 60)

    def test_order_and_sizes_are_kept_in_the_output(self):
        done = run("--sleep", "0", "--json", "-", "--mib", "1", "--size", "16,32", "--order", "same")
        options = json.loads(done.stdout)["options"]
        self.assertEqual((options["sizes"], options["order"]), ([16, 32], "same"))

    def test_table(self):
        done = run("--mib", "1", "--sleep", "0", "--order", "reverse")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([line.split("  ")[0] for line in done.stdout.splitlines()],
                         ["resident", "before", "at peak", "after free", "after sleep"])

    def test_mistakes(self):
        for arguments, said in ((["--size", "0"], "--size: Value 0 not in range"),
                                (["--size", "16,x"], "x"),
                                (["--freed-by", "nobody"], "--freed-by: nobody not in"),
                                (["--order", "up"], "--order: up not in"),
                                (["--sleep", "-1"], "--sleep: Value -1 not in range")):
            done = run(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn(said, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
