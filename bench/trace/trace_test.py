#!/usr/bin/env python3
"""Recording and replaying from outside: exact counts, processes that end in every way,
damaged files.

Usage: trace_test.py RECORDER REPLAY KNOWN_CALLS [STRATA_MALLOC]
"""

import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

RECORDER, REPLAY, KNOWN_CALLS = sys.argv[1:4]
STRATA = sys.argv[4] if len(sys.argv) > 4 else None
KIB = 1024


def run(*command, cwd=None, preload="", **environment):
    kept = {key: value for key, value in os.environ.items() if key != "LD_PRELOAD"}
    return subprocess.run(command, env={**kept, "LD_PRELOAD": preload, **environment}, cwd=cwd,
                          capture_output=True, text=True, timeout=60, check=False)


def replay(path, *options, **environment):
    done = run(REPLAY, str(path), *options, **environment)
    if (done.returncode, done.stderr) != (0, ""):
        raise AssertionError(done)
    return done.stdout


def figures(path, *options, **environment):
    return json.loads(replay(path, "--json", "-", *options, **environment))["figures"]


def calls(path):
    return [json.loads(line) for line in replay(path, "--dump").splitlines()]


class Recorded(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def enterContext(self, manager):  # unittest has it from Python 3.11 on
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def record(self, *command, expect=0, above=None, **environment):
        """The traces that were written, in the order of their names."""
        done = run(*command, cwd=self.folder, preload=" ".join(filter(None, [RECORDER, above])),
                   **environment)
        self.assertEqual((done.returncode, done.stderr), (expect, ""))
        return sorted(self.folder.iterdir())


class Recorder(Recorded):
    def check_threads(self, above=None):
        [trace] = self.record(KNOWN_CALLS, "threads", above=above)
        made = calls(trace)
        self.assertEqual([each["sequence"] for each in made],
                         sorted({each["sequence"] for each in made}))
        counts = collections.Counter((each["call"], each.get("size")) for each in made)
        self.assertEqual(counts["malloc", 1111], 4000)
        self.assertEqual(counts["free", 1111], 4000)
        self.assertEqual(counts["calloc", 2222], 400)
        self.assertEqual(counts["aligned", 3328], 200)
        self.assertEqual(counts["malloc", 4444], 40)
        self.assertEqual(counts["realloc", 5555], 40)
        self.assertEqual(counts["free", 5555], 40)
        self.assertGreaterEqual(counts["free_null", None], 4)
        makers = collections.Counter(each["thread"] for each in made
                                     if (each["call"], each.get("size")) == ("malloc", 1111))
        self.assertEqual(sorted(makers.values()), [1000] * 4)
        self.assertNotIn(0, makers)
        self.assertEqual({each["thread"] for each in made
                          if (each["call"], each.get("size")) == ("free", 1111)}, {0})
        self.assertEqual({each["alignment"] for each in made
                          if (each["call"], each.get("size")) == ("aligned", 3328)}, {256})
        born = {each["block"]: each["sequence"] for each in made
                if (each["call"], each.get("size")) == ("malloc", 1111)}
        self.assertTrue(all(born[each["block"]] < each["sequence"] for each in made
                            if (each["call"], each.get("size")) == ("free", 1111)))
        return counts

    def test_counts_every_call_of_every_thread(self):
        counts = self.check_threads()
        # glibc has no operator new of its own: it reaches malloc.
        self.assertEqual((counts["malloc", 777], counts["free", 777]), (20, 20))

    @unittest.skipUnless(STRATA, "strata's malloc is not built")
    def test_counts_the_same_above_another_malloc(self):
        self.check_threads(above=STRATA)

    def sizes_of(self, path):
        return collections.Counter(each.get("size") for each in calls(path)
                                   if each["call"] == "malloc")

    def test_a_child_of_fork_has_a_file_of_its_own(self):
        found = [self.sizes_of(path) for path in self.record(KNOWN_CALLS, "fork")]
        counts = sorted((each[6001], each[6002], each[6003]) for each in found)
        self.assertEqual(counts, [(0, 7, 0), (5, 0, 3)])

    def test_a_program_after_exec_has_a_file_of_its_own(self):
        traces = self.record(KNOWN_CALLS, "exec", expect=-signal.SIGKILL,
                             ALLOCATION_TRACE="calls.%p")
        self.assertEqual(traces[1].name, traces[0].name + "-2")
        self.assertEqual([self.sizes_of(traces[0])[6005], self.sizes_of(traces[1])[6004]], [2, 9])

    def test_a_killed_program_leaves_all_it_did(self):
        [trace] = self.record(KNOWN_CALLS, "killed", expect=-signal.SIGKILL,
                              ALLOCATION_TRACE=str(self.folder / "fixed"))
        self.assertEqual(trace.name, "fixed")
        self.assertEqual(self.sizes_of(trace)[6004], 9)

    def test_a_thread_may_end_the_process_beside_others(self):
        for trace in self.record(KNOWN_CALLS, "exit_beside"):
            self.assertGreater(self.sizes_of(trace)[6007], 0)

    def test_ended_threads_leave_their_room(self):
        [trace] = self.record(KNOWN_CALLS, "storm")
        made = [each for each in calls(trace) if each.get("size") == 6006]
        self.assertEqual(len({each["thread"] for each in made}), 300)
        self.assertLess(trace.stat().st_size, 8 * 64 * KIB)
        self.assertEqual(figures(trace, "--threads")["threads"], 301)

    def test_a_real_program(self):
        program = "a = [b'x' * i for i in range(600, 1600)]; del a"
        traces = self.record(sys.executable, "-c", program)
        # A bytes object has 33 bytes besides its contents; python may be started by others.
        found = [self.sizes_of(path) for path in traces]
        self.assertTrue(any(all(sizes[length + 33] for length in range(600, 1600))
                            for sizes in found))

    def test_no_room_for_the_file(self):
        done = run(KNOWN_CALLS, "fork", preload=RECORDER, ALLOCATION_TRACE="/no/such/folder/file")
        self.assertEqual(done.returncode, 0)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 2)  # one for each process
        self.assertIn("cannot create '/no/such/folder/file': No such file or directory", lines[0])


