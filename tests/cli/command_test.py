#!/usr/bin/env python3
"""The command from outside: exit codes, signals, mistakes, and where output goes.

Usage: command_test.py STRATA FAKE_PRELOAD ENDS STATIC_ENDS
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

STRATA, FAKE, ENDS, STATIC = sys.argv[1:5]


def environment(**changes):
    """Ours without what would change the outcome, with `changes`."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("STRATA_") and name not in ("LD_PRELOAD", "NO_COLOR")}
    return {**kept, "LC_ALL": "C", **changes}


def strata(*arguments, **changes):
    return subprocess.run([STRATA, *arguments], env=environment(**changes), text=True,
                          capture_output=True, timeout=60)


def run(*program, options=(), **changes):
    return strata("run", "--preload", FAKE, *options, "--", *program, **changes)


class ExitCodes(unittest.TestCase):
    def test_every_code_passes_through(self):
        for code in range(256):
            self.assertEqual(run(ENDS, "exit", str(code), options=["-q"]).returncode, code)

    def test_a_signal_passes_through(self):
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT,
                       signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1):
            done = run(ENDS, "signal", str(int(number)))
            self.assertEqual(done.returncode, -number)
            self.assertIn(f"killed by {number.name}", done.stderr)

    def test_no_such_program(self):
        for program in ("no-such-program", "/no/such/program"):
            done = run(program)
            self.assertEqual(done.returncode, 127)
            self.assertEqual(done.stderr, f"strata: run: cannot run '{program}': "
                                          "there is no such program\n")

    def test_a_script_without_its_interpreter(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder, "script")
            script.write_text("#!/no/such/interpreter\n")
            script.chmod(0o755)
            done = run(str(script))
        self.assertEqual(done.returncode, 127)
        self.assertIn("its interpreter does not exist", done.stderr)

    def test_no_executable(self):
        done = run(FAKE.rsplit("/", 1)[0])
        self.assertEqual(done.returncode, 126)
        self.assertIn("Permission denied", done.stderr)


class Mistakes(unittest.TestCase):
    def expect(self, code, line, *arguments, **changes):
        done = strata(*arguments, **changes)
        self.assertEqual(done.stderr, f"strata: {line}\n")
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.returncode, code)

    def test_of_the_command(self):
        self.expect(2, "no command given (try 'strata --help')")
        self.expect(2, "unknown command 'rum' (did you mean 'run'?)", "rum")
        self.expect(2, "unknown command 'xyzzy'", "xyzzy")
        self.expect(2, "unknown option '--xyzzy' (try 'strata --help')", "--xyzzy")

    def test_of_options(self):
        self.expect(2, "run: unknown option '--jsno' (did you mean '--json'?)",
                    "run", "--jsno", "ls")
        self.expect(2, "options: unknown option '--jso' (did you mean '--json'?)",
                    "options", "--jso")
        self.expect(2, "classes: unexpected argument 'all'", "classes", "all")
        self.expect(2, "run: --json: 1 required FILE missing", "run", "--json", "--", "ls")

    def test_of_run(self):
        self.expect(2, "run: no program given (try 'strata run --help')", "run")
        self.expect(2, "run: no program given (try 'strata run --help')", "run", "-q", "--")
        self.expect(2, "run: --limit '5Q' refused: not a size (use e.g. 64K, 2M, 1G, or unlimited)",
                    "run", "--limit", "5Q", "ls")
        self.expect(2, "run: --preload: there is no file '/no/such.so'",
                    "run", "--preload", "/no/such.so", "ls")
        self.expect(125, "cannot write '/no/such/folder/x': No such file or directory",
                    "run", "--json", "/no/such/folder/x", "--preload", FAKE, "ls")


