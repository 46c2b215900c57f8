#!/usr/bin/env python3
"""startup.py from outside: its figures, and a line for each mistake.

Usage: startup_test.py LIBRARY
"""

import json
import pathlib
import subprocess
import sys
import unittest

STARTUP = pathlib.Path(__file__).with_name("startup.py")
LIBRARY = sys.argv[1]


def startup(*arguments):
    return subprocess.run([sys.executable, "-B", str(STARTUP), *arguments], capture_output=True,
                          text=True, check=False)


class Startup(unittest.TestCase):
    def test_every_run_is_there(self):
        done = startup("--with", f"glibc,mine={LIBRARY}", "--runs", "5", "--json", "-")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        document = json.loads(done.stdout)
        for name in ("glibc", "mine"):
            self.assertEqual(len(document["runs_ns_faults_kib"][name]), 5)
            for key, value in document["figures"][name].items():
                self.assertTrue(value is None or value > 0, key)
        if document["instructions_by"]:
            # A preload is never free.
            self.assertGreater(document["figures"]["mine"]["instructions_count"],
                               document["figures"]["glibc"]["instructions_count"])

    def test_the_table(self):
        done = startup("--with", f"mine={LIBRARY}", "--runs", "3")
        self.assertRegex(done.stdout, r"\n +mine\ninstructions .*\nwall time, median, us +\d+\n")
        self.assertNotIn("may be those of the spawning program", done.stdout)

    def test_mistakes(self):
        for arguments, line in (
                (["--runs", "0"], "--runs '0': at least 1 is needed"),
                (["--program", "no-such-program"],
                 "--program 'no-such-program': there is no such program"),
                (["--with", ""], "--with: no allocator given (write glibc, PATH or NAME=PATH)")):
            done = startup(*arguments)
            self.assertEqual((done.returncode, done.stderr), (2, f"startup.py: {line}\n"))

    def test_failures(self):
        done = startup("--program", "false", "--runs", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("did not run to its end", done.stderr)
        done = startup("--with", f"odd={STARTUP}", "--runs", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be preloaded", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
