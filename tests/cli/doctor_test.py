#!/usr/bin/env python3
"""`strata doctor` from outside: exit codes, both forms of output, real programs.

Usage: doctor_test.py STRATA LIBRARY PROGRAM STATIC_PROGRAM
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

STRATA, LIBRARY, PROGRAM, STATIC = sys.argv[1:5]
WORKS, WILL_NOT, USAGE = 0, 1, 2


def strata(*arguments, **changes):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("STRATA_") and name not in ("LD_PRELOAD", "NO_COLOR")}
    return subprocess.run([STRATA, *arguments], env={**kept, "LC_ALL": "C", **changes}, text=True,
                          capture_output=True, timeout=60)


def doctor(*arguments, **changes):
    return strata("doctor", "--preload", LIBRARY, *arguments, **changes)


class Doctor(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return pathlib.Path(self.folder.name, name)

    def copy(self, name, size=None):
        target = self.path(name)
        shutil.copy(PROGRAM, target)
        if size is not None:
            os.truncate(target, size)
        return str(target)

    def expect(self, code, summary, done):
        self.assertEqual(done.stderr, "")
        self.assertIn(summary, done.stdout.splitlines()[0])
        self.assertEqual(done.returncode, code)

    def test_programs(self):
        self.expect(WORKS, f"strata will work for {PROGRAM}", doctor(PROGRAM))
        self.expect(WILL_NOT, f"strata will not work for {STATIC}: statically linked",
                    doctor(STATIC))
        self.expect(WILL_NOT, "there is no program 'no-such-program' in PATH",
                    doctor("no-such-program"))

    def test_the_program_is_not_run(self):
        marker = self.path("marker")
        script = self.path("script")
        script.write_text(f"#!/bin/sh\ntouch {marker}\n")
        script.chmod(0o755)
        done = doctor(str(script))
        self.assertIn("is run by /bin/sh", done.stdout)
        self.assertFalse(marker.exists())

    def test_truncated_programs_get_a_line(self):
        size = os.path.getsize(PROGRAM)
        for kept in (0, 1, 4, 17, 63, 64, 100, 700, 1000, 2000, size // 4):
            done = doctor(self.copy("cut", kept))
            self.expect(WILL_NOT, "strata will not work for", done)
            self.assertRegex(done.stdout, "truncated or damaged|neither an ELF program")

    @unittest.skipUnless(os.getuid() == 0, "only root can make a program of another user")
    def test_a_setuid_program(self):
        if os.statvfs(self.folder.name).f_flag & os.ST_NOSUID:
            self.skipTest("the temporary folder is mounted without setuid")
        program = self.copy("setuid")
        os.chown(program, 1, 1)
        os.chmod(program, 0o4755)
        self.expect(WILL_NOT, "setuid or setgid", doctor(program))
        os.chown(program, 0, 0)
        os.chmod(program, 0o4755)
        self.expect(WORKS, "strata will work", doctor(program))

    def test_without_a_program(self):
        done = doctor()
        self.expect(WORKS, "strata will work on this machine", done)
        for check in ("memory", "address space", "overcommit", "mappings", "huge pages",
                      "guard pages", "control group", "pressure", "layout", "nodes"):
            self.assertRegex(done.stdout, rf"(?m)^  (ok|note) +{check} ")

    def test_limits_are_seen(self):
        limited = subprocess.run(
            ["sh", "-c", 'ulimit -v 500000; exec "$@"', "sh", STRATA, "doctor", "--preload",
             LIBRARY], text=True, capture_output=True, timeout=60)
        self.assertIn("limited to 488.3 MiB", limited.stdout)

    def test_a_preload_that_is_there(self):
        # The loader warns on stderr that there is none of this name.
        done = doctor(LD_PRELOAD="libasan.so.99")
        self.assertIn("AddressSanitizer", done.stdout.splitlines()[0])
        self.assertEqual(done.returncode, WILL_NOT)

    def test_json(self):
        file = self.path("findings.json")
        done = doctor(STATIC, "--json", str(file))
        self.assertTrue(done.stdout.startswith("strata will not work"))
        from_file = json.loads(file.read_text())
        done = doctor(STATIC, "--json", "-")
        self.assertEqual(json.loads(done.stdout)["summary"], from_file["summary"])
        self.assertEqual((done.returncode, done.stderr), (WILL_NOT, ""))
        self.assertFalse(from_file["works"])
        problems = [each for each in from_file["findings"] if each["verdict"] == "problem"]
        self.assertEqual([each["check"] for each in problems], ["linkage"])
        self.assertTrue(problems[0]["advice"])

    def test_names_that_are_not_utf8(self):
        done = doctor(b"\xff", "--json", "-")
        self.assertEqual(done.returncode, WILL_NOT)
        self.assertFalse(json.loads(done.stdout)["works"])

    def test_a_library_that_is_none(self):
        text = self.path("library.so")
        text.write_text("no library")
        self.expect(WILL_NOT, "is no ELF file", strata("doctor", "--preload", str(text)))

    def test_mistakes(self):
        for line, arguments in (
                ("doctor: --preload: there is no file '/no/such.so'", ["--preload", "/no/such.so"]),
                ("doctor: unknown option '--jso' (did you mean '--json'?)", ["--jso"]),
                ("doctor: unexpected argument 'two'", ["one", "two"]),
                ("doctor: the name of the program is empty", [""])):
            done = strata("doctor", *arguments)
            self.assertEqual(done.stderr, f"strata: {line}\n")
            self.assertEqual((done.returncode, done.stdout), (USAGE, ""))

    def test_help(self):
        done = strata("doctor", "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Examples:", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