class Replay(Recorded):
    def setUp(self):
        super().setUp()
        [self.trace] = self.record(KNOWN_CALLS, "threads")

    def test_the_checksum_does_not_depend_on_the_allocator(self):
        for options in ([], ["--threads"], ["--touch", "all"], ["--touch", "ends", "--threads"]):
            here = figures(self.trace, *options)
            self.assertEqual((here["refused"], here["unknown_frees"], here["missed_frees"]),
                             (0, 0, 0))
            self.assertGreater(here["checksum"], 0)
            self.assertEqual(here["threads"], 5 if "--threads" in options else 1)
            self.assertEqual(here["calls"], len(calls(self.trace)))
            again = figures(self.trace, *options, preload=STRATA or "")
            self.assertEqual(again["checksum"], here["checksum"])

    def test_a_replay_recorded_is_the_same_again(self):
        self.record(REPLAY, str(self.trace), "--threads", ALLOCATION_TRACE="again.%p")
        [again] = [path for path in self.folder.iterdir() if path.name.startswith("again")]
        for call, size in (("malloc", 1111), ("calloc", 2222), ("aligned", 3328),
                           ("realloc", 5555), ("free", 1111)):
            self.assertEqual(*(sum((each["call"], each.get("size")) == (call, size)
                                   for each in calls(path)) for path in (self.trace, again)))

    def test_histogram(self):
        profile = figures(self.trace, "--histogram")
        by_size = {each["size"]: each for each in profile["sizes"]}
        self.assertEqual(by_size[1111]["blocks"], 4000)
        self.assertEqual(by_size[1111]["never_freed"], 0)
        self.assertEqual(by_size[1111]["live_at_peak"], 4000)
        self.assertEqual(by_size[2222]["blocks"], 400)
        self.assertLessEqual(by_size[2222]["live_at_peak"], 4)
        self.assertEqual(by_size[4444]["blocks"], 40)
        self.assertEqual(by_size[5555]["blocks"], 40)
        self.assertGreaterEqual(profile["peak_bytes"], 4000 * 1111)
        text = replay(self.trace, "--histogram")
        self.assertIn("bytes up to", text.splitlines()[0])
        # 1111 belongs to the group up to 1152.
        [row] = [line.split() for line in text.splitlines() if line.split()[:1] == ["1152"]]
        self.assertEqual(row[1], "4000")

    def refused(self, *arguments):
        done = run(REPLAY, *arguments)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.returncode, done.stderr

    def test_damaged_files_are_refused(self):
        whole = self.trace.read_bytes()
        broken = self.folder / "broken"
        for length in (0, 5, 100, 64 * KIB, len(whole) - 64 * KIB, len(whole) - 1):
            broken.write_bytes(whole[:length])
            code, said = self.refused(str(broken))
            self.assertEqual(code, 1)
            self.assertIn("is empty" if length == 0 else
                          "is no trace" if length < 8 else "is truncated", said)
        for at in (20, 64 * KIB + 1000, 64 * KIB + 5000):
            flipped = bytearray(whole)
            flipped[at] ^= 4
            broken.write_bytes(flipped)
            code, said = self.refused(str(broken), "--dump")
            self.assertEqual(code, 1)
            self.assertIn("is damaged", said)

    def test_mistakes(self):
        self.assertEqual(self.refused("/no/file"),
                         (1, "strata_replay: cannot read '/no/file': No such file or directory\n"))
        self.assertEqual(self.refused(REPLAY)[0], 1)
        self.assertIn("is no trace of allocations", self.refused(REPLAY)[1])
        for arguments in ([], [str(self.trace), "--touch", "some"],
                          [str(self.trace), "--dump", "--histogram"]):
            self.assertEqual(self.refused(*arguments)[0], 2)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
