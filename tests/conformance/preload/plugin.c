/* A plug-in that says which malloc it got. plugin_test.c opens it. */
#include <stdlib.h>
#include <string.h>

void* (*plugin_malloc(void))(size_t) { return malloc; }

char* plugin_text(void) { return strdup("made by the plug-in"); }