class Output(unittest.TestCase):
    def test_report_goes_to_stderr(self):
        done = run(ENDS, "exit", "3")
        self.assertEqual(done.stdout, "")
        self.assertIn("exit code 3", done.stderr)
        self.assertRegex(done.stderr, r"held by strata: the sum +80,000,000")
        self.assertNotIn("\x1b", done.stderr)

    def test_quiet_is_silent(self):
        done = run(ENDS, "exit", "3", options=["--quiet"])
        self.assertEqual((done.stdout, done.stderr), ("", ""))

    def test_json_to_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "report.json")
            done = run(ENDS, "exit", "4", options=["-q", "--json", str(path)])
            report = json.loads(path.read_text())
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        self.assertEqual(report["program"]["exit_code"], 4)
        self.assertEqual(report["program"]["command"], [ENDS, "exit", "4"])
        self.assertEqual(sum(report["memory"]["held"]["parts"].values()), 80_000_000)

    def test_json_to_stdout(self):
        report = json.loads(run(ENDS, "signal", "9", options=["-q", "--json", "-"]).stdout)
        self.assertEqual(report["program"]["signal_name"], "SIGKILL")
        self.assertIsNone(report["memory"])
        self.assertIn("SIGKILL ended the program", report["memory_missing"])

    def test_arguments_that_are_not_utf8(self):
        done = run(ENDS, "exit", b"\xff", options=["-q", "--json", "-"])
        self.assertEqual(len(json.loads(done.stdout)["program"]["command"]), 3)

    def test_arguments_arrive_as_given(self):
        arguments = ["", "--quiet", "--", "a b", "-"]
        done = run("python3", "-c", "import sys; print(sys.argv[1:])", *arguments, options=["-q"])
        self.assertEqual(done.stdout, f"{arguments}\n")

    def test_nothing_is_left_in_the_temporary_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            run(ENDS, TMPDIR=folder)
            run("no-such-program", TMPDIR=folder)
            run(ENDS, "signal", "9", TMPDIR=folder)
            self.assertEqual(os.listdir(folder), [])

    def test_a_missing_temporary_folder_is_replaced(self):
        self.assertEqual(run(ENDS, "exit", "5", TMPDIR="/no/such/folder").returncode, 5)


class Environment(unittest.TestCase):
    def value(self, name, options=(), **changes):
        return run(ENDS, "env", name, options=["-q", *options], **changes).stdout.rstrip("\n")

    def test_preload_comes_first(self):
        self.assertEqual(self.value("LD_PRELOAD"), FAKE)
        self.assertEqual(self.value("LD_PRELOAD", LD_PRELOAD="libc.so.6"), f"{FAKE}:libc.so.6")

    def test_limit(self):
        self.assertEqual(self.value("STRATA_LIMIT", ["--limit", "64M"]), "64M")
        self.assertEqual(self.value("STRATA_LIMIT"), "(unset)")
        self.assertEqual(self.value("STRATA_LIMIT", STRATA_LIMIT="2G"), "2G")

    def test_report_variables(self):
        self.assertTrue(self.value("STRATA_REPORT_FILE").startswith("/"))
        self.assertTrue(self.value("STRATA_REPORT_PID").isdigit())


class MissingSnapshot(unittest.TestCase):
    def reason(self, *program, **changes):
        done = run(*program, **changes)
        lines = [line for line in done.stderr.splitlines() if line.startswith("memory")]
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0]

    def test_causes(self):
        self.assertIn("is statically linked", self.reason(STATIC))
        self.assertIn("SIGKILL ended the program", self.reason(ENDS, "signal", "9"))
        self.assertIn("raw system call", self.reason(ENDS, "raw", "0"))
        self.assertIn("while it wrote", self.reason(ENDS, FAKE_PRELOAD_TRUNCATE="1"))
        self.assertIn("different versions", self.reason(ENDS, FAKE_PRELOAD_VERSION="1"))

    @unittest.skipUnless(os.getuid() == 0, "only root can make a program of another user")
    def test_a_setuid_program(self):
        with tempfile.TemporaryDirectory() as folder:
            if os.statvfs(folder).f_flag & os.ST_NOSUID:
                self.skipTest("the temporary folder is mounted without setuid")
            os.chmod(folder, 0o755)
            copy = pathlib.Path(folder, "ends")
            copy.write_bytes(pathlib.Path(ENDS).read_bytes())
            os.chown(copy, 1, 1)
            copy.chmod(0o6755)
            self.assertIn("is a setuid or setgid program", self.reason(str(copy)))

    def test_a_child_writes_nothing(self):
        done = run(ENDS, "fork", options=["--json", "-"])
        report = json.loads(done.stdout)
        self.assertEqual(report["program"]["exit_code"], 0)
        self.assertEqual(report["memory"]["held"]["at_exit_bytes"], 80_000_000)


