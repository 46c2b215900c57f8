/* What stands around the declarations of the C interface: they have C linkage, and
 * are visible outside of a shared library. Part of strata/strata.h. */
#ifndef STRATA_C_DECLARATIONS_H
#define STRATA_C_DECLARATIONS_H

#if defined(__GNUC__)
#define STRATA_C_PRAGMA(text) _Pragma(#text)
#else
#define STRATA_C_PRAGMA(text)
#endif

#ifdef __cplusplus
#define STRATA_C_BEGIN STRATA_C_PRAGMA(GCC visibility push(default)) extern "C" {
#define STRATA_C_END \
  }                  \
  STRATA_C_PRAGMA(GCC visibility pop)
#else
#define STRATA_C_BEGIN STRATA_C_PRAGMA(GCC visibility push(default))
#define STRATA_C_END STRATA_C_PRAGMA(GCC visibility pop)
#endif

#endif
