# A heap below an account with a limit, and a block that code in C could share.
import strata

server = strata.Account("server", limit=64 << 20)
with strata.Heap("frames", parent=server) as heap:
    block = heap.allocate(1 << 20, alignment=4096)
    block.view[:5] = b"hello"
    print(server.usage, heap.statistics().live)
