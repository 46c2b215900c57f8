// Starts a program many times under several preloads in turn, for startup.py:
// what each start took, and what it cost in page faults and memory.
//
//   spawn RUNS PROGRAM [LIBRARY]...    an empty LIBRARY is no preload
//
// Prints a line for each run, "INDEX NANOSECONDS FAULTS PEAK_KIB", INDEX being
// that of the library, after a line of the same form whose index is -1 and whose
// peak is that of this program itself; 0 when it is unknown.
//
// C, and linked statically by startup.py, to be smaller than what it starts: the
// kernel lets a process begin with the peak of the one that it was spawned from.
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;

enum { libraries_max = 64, variables_max = 4096, preload_bytes_max = 4096 };

static long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// Ours without LD_PRELOAD; the first place is left for the one to come.
static char** plain_environment(void) {
  static char* variables[variables_max];
  int count = 1;
  for (char** each = environ; *each != NULL && count < variables_max - 1; ++each) {
    if (strncmp(*each, "LD_PRELOAD=", 11) != 0) variables[count++] = *each;
  }
  return variables;
}

// getrusage would name the peak of whoever started us.
static long own_peak_kib(void) {
  FILE* const status = fopen("/proc/self/status", "re");
  char line[256];
  long peak = 0;
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "VmHWM:", 6) == 0) peak = atol(line + 6);
  }
  if (status != NULL) fclose(status);
  return peak;
}

// Returns 0 when the program ran and ended with 0.
static int spawn_once(int index, char* program, char** environment) {
  char* arguments[] = {program, NULL};
  pid_t child = 0;
  int status = 0;
  struct rusage usage;
  const long long start = now_ns();
  if (posix_spawn(&child, program, NULL, NULL, arguments, environment) != 0) return 1;
  if (wait4(child, &status, 0, &usage) != child) return 1;
  const long long elapsed = now_ns() - start;
  printf("%d %lld %ld %ld\n", index, elapsed, usage.ru_minflt, usage.ru_maxrss);
  return status;
}

int main(int argc, char** argv) {
  const long runs = argc >= 3 ? atol(argv[1]) : 0;
  const int libraries = argc > 3 ? argc - 3 : 1;
  if (runs < 1 || libraries > libraries_max) {
    fprintf(stderr, "usage: %s RUNS PROGRAM [LIBRARY]..., with RUNS >= 1, at most %d libraries\n",
            argv[0], libraries_max);
    return 2;
  }
  printf("-1 0 0 %ld\n", own_peak_kib());

  char** const environment = plain_environment();
  static char preload[preload_bytes_max];
  environment[0] = preload;
  for (long run = 0; run < runs; ++run) {
    for (int step = 0; step < libraries; ++step) {
      // Each round begins with another one, so that none always follows the same.
      const int index = (int)((run + step) % libraries);
      const char* const library = argc > 3 ? argv[3 + index] : "";
      snprintf(preload, sizeof preload, "LD_PRELOAD=%s", library);
      if (spawn_once(index, argv[2], environment) != 0) {
        fprintf(stderr, "%s: '%s' did not run to its end with preload '%s'\n", argv[0], argv[2],
                library);
        return 1;
      }
    }
  }
  return 0;
}
