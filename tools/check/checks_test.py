#!/usr/bin/env python3
"""Each lint can fail: a small tree is made, one rule broken, and the finding awaited."""

import pathlib
import tempfile
import unittest

import abi
import docs
import layers
import tidy


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def messages(self, lint):
        return [str(finding) for finding in lint.check(self.root)]

    def assert_clean(self, lint):
        self.assertEqual(self.messages(lint), [])

    def assert_one(self, lint, part):
        found = self.messages(lint)
        self.assertEqual(len(found), 1, found)
        self.assertIn(part, found[0])


class LayersTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("src/base/base.hpp", "")
        self.write("src/base/bit.hpp", "")
        self.write("src/heap/heap.hpp", '#include "base/base.hpp"\n#include <cstddef>\n')
        self.write("include/strata/heap/heap.hpp", "#include <strata/base/error.hpp>\n")
        self.write("include/strata/base/error.hpp", "")
        self.assert_clean(layers)

    def test_upward(self):
        self.write("src/base/bit.hpp", '#include "heap/heap.hpp"\n')
        self.assert_one(layers, "layer base stands below heap")

    def test_beside(self):
        self.write("src/override/override.hpp", "")
        self.write("src/c/c.cpp", '#include "override/override.hpp"\n')
        self.assert_one(layers, "beside")

    def test_past_the_front_door(self):
        self.write("src/heap/slab.hpp", '#include "base/bit.hpp"\n')
        self.assert_one(layers, "through base/base.hpp")

    def test_missing_file(self):
        self.write("src/heap/slab.hpp", '#include "heap/gone.hpp"\n')
        self.assert_one(layers, "no such file")

    def test_unknown_layer(self):
        self.write("src/stuff/x.cpp", "")
        self.assert_one(layers, "no layer stuff")

    def test_system_header(self):
        self.write("src/os/linux.cpp", "#include <sys/mman.h>\n")
        self.write("src/override/c.cpp", "#include <malloc.h>\n")
        self.assert_clean(layers)
        self.write("src/heap/slab.hpp", "#include <sys/mman.h>\n")
        self.assert_one(layers, "only src/os")

    def test_system_header_that_is_not_excepted(self):
        self.write("src/override/c.cpp", "#include <sys/mman.h>\n")
        self.assert_one(layers, "only src/os")

    def test_platform(self):
        self.write("src/heap/slab.hpp", "#ifdef __linux__\n#endif\n")
        self.assert_one(layers, "asks for the platform")

    def test_public_header_into_src(self):
        self.write("include/strata/heap/heap.hpp", '#include "base/base.hpp"\n')
        self.assert_one(layers, "must not include")

    def test_public_header_missing(self):
        self.write("include/strata/heap/heap.hpp", "#include <strata/gone.hpp>\n")
        self.assert_one(layers, "no such public header")

    def test_public_header_upward(self):
        self.write("include/strata/base/error.hpp", "#include <strata/heap/heap.hpp>\n")
        self.assert_one(layers, "layer base stands below heap")

    def test_public_header_without_a_layer(self):
        self.write("include/strata/version.hpp", "")
        self.assert_one(layers, "in the folder of its layer")

    def test_public_header_of_an_unknown_layer(self):
        self.write("include/strata/stuff/x.hpp", "")
        self.assert_one(layers, "no layer stuff")


class TidyTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("src/base/a.hpp", "// Holds a.\n#pragma once\nint a();\n")
        self.write("src/base/a.cpp", '// Holds a; see a.hpp.\n#include "base/a.hpp"\n')
        self.write("tests/unit/base/a_test.cpp", '// Tests a.\n#include "base/a.hpp"\n')
        self.assert_clean(tidy)

    def append(self, text):
        self.write("src/base/a.cpp", '// Holds a.\n#include "base/a.hpp"\n' + text)

    def test_tab(self):
        self.append("\tint b;\n")
        self.assert_one(tidy, "tab")

    def test_trailing_blank(self):
        self.append("int b; \n")
        self.assert_one(tidy, "blank at the end")

    def test_long_file(self):
        self.append("int b;\n" * 499)
        self.assert_one(tidy, "find the seam")

    def test_the_header_speaks(self):
        self.write("src/base/a.cpp", '#include "base/a.hpp"\n')
        self.assert_clean(tidy)

    def test_no_head(self):
        self.write("src/base/a.cpp", "#include <cstddef>\n")
        self.assert_one(tidy, "open with a comment")

    def test_no_guard(self):
        self.write("src/base/a.hpp", "// Holds a.\nint a();\n")
        self.assert_one(tidy, "no include guard")

    def test_ownerless_todo(self):
        self.append("// TODO(ann): soon\n")
        self.assert_clean(tidy)
        self.append("// TODO: soon\n")
        self.assert_one(tidy, "without owner")

    def test_machine_path(self):
        self.append("// see /home/ann/notes\n")
        self.assert_one(tidy, "path of one machine")

    def test_code_in_comment(self):
        for code in ("return b;", "b = a + 1;", "call(b);", "if (a) {", "}", "#include <cstdio>"):
            with self.subTest(code):
                self.append(f"// {code}\n")
                self.assert_one(tidy, "code in a comment")

    def test_prose_is_not_code(self):
        self.append("// Returns b; requires a > 0.\n// a = b holds after it\n//   b = example(a);\n")
        self.assert_clean(tidy)

    def test_dead_header(self):
        self.write("src/base/b.hpp", "// Holds b.\n#pragma once\n")
        self.assert_one(tidy, "nobody includes it")

    def test_dead_source(self):
        self.write("tests/unit/base/helper.cpp", "// Holds b.\n")
        self.assert_one(tidy, "no CMakeLists.txt builds it")

    def test_named_source_is_alive(self):
        self.write("tests/stress/churn.cpp", "// Holds b.\n")
        self.write("tests/stress/CMakeLists.txt", "strata_test(NAME churn SOURCES churn.cpp)\n")
        self.assert_clean(tidy)


