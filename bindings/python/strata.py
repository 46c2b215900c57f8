"""strata for Python: named, limited memory outside of the interpreter's heap.

    import strata

    server = strata.Account("server", limit=64 << 20)
    with strata.Heap("frames", parent=server) as heap:
        block = heap.allocate(1 << 20, alignment=4096)
        block.view[:5] = b"hello"
        print(server.usage, heap.statistics().live)
        heap.free(block)

It is the C interface of strata/strata.h, by ctypes: for buffers that are shared with
code in C, and for looking into a process. A refused request raises MemoryError, an
argument that makes no sense ValueError; both say what strata_last_error() says. A
mistake such as a double free ends the process with a diagnosis.

Heaps, arenas and pools end when they are closed, by `with` or close(), and their
blocks with them; what is never closed lives as long as the process. An account ends
by itself when nobody needs it.

The library is the file named by LIBSTRATA_C in the environment, or libstrata_c
where the system finds it.
"""

import collections
import contextlib
import ctypes
import errno
import os
from ctypes import CFUNCTYPE, POINTER, byref, c_char_p, c_int, c_size_t, c_void_p

VERSION_NUMBER = 100  # STRATA_VERSION_NUMBER of the header that this file follows

_library = ctypes.CDLL(os.environ.get("LIBSTRATA_C", "libstrata_c.so.0.1"), use_errno=True)


# -- Structures of the header ------------------------------------------------------------


def _structure(name, *members, later):
    """A structure of words; a member is a name, which stands for a size, or (name, type)."""
    fields = [member if isinstance(member, tuple) else (member, c_size_t) for member in members]
    fields.append(("later", c_size_t * later))
    return type(name, (ctypes.Structure,), {"_fields_": fields})


_NAMED = ("name", c_char_p), "limit", ("parent", c_void_p)

_AccountOptions = _structure("AccountOptions", *_NAMED, later=5)
_HeapOptions = _structure("HeapOptions", *_NAMED, later=5)
_ArenaOptions = _structure("ArenaOptions", *_NAMED, "chunk_bytes", "chunk_bytes_max", later=3)
_PoolOptions = _structure("PoolOptions", *_NAMED, "size", "alignment", "capacity", "maximum",
                          ("upstream", c_void_p), later=4)
_AccountInfo = _structure("AccountInfo", ("account", c_void_p), ("name", c_char_p),
                          ("path", c_char_p), "depth", "usage", "peak", "limit", "charges",
                          "discharges", "refusals", later=2)
_ProcessStatistics = _structure("ProcessStatistics", "held", "held_peak", "resident",
                                "resident_peak", "reserved", "threads", later=2)
_HeapStatistics = _structure("HeapStatistics", "held", "held_peak", "live", "large_live",
                             "free_in_slabs", "free_in_caches", "retained", "metadata", later=4)
_ArenaStatistics = _structure("ArenaStatistics", "reserved", "allocated", "abandoned",
                              "remaining", "spare", "overhead", "peak", "chunks",
                              "large_blocks", later=3)
_PoolStatistics = _structure("PoolStatistics", "capacity", "in_use", "cached", "common",
                             "unused", "caches", later=2)


class _Checkpoint(ctypes.Structure):
    _fields_ = [("opaque", c_void_p * 7)]


_Visitor = CFUNCTYPE(c_int, c_void_p, POINTER(_AccountInfo))


# -- Functions of the header -------------------------------------------------------------


def _refused(result, _function, _arguments):
    """Makes an exception of NULL and 0."""
    if result:
        return result
    reason = _library.strata_last_error().decode()
    raise (ValueError if ctypes.get_errno() == errno.EINVAL else MemoryError)(reason)


def _declare(result, *arguments, check=True):
    """For all functions of one type; unless told otherwise, NULL and 0 are failures."""

    def declare(*names):
        for name in names:
            function = getattr(_library, f"strata_{name}")
            function.restype, function.argtypes = result, arguments
            if check and result is not None:
                function.errcheck = _refused

    return declare


_declare(c_char_p, check=False)("version", "last_error")
_declare(c_int, c_int)("init")
_declare(c_size_t, check=False)("shutdown", "pump")
_declare(c_int, POINTER(_ProcessStatistics))("process_get_statistics")

