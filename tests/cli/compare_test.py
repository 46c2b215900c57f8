#!/usr/bin/env python3
"""`strata compare` from outside: what it runs, what it measures, what it refuses.

Usage: compare_test.py STRATA PRELOAD HOLDS STATIC_ENDS FAKE_PRELOAD
"""

import csv
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

STRATA, PRELOAD, HOLDS, STATIC, FAKE = sys.argv[1:6]
PAIR = f"glibc,strata={PRELOAD}"
MEBIBYTE = 1 << 20


def environment(**changes):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("STRATA_") and name not in ("LD_PRELOAD", "NO_COLOR")}
    return {**kept, "LC_ALL": "C", **changes}


def compare(*arguments, stdin=subprocess.DEVNULL, **changes):
    return subprocess.run([STRATA, "compare", *arguments], env=environment(**changes), text=True,
                          stdin=stdin, capture_output=True, timeout=60)


def measured(*program, options=(), runs=1, **changes):
    done = compare("--with", PAIR, "--runs", str(runs), "--warmup", "0", "-q", "--json", "-",
                   *options, "--", *program, **changes)
    return done, json.loads(done.stdout)


def result(report, allocator, workload=0):
    rows = report["workloads"][workload]["results"]
    return next(row for row in rows if row["allocator"] == allocator)


def sleeps(process):
    """Not if it has ended; whoever reaps it may do so while we look."""
    try:
        return ") S" in pathlib.Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


class Measuring(unittest.TestCase):
    def test_peak_memory_is_that_of_the_program(self):
        for arguments in (["64"], ["child", "64"]):
            _, report = measured(HOLDS, *arguments)
            for allocator in ("glibc", "strata"):
                peak = result(report, allocator)["runs"][0]["peak_bytes"]
                self.assertGreater(peak, 64 * MEBIBYTE)
                self.assertLess(peak, 80 * MEBIBYTE)

    def test_a_tiny_program_is_not_charged_with_the_command(self):
        # Shared memory of the test's own would not count: the command itself must be small.
        _, report = measured(HOLDS, "prints", "x")
        peak = result(report, "glibc")["runs"][0]["peak_bytes"]
        self.assertLess(report["peak_floor_bytes"], MEBIBYTE)
        self.assertLess(report["peak_floor_bytes"], peak)
        self.assertLess(peak, 8 * MEBIBYTE)

    def test_all_runs_are_kept(self):
        _, report = measured(HOLDS, "1", runs=3)
        for allocator in ("glibc", "strata"):
            row = result(report, allocator)
            self.assertEqual([run["round"] for run in row["runs"]], [0, 1, 2])
            self.assertEqual(row["failed_runs"], 0)
            self.assertGreater(row["figures"]["elapsed_s"]["median"], 0)

    def test_strata_runs_as_a_plain_preload(self):
        done = compare("--with", PAIR, "--runs", "1", "--show-output", "--warmup", "0", "-q", "--",
                       "sh", "-c", "env | grep -c STRATA_ ; exit 0")
        self.assertEqual(done.stdout, "0\n")

    def test_a_redirected_file_is_read_by_every_run(self):
        with tempfile.TemporaryFile("w+") as file:
            file.write("text\n")
            file.flush()
            done = compare("--with", PAIR, "--runs", "2", "-q", "--", "grep", "-q", "text",
                           stdin=file)
        self.assertEqual(done.returncode, 0)


