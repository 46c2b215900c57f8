/* A program that allocates nothing pays for no heap; with an option in the environment,
   whose refusal must be told, the heap starts before main.
     lazy_start_test       with no option of strata in the environment
     lazy_start_test early with one */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Without the C library's own buffers, which it allocates. */
static unsigned long mapped_bytes(void) {
  char text[64] = "";
  const int file = open("/proc/self/statm", O_RDONLY);
  const ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  return length > 0 ? strtoul(text, NULL, 10) * (unsigned long)sysconf(_SC_PAGESIZE) : 0;
}

int main(int count, char** arguments) {
  (void)arguments;
  const unsigned long heap_at_least = 1ul << 30;
  const unsigned long before = mapped_bytes();
  void* volatile block = malloc(1); /* else the compiler leaves it out */
  free(block);
  const unsigned long after = mapped_bytes();
  const int early = count > 1;
  if (before != 0 && (before >= heap_at_least) == early && after >= heap_at_least) return 0;
  fprintf(stderr, "%lu bytes of address space before the first allocation, %lu after it\n", before,
          after);
  return 1;
}
