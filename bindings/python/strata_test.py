"""The Python module against the library that LIBSTRATA_C names."""

import subprocess
import sys
import threading
import unittest

import strata


class ProcessTest(unittest.TestCase):
    def test_version(self):
        major, minor, patch = map(int, strata.version().split("."))
        self.assertEqual(major * 10000 + minor * 100 + patch, strata.VERSION_NUMBER)

    def test_statistics(self):
        with strata.Heap() as heap:
            heap.allocate(10 << 20)
            now = strata.statistics()
            self.assertGreaterEqual(now.held, 10 << 20)
            self.assertGreaterEqual(now.held_peak, now.held)
            self.assertGreater(now.resident, 0)
            self.assertGreaterEqual(strata.shutdown(), 10 << 20)
        self.assertGreaterEqual(strata.pump(), 0)


class AccountTest(unittest.TestCase):
    def test_limits_hold_for_all_below(self):
        server = strata.Account("server", limit=1000)
        cache = strata.Account("cache", parent=server)
        cache.charge(600)
        with self.assertRaisesRegex(MemoryError, "limit"):
            cache.charge(401)
        self.assertEqual((server.usage, server.peak, server.refusals), (600, 600, 1))
        server.limit = 0
        cache.charge(401)
        cache.discharge(1001)
        self.assertEqual((server.name, server.usage, server.limit), ("server", 0, 0))

    def test_found_by_path_while_it_lives(self):
        café = strata.Account("café")
        below = strata.Account("below", parent=café)
        self.assertEqual(strata.find("process/café/below"), below)
        self.assertNotEqual(strata.find("process/café"), below)
        del below
        self.assertIsNone(strata.find("process/café/below"))

    def test_walk(self):
        first = strata.Account("walked", limit=7)
        first.charge(5)
        lines = strata.accounts()
        self.assertEqual(lines[0].path, "process")
        self.assertIn(strata.AccountLine("process/walked", 5, 5, 7, 0), lines)
        first.discharge(5)


class HeapTest(unittest.TestCase):
    def test_blocks_hold_what_is_written(self):
        with strata.Heap("texts") as heap:
            blocks = [heap.allocate(size) for size in range(1, 500)]
            for number, block in enumerate(blocks):
                block.view[:] = bytes([number % 251]) * block.size
            for number, block in enumerate(blocks):
                self.assertEqual(bytes(block.view), bytes([number % 251]) * block.size)
                heap.free(block)
            self.assertEqual(heap.statistics().live, 0)

    def test_statistics_add_up(self):
        with strata.Heap() as heap:
            heap.allocate(100)
            self.assertGreaterEqual(heap.statistics().live, 100)
            self.assertEqual(heap.statistics().large_live, 0)
            heap.allocate(2 << 20)
            now = heap.statistics()
            self.assertGreaterEqual(now.large_live, 2 << 20)
            self.assertEqual(now.held, now.live + now.free_in_slabs + now.free_in_caches
                             + now.retained + now.metadata)

    def test_alignment(self):
        with strata.Heap() as heap:
            self.assertEqual(heap.allocate(100, alignment=4096).address % 4096, 0)
            with self.assertRaisesRegex(ValueError, "power of two"):
                heap.allocate(100, alignment=48)

    def test_limit_and_account(self):
        parent = strata.Account("parent")
        with strata.Heap("limited", limit=1 << 20, parent=parent) as heap:
            with self.assertRaises(MemoryError):
                heap.allocate(2 << 20)
            self.assertEqual(heap.account.name, "limited")
            self.assertEqual(strata.find("process/parent/limited"), heap.account)
            heap.allocate(100)
            self.assertGreater(parent.usage, 0)
            heap.reset()
            heap.purge()
            self.assertEqual(heap.statistics().live, 0)
        self.assertEqual(parent.usage, 0)

    def test_closed(self):
        heap = strata.Heap()
        block = heap.allocate(1)
        heap.close()
        heap.close()
        for use in (lambda: heap.allocate(1), lambda: heap.free(block), heap.reset, heap.purge,
                    heap.statistics, lambda: heap.account):
            with self.assertRaisesRegex(ValueError, "the heap is NULL"):
                use()

    def test_other_threads_free(self):
        with strata.Heap() as heap:
            blocks = [heap.allocate(64) for _ in range(100)]
            thread = threading.Thread(target=lambda: [heap.free(block) for block in blocks])
            thread.start()
            thread.join()
            heap.purge()  # brings home what others freed
            self.assertEqual(heap.statistics().live, 0)

    def test_a_double_free_ends_the_process(self):
        program = ("import strata; heap = strata.Heap(); block = heap.allocate(10)\n"
                   "heap.free(block); heap.free(block)")
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("strata: fatal:", ended.stderr)


class ArenaTest(unittest.TestCase):
    def test_scratch_ends_what_is_inside(self):
        with strata.Arena("lines") as arena:
            kept = arena.allocate(100)
            kept.view[:] = b"k" * 100
            before = arena.statistics().allocated
            with self.assertRaises(KeyError):
                with arena.scratch():
                    arena.allocate(5000)
                    self.assertGreater(arena.statistics().allocated, before)
                    raise KeyError
            self.assertEqual(arena.statistics().allocated, before)
            self.assertEqual(bytes(kept.view), b"k" * 100)
            arena.reset(keep=0)
            self.assertEqual(arena.statistics().reserved, 0)
            self.assertEqual(arena.account.name, "lines")


class PoolTest(unittest.TestCase):
    def test_blocks_up_to_a_maximum(self):
        with strata.Pool(48, name="nodes", alignment=64, maximum=10) as pool:
            blocks = [pool.allocate() for _ in range(10)]
            self.assertTrue(all(block.address % 64 == 0 for block in blocks))
            with self.assertRaises(MemoryError):
                pool.allocate()
            self.assertEqual(pool.statistics().in_use, 10)
            pool.free(blocks[0])
            pool.allocate()
            pool.reset()
            self.assertEqual(pool.statistics().in_use, 0)
            self.assertEqual(pool.account.name, "nodes")

    def test_options_that_contradict(self):
        with self.assertRaisesRegex(ValueError, "capacity"):
            strata.Pool(8, capacity=11, maximum=10)


if __name__ == "__main__":
    unittest.main()
