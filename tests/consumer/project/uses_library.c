/* The smallest C program that uses the library: it is of the version that was asked for. */
#include <strata/strata.h>

#include <stdio.h>
#include <string.h>

int main(void) {
  if (strncmp(strata_version(), "0.1.", 4) != 0) {
    fprintf(stderr, "strata_version() is %s\n", strata_version());
    return 1;
  }
  return 0;
}
