/* A C program that loads C++ code late: operator new must find the C++ runtime
   that came with it, which only the plug-in sees, and throw through it. */
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  void* plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (plugin == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  int (*failures)(void) = (int (*)(void))dlsym(plugin, "late_runtime_failures");
  return failures();
}
