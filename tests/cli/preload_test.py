#!/usr/bin/env python3
"""The command with the real preload: its figures hang together.

Usage: preload_test.py STRATA PRELOAD ENDS
"""

import json
import os
import subprocess
import sys
import unittest

STRATA, PRELOAD, ENDS = sys.argv[1:4]


def run(*program, options=()):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STRATA_")}
    return subprocess.run(
        [STRATA, "run", "-q", "--json", "-", "--preload", PRELOAD, *options, "--", *program],
        env=kept, text=True, capture_output=True, timeout=60)


class Figures(unittest.TestCase):
    def setUp(self):
        self.report = json.loads(run(ENDS, "hold", "100000").stdout)
        self.memory = self.report["memory"]

    def test_a_snapshot_comes(self):
        self.assertIsNone(self.report["memory_missing"])
        self.assertEqual(self.report["program"]["exit_code"], 0)

    def test_parts_add_up(self):
        held = self.memory["held"]
        self.assertEqual(held["unexplained_bytes"], 0)
        self.assertEqual(sum(held["parts"].values()), held["at_exit_bytes"])

    def test_what_the_program_holds_is_seen(self):
        self.assertGreaterEqual(self.memory["live_blocks_bytes"], 100_000 * 100)
        holder = max(self.memory["classes"], key=lambda row: row["live_bytes"])
        self.assertGreaterEqual(holder["live_blocks_count"], 100_000)
        self.assertGreaterEqual(holder["block_bytes"], 100)

    def test_the_parent_reports_not_the_child(self):
        report = json.loads(run(ENDS, "fork").stdout)
        self.assertIsNone(report["memory_missing"])


class Limit(unittest.TestCase):
    def test_memory_beyond_the_limit_is_refused(self):
        report = json.loads(run(ENDS, "hold", "1000000", options=["--limit", "32M"]).stdout)
        self.assertEqual(report["program"]["exit_code"], 12)
        self.assertLessEqual(report["memory"]["held"]["peak_bytes"], 32 << 20)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
