# cmake -DCOMPILER=<c++> -DSOURCE=<file> -DINCLUDE=<folder> -P must_not_compile.cmake
#
# Succeeds when the file compiles, does not with STRATA_FORBIDDEN, and the errors
# then match the file's line "// says: <regular expression>".
file(STRINGS "${SOURCE}" wanted REGEX "^// says: " LIMIT_COUNT 1)
string(REGEX REPLACE "^// says: " "" wanted "${wanted}")
if(wanted STREQUAL "")
  message(FATAL_ERROR "${SOURCE}: no line '// says: <regular expression>'")
endif()

set(compile "${COMPILER}" -std=c++20 -fsyntax-only "-I${INCLUDE}")

execute_process(
  COMMAND ${compile} "${SOURCE}"
  RESULT_VARIABLE failed
  ERROR_VARIABLE said)
if(failed)
  message(FATAL_ERROR "${SOURCE} must compile without STRATA_FORBIDDEN:\n${said}")
endif()

execute_process(
  COMMAND ${compile} -DSTRATA_FORBIDDEN "${SOURCE}"
  RESULT_VARIABLE failed
  ERROR_VARIABLE said)
if(NOT failed)
  message(FATAL_ERROR "${SOURCE} compiles, although it must not")
endif()
if(NOT said MATCHES "${wanted}")
  message(FATAL_ERROR "${SOURCE} fails, but does not say '${wanted}':\n${said}")
endif()