class DocsTest(TreeTest):
    def setUp(self):
        super().setUp()
        self.write("README.md", "# strata\n[guide](docs/guide.md#the-start)\n")
        self.write("docs/guide.md", "# Guide\n## The `start`\n[up](../README.md) [here](#guide)\n")
        self.write("tests/a_test.cpp", "TEST(slab, returns_blocks) {}\n")
        self.assert_clean(docs)

    def coverage(self, test, place):
        self.write("docs/coverage.md", f"# Rows\n| E1 | tiers | {test} | {place} |\n")

    def test_dead_link(self):
        self.write("README.md", "[guide](docs/gone.md)\n")
        self.assert_one(docs, "dead link")

    def test_dead_anchor(self):
        self.write("README.md", "[guide](docs/guide.md#the-end)\n")
        self.assert_one(docs, "no heading for #the-end")

    def test_links_in_code_do_not_count(self):
        self.write("README.md", "```\n[guide](docs/gone.md)\n```\nand `[x](gone.md)`\n")
        self.assert_clean(docs)

    def test_shown_file(self):
        self.write("examples/a.cpp", "int a;\n")
        self.write("README.md", "<!-- file: examples/a.cpp -->\n```cpp\nint a;\n```\n")
        self.assert_clean(docs)
        self.write("examples/a.cpp", "int b;\n")
        self.assert_one(docs, "differs from examples/a.cpp")

    def test_coverage_row(self):
        self.coverage("`tests/a_test.cpp:slab.returns_blocks`", "[start](guide.md#the-start)")
        self.assert_clean(docs)
        self.coverage("–", "–")
        self.assert_clean(docs)

    def test_coverage_without_test(self):
        self.coverage("–", "[start](guide.md#the-start)")
        self.assert_one(docs, "no test named")

    def test_coverage_missing_test(self):
        self.coverage("`tests/gone_test.cpp`", "[start](guide.md#the-start)")
        self.assert_one(docs, "there is no test tests/gone_test.cpp")

    def test_coverage_missing_case(self):
        self.coverage("`tests/a_test.cpp:slab.grows`", "[start](guide.md#the-start)")
        self.assert_one(docs, "there is no slab.grows")

    def test_coverage_without_place(self):
        self.coverage("`tests/a_test.cpp`", "–")
        self.assert_one(docs, "no link to a place")

    def test_coverage_cells(self):
        self.write("docs/coverage.md", "# Rows\n| E1 | tiers |\n")
        self.assert_one(docs, "four cells")


class AbiTest(unittest.TestCase):
    NM = "strata_a T 10 4\nstrata_b T 20 4\n_ZN6strata1cE u 30\n"

    def test_the_list_itself(self):
        found = abi.exported(self.NM, "")
        self.assertEqual(found, ["_ZN6strata1cE", "strata_a", "strata_b"])
        self.assertEqual(abi.differences(found, found), [])

    def test_gone_and_new(self):
        found = abi.exported(self.NM, "strata_")
        self.assertEqual(abi.differences(["strata_a", "strata_old"], found),
                         ["gone: strata_old", "new: strata_b"])

    def test_needed_libraries(self):
        libraries = abi.needed(" 0x1 (NEEDED)  Shared library: [libc.so.6]\n"
                               " 0x1 (NEEDED)  Shared library: [libm.so.6]\n"
                               " 0xe (SONAME)  Library soname: [libx.so.1]\n")
        self.assertEqual(libraries, ["libc.so.6", "libm.so.6"])
        self.assertEqual(len(abi.unwanted(libraries, ["libc.so.6"])), 1)
        self.assertEqual(abi.unwanted(libraries, libraries), [])


if __name__ == "__main__":
    unittest.main()