_declare(c_void_p, POINTER(_AccountOptions))("account_create")
_declare(c_void_p, c_char_p, check=False)("account_find")
_declare(c_void_p, c_void_p)("account_retain", "heap_account", "arena_account", "pool_account")
_declare(None, c_void_p)("account_release", "heap_destroy", "arena_destroy", "pool_destroy")
_declare(c_int, c_void_p, c_size_t)("account_charge", "account_set_limit", "arena_reset")
_declare(None, c_void_p, c_size_t)("account_discharge")
_declare(c_int, c_void_p, POINTER(_AccountInfo))("account_get_info")
_declare(c_int, _Visitor, c_void_p, check=False)("accounts_walk")

_declare(c_void_p, POINTER(_HeapOptions))("heap_create")
_declare(c_int, c_void_p)("heap_reset", "pool_reset")
_declare(c_void_p, c_void_p, c_size_t, c_size_t)("heap_allocate_aligned",
                                                 "arena_allocate_aligned")
_declare(None, c_void_p, c_void_p)("heap_deallocate", "pool_deallocate")
_declare(c_size_t, c_void_p, check=False)("heap_purge")
_declare(c_int, c_void_p, POINTER(_HeapStatistics))("heap_get_statistics")

_declare(c_void_p, POINTER(_ArenaOptions))("arena_create")
_declare(_Checkpoint, c_void_p, check=False)("arena_open_checkpoint")
_declare(None, c_void_p, _Checkpoint)("arena_rewind", "arena_close_checkpoint")
_declare(c_int, c_void_p, POINTER(_ArenaStatistics))("arena_get_statistics")

_declare(c_void_p, POINTER(_PoolOptions))("pool_create")
_declare(c_void_p, c_void_p)("pool_allocate")
_declare(c_int, c_void_p, POINTER(_PoolStatistics))("pool_get_statistics")

_library.strata_init(VERSION_NUMBER)


def _values(kind, fill):
    """What a function filled into a structure, as a tuple with names."""
    into = kind()
    fill(byref(into))
    names = [name for name, *_ in kind._fields_ if name != "later"]
    return collections.namedtuple(kind.__name__, names)(*(getattr(into, name) for name in names))


def _named(kind, name, limit, parent, **more):
    handle = None if parent is None else parent._handle
    return byref(kind(name=name.encode(), limit=limit, parent=handle, **more))


# -- The process ---------------------------------------------------------------------------


def version():
    """The version of the library, such as "0.1.0"."""
    return _library.strata_version().decode()


def statistics():
    """What the process holds: held, held_peak, resident, resident_peak, reserved, threads."""
    return _values(_ProcessStatistics, _library.strata_process_get_statistics)


def pump():
    """Gives back what no heap has needed for a while; how many bytes that was."""
    return _library.strata_pump()


def shutdown():
    """Gives back what is free everywhere; how many bytes the process still holds."""
    return _library.strata_shutdown()


# -- Accounts ------------------------------------------------------------------------------

AccountLine = collections.namedtuple("AccountLine", "path usage peak limit refusals")


class Account:
    """A name in the tree of who holds memory. Its usage includes that of those below it."""

    def __init__(self, name, limit=0, parent=None):
        """Creates an account; limit 0: none; parent None: the process."""
        self._handle = None  # for __del__, when it is refused
        self._handle = _library.strata_account_create(
            _named(_AccountOptions, name, limit, parent))

    @classmethod
    def _keeping(cls, handle):
        account = cls.__new__(cls)
        account._handle = handle
        return account

    def __del__(self, release=_library.strata_account_release):
        release(self._handle)

    def __eq__(self, other):
        return isinstance(other, Account) and self._handle == other._handle

    def __hash__(self):
        return hash(self._handle)

    def charge(self, size):
        """Adds to the usage of this account and all above it; MemoryError at a limit."""
        _library.strata_account_charge(self._handle, size)

    def discharge(self, size):
        """Takes back what was charged."""
        _library.strata_account_discharge(self._handle, size)

    def _info(self):
        return _values(_AccountInfo, lambda into: _library.strata_account_get_info(
            self._handle, into))

    name = property(lambda self: self._info().name.decode())
    usage = property(lambda self: self._info().usage, doc="bytes charged here and below")
    peak = property(lambda self: self._info().peak, doc="the highest usage so far")
    refusals = property(lambda self: self._info().refusals, doc="by the limit of this account")
    limit = property(lambda self: self._info().limit,
                     lambda self, size: _library.strata_account_set_limit(self._handle, size),
                     doc="of the usage; 0: none")