class Failures(unittest.TestCase):
    def test_a_failing_allocator_is_shown_and_told_by_the_exit_code(self):
        done, report = measured(HOLDS, "fails-on", "libstrata", runs=2)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(result(report, "glibc")["failed_runs"], 0)
        self.assertEqual(result(report, "strata")["failed_runs"], 2)
        self.assertEqual(result(report, "strata")["runs"][0]["failure"], "exit code 9")
        self.assertEqual(result(report, "strata")["figures"], {})

    def test_in_the_table(self):
        done = compare("--with", PAIR, "--runs", "2", "--", HOLDS, "fails-on", "libstrata")
        self.assertIn("strata: failed: 2 of 2 runs: exit code 9\n", done.stdout)
        self.assertEqual(done.stderr, "")

    def test_a_signal_and_a_timeout(self):
        _, report = measured("sh", "-c", "kill -SEGV $$")
        self.assertEqual(result(report, "glibc")["runs"][0]["failure"], "killed by SIGSEGV")
        done, report = measured("sleep", "60", options=["--timeout", "0.05"], runs=3)
        self.assertEqual(done.returncode, 1)
        self.assertEqual([run["failure"] for run in result(report, "strata")["runs"]],
                         ["timed out after 0.05 s"])

    def test_a_program_that_cannot_run(self):
        done = compare("--with", PAIR, "--", "no-such-program")
        self.assertEqual((done.returncode, done.stderr),
                         (127, "strata: compare: cannot run 'no-such-program': "
                               "there is no such program\n"))
        self.assertEqual(compare("--with", PAIR, "--", "/").returncode, 126)


class Effect(unittest.TestCase):
    def test_a_static_program_gives_nothing_to_compare(self):
        done = compare("--with", PAIR, "--runs", "1", "--", STATIC, "exit", "0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nothing to compare: ", done.stderr)
        self.assertIn("is statically linked", done.stderr)
        self.assertIn("strata: not run: ", done.stdout)

    def test_a_library_without_malloc_is_not_measured(self):
        done = compare("--with", f"glibc,fake={FAKE},strata={PRELOAD}", "--runs", "1", "--",
                       HOLDS, "1")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"fake: not run: malloc of holds comes from \S*libc.so.6 in "
                                      "spite of it")

    def test_glibc_that_is_not_glibc_is_noted(self):
        _, report = measured(HOLDS, "1", LD_PRELOAD=PRELOAD)
        self.assertIn("is not glibc's but comes from", result(report, "glibc")["remark"])


class Mistakes(unittest.TestCase):
    def expect(self, line, *arguments):
        done = compare(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, f"strata: compare: {line}\n")

    def test_each_has_a_line(self):
        pair = ["--with", PAIR]
        self.expect("no program and no --suite given (try 'strata compare --help')", *pair)
        self.expect("either --suite or a program, not both ('ls')", "--suite", "x", "ls")
        self.expect("--only chooses from a suite: it needs --suite", "--only", "x", "ls")
        self.expect("--runs 0: nothing would be measured", "--runs", "0", "ls")
        self.expect("--against: 'tbb' does not take part", *pair, "--against", "tbb", "ls")
        self.expect("--suite: cannot read '/no/such': No such file or directory", *pair,
                    "--suite", "/no/such")
        self.expect("only one file can be - (stdout)", *pair, "--json", "-", "--csv", "-", "ls")
        self.expect("--with: there is no library '/no.so'", "--with", "glibc,/no.so", "ls")


class Files(unittest.TestCase):
    def test_csv_and_html(self):
        with tempfile.TemporaryDirectory() as folder:
            table, page = pathlib.Path(folder, "x.csv"), pathlib.Path(folder, "x.html")
            done = compare("--with", PAIR, "--runs", "2", "--csv", str(table), "--html", str(page),
                           "--", HOLDS, "1")
            rows = list(csv.DictReader(io.StringIO(table.read_text())))
            self.assertEqual(done.returncode, 0)
            self.assertEqual([row["allocator"] for row in rows], ["glibc"] * 2 + ["strata"] * 2)
            self.assertIn("<svg", page.read_text())

    def test_the_table_makes_way_for_a_file_on_stdout(self):
        done = compare("--with", PAIR, "--runs", "1", "--json", "-", "--", HOLDS, "1")
        self.assertEqual(json.loads(done.stdout)["kind"], "strata.compare")
        self.assertIn("PEAK MEM", done.stderr)


