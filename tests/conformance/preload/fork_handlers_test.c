/* Forks a program with a library whose fork handlers allocate. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void use_fork_handlers(void);

int main(void) {
  use_fork_handlers();
  void* block = malloc(10);
  const pid_t child = fork();
  if (child == 0) {
    free(block);
    _exit(malloc(100000) == NULL);
  }
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child) return 2;
  free(block);
  return status == 0 ? 0 : 1;
}
