# Debugs a small compiled program: breakpoint, backtrace, watchpoint, a call.
# needs: gdb (gdb)
# needs: gcc (gcc)
# mask: 0x[0-9a-f]+
# mask: process \d+
# mask: \(LWP \d+\)|Thread \d+\.\d+
# mask: warning: (?:Error disabling address space randomization|opening /proc).*
cat >list.c <<'END'
#include <stdio.h>
#include <stdlib.h>

struct node {
  int value;
  struct node* next;
};

static int total;

static int sum(const struct node* list) {
  if (list == NULL) return total;
  total += list->value;
  return sum(list->next);
}

int main(void) {
  struct node* list = NULL;
  for (int i = 0; i < 10; ++i) {
    struct node* head = malloc(sizeof *head);
    head->value = i;
    head->next = list;
    list = head;
  }
  printf("sum %d\n", sum(list));
  return 3;
}
END
gcc -g -O0 list.c -o list
gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'set style enabled off' -ex 'break sum if list == 0' -ex run \
  -ex backtrace -ex 'info locals' -ex 'frame 3' -ex 'print *list' -ex 'print list->next->value' \
  -ex 'print total' -ex 'ptype struct node' -ex 'print sizeof(struct node)' -ex 'delete' \
  -ex 'set var total = 1000' -ex continue ./list
gdb -nx -batch -ex 'info functions sum' -ex 'disassemble /s main' ./list | sed 's/ *[0-9a-f]* <+/<+/' | sed -n 1,60p
