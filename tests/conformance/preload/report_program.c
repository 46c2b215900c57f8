/* Ends in the way its argument names; report.sh looks at what is left behind. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void in_child(void (*end)(int)) {
  const pid_t child = fork();
  if (child == 0) end(0);
  waitpid(child, NULL, 0);
}

int main(int count, char** arguments) {
  const char* how = count == 2 ? arguments[1] : "";
  if (strcmp(how, "return") == 0) return 0;
  if (strcmp(how, "exit") == 0) exit(0);
  if (strcmp(how, "_exit") == 0) _exit(0);
  if (strcmp(how, "_Exit") == 0) _Exit(0);
  if (strcmp(how, "quick_exit") == 0) quick_exit(0);
  if (strcmp(how, "abort") == 0) abort();
  if (strcmp(how, "child_exit") == 0) {
    in_child(exit);
    abort();
  }
  if (strcmp(how, "child__exit") == 0) {
    in_child(_exit);
    abort();
  }
  if (strcmp(how, "exec") == 0) {
    unsetenv("LD_PRELOAD");
    execl("/bin/true", "true", (char*)NULL);
  }
  return 1;
}
