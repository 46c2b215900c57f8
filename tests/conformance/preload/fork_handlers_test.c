/* Forks a program with a library whose fork handlers allocate; with an argument, they
   are the first to do so in the process. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void use_fork_handlers(void);

int main(int count, char** arguments) {
  (void)arguments;
  use_fork_handlers();
  void* block = count > 1 ? NULL : malloc(10);
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
