/* Under the preload, a plug-in that is opened with RTLD_DEEPBIND must still get
   our malloc, and dlopen must still honour the RUNPATH of the library that calls it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef void* malloc_function(size_t);
typedef malloc_function* plugin_malloc_function(void);
typedef char* plugin_text_function(void);

void* host_open(const char* name, int mode);

static int failures = 0;

static void expect(int condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "failed: %s\n", what);
  ++failures;
}

int main(void) {
  expect(dlopen("libpreload_plugin.so", RTLD_NOW) == NULL,
         "the program itself has no RUNPATH to the plug-in");
  void* plugin = host_open("libpreload_plugin.so", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  expect(plugin != NULL, "the plug-in is found by the RUNPATH of the library that opens it");
  if (plugin == NULL) return 1;

  plugin_malloc_function* plugin_malloc = (plugin_malloc_function*)dlsym(plugin, "plugin_malloc");
  plugin_text_function* plugin_text = (plugin_text_function*)dlsym(plugin, "plugin_text");
  expect(plugin_malloc() == (malloc_function*)dlsym(RTLD_DEFAULT, "malloc"),
         "the plug-in's malloc is the program's");
  free(plugin_text());
  expect(dlclose(plugin) == 0, "the plug-in closes");
  return failures;
}
