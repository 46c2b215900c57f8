/* A program that knows nothing of strata but is linked with the replacement.
 * Its malloc, and the one that libraries find, must not be the C library's. */
#define _GNU_SOURCE /* dladdr */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file that holds the function, or NULL. */
static const char* home_of(void* function) {
  Dl_info info;
  return dladdr(function, &info) != 0 ? info.dli_fname : NULL;
}

int main(void) {
  const char* home = home_of(dlsym(RTLD_DEFAULT, "malloc"));
  if (home == NULL || strstr(home, "libc.so") != NULL) {
    fprintf(stderr, "malloc is in %s\n", home == NULL ? "no file" : home);
    return 1;
  }
  char* block = malloc(100);
  if (block == NULL) {
    return 1;
  }
  memset(block, 'x', 100);
  block = realloc(block, 100000);
  if (block == NULL || block[99] != 'x') {
    return 1;
  }
  free(block);
  return 0;
}
