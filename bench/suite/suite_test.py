#!/usr/bin/env python3
"""The suite holds together, and its workloads do the same under every allocator.

  suite_test.py strata_suite BROKEN_PRELOAD [PRELOAD]

  - every description is JSON with the keys there are, and names a file or a
    workload that exists; every workload has a description with its name
  - every workload, a hundredth of it, prints the same checksum on the C library's
    malloc and on PRELOAD, also with another number of threads
  - damage is noticed: on BROKEN_PRELOAD, which writes to blocks in use, workloads
    fail and say so
  - a mistake on the command line is one line and exit code 2
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

FOLDER = pathlib.Path(__file__).resolve().parent
PROGRAM, BROKEN, *PRELOADS = sys.argv[1:]
KEYS = {"summary", "family", "threads", "needs", "environment", "setup", "server", "ready",
        "command", "input", "measure", "timeout"}


def run(*arguments, preload=None):
    environment = dict(os.environ)
    if preload:
        environment["LD_PRELOAD"] = preload
    return subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True,
                          timeout=60, check=False)


def workloads():
    """Name to "single" or "multi"."""
    return {line.split()[0]: line.split()[1] for line in run("list").stdout.splitlines()}


def descriptions():
    comment = re.compile(r"^\s*//.*$", re.MULTILINE)
    return {path.stem: json.loads(comment.sub("", path.read_text(encoding="utf-8")))
            for path in sorted(FOLDER.glob("*.json"))}


def checksum(done):
    assert done.returncode == 0, done.stderr
    return re.search(r"^checksum ([0-9a-f]{16})$", done.stdout, re.MULTILINE)[1]


class descriptions_test(unittest.TestCase):
    def test_keys_are_known_and_those_needed_are_there(self):
        for name, content in descriptions().items():
            with self.subTest(name):
                self.assertLessEqual(set(content), KEYS)
                self.assertLessEqual({"summary", "family", "threads", "command"}, set(content))
                self.assertIn(content["threads"], ("single", "multi"))

    def test_every_workload_has_one(self):
        own = {name: content for name, content in descriptions().items()
               if content["command"][0] == "${BIN}/strata_suite"}
        self.assertEqual({name: content["threads"] for name, content in own.items()}, workloads())
        for name, content in own.items():
            self.assertEqual(content["command"][1], name)
            self.assertIn("--expect", content["command"], name)

    def test_programs_say_what_they_need(self):
        for name, content in descriptions().items():
            command = content["command"][0]
            if not command.startswith("$"):
                self.assertIn(command, content["needs"], name)

    def test_files_named_are_there_and_all_are_used(self):
        texts = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json"))
        named = set(re.findall(r"\$\{SUITE\}/([\w./]+)", texts))
        self.assertEqual(named, {f"data/{path.name}" for path in (FOLDER / "data").iterdir()})


class workloads_test(unittest.TestCase):
    def test_checksum_is_the_same_under_every_allocator(self):
        for name in workloads():
            with self.subTest(name):
                expected = checksum(run(name, "--scale", "0.01"))
                for preload in PRELOADS:
                    found = checksum(run(name, "--scale", "0.01", preload=preload))
                    self.assertEqual(found, expected)

    def test_any_number_of_threads_has_a_checksum_of_its_own(self):
        threaded = [name for name, threads in workloads().items() if threads == "multi"]
        self.assertGreater(len(threaded), 4)
        for name in threaded:
            for threads in ("1", "3"):
                with self.subTest(name, threads=threads):
                    arguments = (name, "--scale", "0.001", "--threads", threads)
                    self.assertEqual(checksum(run(*arguments)), checksum(run(*arguments)))

    def test_damage_is_noticed(self):
        for name in ("churn_small", "churn_mixed", "fragmentation", "swings", "delete_sized",
                     "delete_unsized", "realloc_growth", "calloc_tables"):
            with self.subTest(name):
                done = run(name, "--scale", "0.01", preload=BROKEN)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertRegex(done.stderr, r"^strata_suite: .*(changed|lost|not zero).*\n$")


class command_line_test(unittest.TestCase):
    def test_wrong_checksum_fails(self):
        done = run("hash_churn", "--scale", "0.001", "--expect", "0123456789abcdef")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^strata_suite: hash_churn: the checksum is .* instead of "
                                      r"0123456789abcdef\n$")

    def test_mistakes_are_one_line(self):
        for arguments, said in (((), "required"), (("lasron",), "unknown workload 'lasron'"),
                                (("larson", "--scale", "0"), "--scale"),
                                (("larson", "--scale", "nan"), "--scale"),
                                (("larson", "--threads", "0"), "--threads"),
                                (("larson", "--treads", "1"), "--treads")):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertRegex(done.stderr, r"^strata_suite: [^\n]*\n$")
                self.assertIn(said, done.stderr)

    def test_help_has_examples(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("Examples:", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
