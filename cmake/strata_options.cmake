# Every option of the build, with its default. A project that adds strata as a
# subdirectory gets the libraries and nothing else; a build of strata itself
# gets everything.

option(STRATA_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(STRATA_BENCH "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(STRATA_TOOLS "Build the strata command" ${PROJECT_IS_TOP_LEVEL})
option(STRATA_INSTALL "Make the install rules" ${PROJECT_IS_TOP_LEVEL})
option(STRATA_WERROR "Warnings in strata's own code are errors" ${PROJECT_IS_TOP_LEVEL})
option(STRATA_LTO "Optimise across files when linking the libraries" OFF)
option(STRATA_FUZZ "Build the libFuzzer targets, and instrument for them; needs clang" OFF)
set(STRATA_SANITIZE
    ""
    CACHE STRING "Sanitizers for all code, as in -fsanitize= (for example address,undefined)")

# Sanitizers bring their own malloc, so the replacement is not built with them.
if(STRATA_SANITIZE)
  set(STRATA_OVERRIDE OFF)
else()
  set(STRATA_OVERRIDE ON)
endif()

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release)
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()