class Signals(unittest.TestCase):
    """What comes from outside while the program runs."""

    def start(self, how, *before):
        process = subprocess.Popen(
            [*before, STRATA, "run", "-q", "--preload", FAKE, "--", ENDS, how],
            env=environment(), stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def end(self, process):
        process.stdout.close()
        return process.wait(timeout=60)

    def test_sigterm_and_sighup_are_forwarded(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            process = self.start("wait")
            process.send_signal(number)
            self.assertEqual(self.end(process), -number)

    def test_the_program_may_catch_what_is_forwarded(self):
        process = self.start("catch")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process), 44)

    def test_an_interrupt_of_the_group_ends_both_alike(self):
        for number in (signal.SIGINT, signal.SIGQUIT):
            process = self.start("wait")
            os.killpg(process.pid, number)
            self.assertEqual(self.end(process), -number)

    def test_an_interrupt_of_the_command_alone_is_ignored(self):
        process = self.start("wait")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process), -signal.SIGTERM)

    def test_what_was_ignored_stays_ignored(self):
        # The program would notice a SIGHUP that is passed on: it sets a handler.
        process = self.start("catch", "nohup")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process), 44)


class OptionsCommand(unittest.TestCase):
    def test_values_and_sources(self):
        done = strata("options", "--json", STRATA_PURGE_THREAD="ON", STRATA_RETAIN_MIN="12Q")
        rows = {row["key"]: row for row in json.loads(done.stdout)["options"]}
        self.assertEqual((rows["STRATA_PURGE_THREAD"]["value"],
                          rows["STRATA_PURGE_THREAD"]["source"]),
                         ("1", "environment"))
        self.assertEqual((rows["STRATA_RETAIN_MIN"]["value"], rows["STRATA_RETAIN_MIN"]["source"]),
                         (rows["STRATA_RETAIN_MIN"]["default"], "default"))
        self.assertIn('STRATA_RETAIN_MIN="12Q" refused', done.stderr)

    def test_text_lists_the_same_keys(self):
        rows = json.loads(strata("options", "--json").stdout)["options"]
        text = strata("options").stdout
        for row in rows:
            self.assertIn(row["key"], text)
            self.assertIn(row["meaning"], text)


class ClassesCommand(unittest.TestCase):
    def test_figures_agree_with_one_another(self):
        below = 0
        for row in json.loads(strata("classes", "--json").stdout)["classes"]:
            self.assertEqual(row["spacing_bytes"], row["block_bytes"] - below)
            self.assertEqual(row["blocks_per_slab_count"] * row["block_bytes"]
                             + row["tail_waste_bytes"], row["slab_bytes"])
            if row["block_bytes"] > 128:
                self.assertLessEqual(row["worst_waste_bytes"], row["block_bytes"] / 8)
            below = row["block_bytes"]
        self.assertGreaterEqual(below, 128 * 1024)

    def test_text_has_a_row_for_each(self):
        rows = json.loads(strata("classes", "--json").stdout)["classes"]
        self.assertEqual(len(strata("classes").stdout.splitlines()), len(rows) + 1)


class Help(unittest.TestCase):
    def test_help_and_version(self):
        self.assertRegex(strata("--version").stdout, r"^strata \d+\.\d+\.\d+\n$")
        for arguments in (["--help"], ["run", "--help"], ["options", "-h"], ["classes", "--help"]):
            done = strata(*arguments)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("Examples:", done.stdout)

    def test_help_of_a_program_is_its_own(self):
        self.assertEqual(run(ENDS, "--help", options=["-q"]).returncode, 99)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