def find(path):
    """The account with a path such as "process/server/frames", or None."""
    handle = _library.strata_account_find(path.encode())
    return None if handle is None else Account._keeping(handle)


def accounts():
    """A line for every account, parents before their children."""
    lines = []

    def note(_context, info):
        seen = info.contents
        lines.append(AccountLine(seen.path.decode(errors="replace"), seen.usage, seen.peak,
                                 seen.limit, seen.refusals))
        return 1

    _library.strata_accounts_walk(_Visitor(note), None)
    return lines


# -- Heaps, arenas, pools ------------------------------------------------------------------


class Block:
    """Memory at `address`, `size` bytes; `view` is a memoryview of them.

    Nobody may use a view after its block was freed, or its heap, arena or pool closed.
    """

    __slots__ = ("address", "size")

    def __init__(self, address, size):
        self.address, self.size = address, size

    @property
    def view(self):
        return memoryview((ctypes.c_ubyte * self.size).from_address(self.address)).cast("B")


class _Owner:
    """What heaps, arenas and pools have in common: they are closed, and have an account."""

    _family = None
    _statistics = None

    def __init__(self, options):
        self._handle = self._call("create", options)

    def _call(self, what, *arguments):
        return getattr(_library, f"strata_{self._family}_{what}")(*arguments)

    def _use(self, what, *arguments):
        if self._handle is None:
            raise ValueError(f"strata: the {self._family} is NULL, because it was closed")
        return self._call(what, c_void_p(self._handle), *arguments)

    def close(self):
        """Ends it and all of its blocks; closing twice does no harm."""
        handle, self._handle = self._handle, None
        self._call("destroy", handle)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()

    @property
    def account(self):
        """The account that is charged."""
        return Account._keeping(_library.strata_account_retain(self._use("account")))

    def statistics(self):
        """The members of strata_*_statistics, by name."""
        return _values(self._statistics, lambda into: self._use("get_statistics", into))


class Heap(_Owner):
    """Blocks of any size, freed in any order, by any thread."""

    _family, _statistics = "heap", _HeapStatistics

    def __init__(self, name="heap", limit=0, parent=None):
        super().__init__(_named(_HeapOptions, name, limit, parent))

    def allocate(self, size, alignment=16):
        return Block(self._use("allocate_aligned", alignment, size), size)

    def free(self, block):
        self._use("deallocate", block.address)

    def reset(self):
        """Frees all blocks."""
        self._use("reset")

    def purge(self):
        """Gives free memory back; how many bytes that was."""
        return self._use("purge")


class Arena(_Owner):
    """Blocks that end together. One thread at a time."""

    _family, _statistics = "arena", _ArenaStatistics

    def __init__(self, name="arena", limit=0, parent=None, chunk_bytes=0, chunk_bytes_max=0):
        super().__init__(_named(_ArenaOptions, name, limit, parent, chunk_bytes=chunk_bytes,
                                chunk_bytes_max=chunk_bytes_max))

    def allocate(self, size, alignment=16):
        return Block(self._use("allocate_aligned", alignment, size), size)

    @contextlib.contextmanager
    def scratch(self):
        """`with arena.scratch():` ends what is allocated inside."""
        checkpoint = self._use("open_checkpoint")
        try:
            yield self
        finally:
            self._use("rewind", checkpoint)
            self._use("close_checkpoint", checkpoint)

    def reset(self, keep=ctypes.c_size_t(-1).value):
        """Ends all blocks, and keeps at most so many bytes for the next ones."""
        self._use("reset", keep)


class Pool(_Owner):
    """Blocks of one size, for any thread."""

    _family, _statistics = "pool", _PoolStatistics

    def __init__(self, size, name="pool", limit=0, parent=None, alignment=0, capacity=0,
                 maximum=0):
        self.size = size
        super().__init__(_named(_PoolOptions, name, limit, parent, size=size,
                                alignment=alignment, capacity=capacity, maximum=maximum))

    def allocate(self):
        return Block(self._use("allocate"), self.size)

    def free(self, block):
        self._use("deallocate", block.address)

    def reset(self):
        """Frees all blocks."""
        self._use("reset")
