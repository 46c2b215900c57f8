/* A library with a RUNPATH of its own: only from here is the plug-in's bare
   name found. So this works only if dlopen still sees who called it. */
#include <dlfcn.h>

void* host_open(const char* name, int mode) {
  /* Through a volatile, or this very call becomes a jump and the caller's is seen. */
  void* volatile plugin = dlopen(name, mode);
  return plugin;
}
