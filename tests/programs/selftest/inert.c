// A library that is loaded but replaces nothing: the driver must refuse to call
// that a test of an allocator.
int strata_inert_preload(void);

int strata_inert_preload(void) { return 1; }