class Suite(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, **keys):
        (self.folder / f"{name}.json").write_text(json.dumps(keys))

    def run_suite(self, *options):
        with tempfile.TemporaryDirectory() as scratch:
            done = compare("--with", PAIR + f",peer={PRELOAD}", "--runs", "2", "--warmup", "0",
                           "-q", "--json", "-", "--suite", str(self.folder), *options,
                           TMPDIR=scratch)
            self.assertEqual(os.listdir(scratch), [])
        report = json.loads(done.stdout)
        return done, {row["name"]: row for row in report["workloads"]}, report

    def test_set_up_once_and_run_in_the_scratch_folder(self):
        self.write("here", setup="echo set up >> ${WORK}/marks; echo $LD_PRELOAD >> marks",
                   command=["grep", "-c", "-x", "set up", "${WORK}/marks"],
                   measure={"time": "^(1)$"}, input="marks")
        done, rows, _ = self.run_suite()
        self.assertEqual(done.returncode, 0, rows)
        self.assertEqual(rows["here"]["results"][0]["runs"][0]["printed"], 1)

    def test_rates_and_failures(self):
        self.write("rate", command=[HOLDS, "prints", "rate 4"], measure={"rate": "rate ([0-9]+)"})
        self.write("silent", command=[HOLDS, "prints", ""], measure={"rate": "rate ([0-9]+)"})
        self.write("unready", command=["true"], setup="echo broken; exit 3")
        self.write("absent", command=["x"], needs=["no-such-program"])
        done, rows, report = self.run_suite()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(rows["rate"]["results"][0]["runs"][0]["time"], 0.25)
        self.assertEqual(rows["silent"]["results"][0]["runs"][0]["failure"],
                         "printed no number above 0 that its measure matches")
        self.assertEqual(rows["unready"]["failure"], "setup: exit code 3: broken")
        self.assertEqual(rows["absent"]["not_here"], "not here: no-such-program")
        self.assertEqual(report["score"]["means"]["glibc"]["counted"], 1)
        self.assertEqual(report["score"]["against"], "best peer")

    def test_a_server_is_what_is_measured(self):
        serve = ("memory = bytearray(b'x') * (64 << 20); open('up', 'w').close(); "
                 "import signal; signal.pause()")
        self.write("served", server=[sys.executable, "-c", serve],
                   ready="test -e up", command=["rm", "up"], timeout=20)
        done, rows, _ = self.run_suite()
        self.assertEqual(done.returncode, 0, rows["served"])
        for row in rows["served"]["results"]:
            for run in row["runs"]:
                self.assertGreater(run["peak_bytes"], 64 * MEBIBYTE)

    def test_a_server_that_ends_early_has_failed(self):
        self.write("gone", server=["sh", "-c", "exit 4"], ready="false", command=["true"])
        _, rows, _ = self.run_suite()
        self.assertEqual(rows["gone"]["results"][0]["runs"][0]["failure"],
                         "the server ended before it was ready")

    def test_only_some(self):
        self.write("one", command=["true"])
        self.write("two", command=["true"])
        _, rows, _ = self.run_suite("--only", "two")
        self.assertEqual(list(rows), ["two"])

    def test_bin_and_an_unknown_key(self):
        self.write("bin", command=["${BIN}/" + pathlib.Path(HOLDS).name, "1"])
        done, _, _ = self.run_suite("--bin", str(pathlib.Path(HOLDS).parent))
        self.assertEqual(done.returncode, 0)
        self.write("bad", comand=["x"])
        done = compare("--with", PAIR, "--suite", str(self.folder))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr, f"strata: compare: {self.folder}/bad.json: key 'comand' is "
                                      "unknown (did you mean 'command'?)\n")


class Interrupts(unittest.TestCase):
    def test_what_runs_is_killed_and_scratch_removed(self):
        with tempfile.TemporaryDirectory() as folder:
            mark = pathlib.Path(folder, "mark")
            os.mkfifo(mark)
            process = subprocess.Popen(
                [STRATA, "compare", "--with", PAIR, "--", "sh", "-c",
                 f"echo $$ > {mark}; exec sleep 600"], env=environment(TMPDIR=folder),
                stdin=subprocess.DEVNULL)
            program = int(mark.read_text())
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=60), -signal.SIGINT)
            self.assertFalse(sleeps(program))
            self.assertEqual(os.listdir(folder), ["mark"])


class Help(unittest.TestCase):
    def test_help_has_examples(self):
        done = compare("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Examples:", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
