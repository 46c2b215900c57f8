# Functions that make tests. Every test carries the label of the layer it
# proves, so that `ctest -L '^heap$'` runs a layer.
include_guard(GLOBAL)
include(GoogleTest)
find_package(GTest REQUIRED)

set(strata_layers base os account region heap arena pool object stack adaptor context override c
                  tools)

# Seconds. Only what hangs should end by it: some tests take 20 s under ThreadSanitizer,
# and several times that where the machine is busy.
if(STRATA_SANITIZE)
  set(strata_test_timeout 600)
else()
  set(strata_test_timeout 120)
endif()

# ThreadSanitizer knows only some layouts of the address space, and a kernel
# with much randomness leaves them. Some containers forbid to turn it off.
if(STRATA_SANITIZE MATCHES thread)
  set(fixed_layout setarch --addr-no-randomize)
  execute_process(COMMAND ${fixed_layout} true RESULT_VARIABLE refused ERROR_QUIET)
  if(NOT refused)
    set(CMAKE_CROSSCOMPILING_EMULATOR ${fixed_layout})
  endif()
endif()

# Files in tests/support, and what nearly every test links.
file(GLOB support_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/support/*.cpp")
add_library(strata_test_support INTERFACE)
if(support_sources)
  add_library(strata_test_support_objects STATIC EXCLUDE_FROM_ALL ${support_sources})
  strata_own(strata_test_support_objects)
  target_include_directories(strata_test_support_objects PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(strata_test_support_objects PRIVATE strata_internal GTest::gmock)
  target_link_libraries(strata_test_support INTERFACE strata_test_support_objects)
endif()
target_include_directories(strata_test_support INTERFACE "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(strata_test_support INTERFACE strata_internal GTest::gmock
                                                    GTest::gtest_main Threads::Threads)
if(TARGET strata_fake_os)
  target_link_libraries(strata_test_support INTERFACE strata_fake_os)
endif()

# GoogleTest's header, compiled once: reading it is a fifth of an optimised test.
# Nothing else goes in, so that a test which forgets an include of ours or of the
# standard library fails as before. The owner is an executable: g++ compiles libraries
# as another kind of position-independent code.
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/test_header.cpp" CONTENT "")
add_executable(strata_test_header EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/test_header.cpp")
strata_own(strata_test_header)
target_link_libraries(strata_test_header PRIVATE GTest::gtest_main)
target_precompile_headers(strata_test_header PRIVATE <gtest/gtest.h>)

# strata_test(NAME <name> LAYER <layer> SOURCES <file>...
#             [LIBRARIES <target>...] [LABELS <more>...] [TIMEOUT <seconds>])
# One GoogleTest executable; each of its tests becomes a ctest test. TIMEOUT is for those
# that need longer than all others.
function(strata_test)
  cmake_parse_arguments(PARSE_ARGV 0 test "" "NAME;LAYER;TIMEOUT" "SOURCES;LIBRARIES;LABELS")
  if(NOT test_LAYER IN_LIST strata_layers)
    message(FATAL_ERROR "strata_test(${test_NAME}): there is no layer '${test_LAYER}'")
  endif()
  foreach(source IN LISTS test_SOURCES)
    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE path)
    if(NOT EXISTS "${path}")
      # Not an error, so that a half-written test stops nobody else; ./test refuses it.
      message(WARNING "strata_test(${test_NAME}): there is no ${source}")
      return()
    endif()
  endforeach()
  if(NOT test_TIMEOUT OR test_TIMEOUT LESS strata_test_timeout)
    set(test_TIMEOUT ${strata_test_timeout})
  endif()
  add_executable(${test_NAME} ${test_SOURCES})
  strata_own(${test_NAME})
  # libraries first: a whole malloc must come before the archive that shares its objects
  target_link_libraries(${test_NAME} PRIVATE ${test_LIBRARIES} strata_test_support)
  target_precompile_headers(${test_NAME} REUSE_FROM strata_test_header)
  gtest_discover_tests(
    ${test_NAME}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${test_LAYER};${test_LABELS}" TIMEOUT ${test_TIMEOUT})
endfunction()

# tests/unit/<layer>/*_test.cpp become the executable <layer>_test.
function(strata_tests_for_layer layer)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/unit/${layer}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  set(libraries)
  if(layer STREQUAL "override")
    if(NOT TARGET strata_malloc_static)
      return()
    endif()
    set(libraries strata_malloc_static)
  elseif(layer STREQUAL "tools")
    if(NOT TARGET strata_command_parts)
      return()
    endif()
    set(libraries strata_command_parts)
  endif()
  strata_test(NAME ${layer}_test LAYER ${layer} SOURCES ${sources} LIBRARIES ${libraries})
endfunction()
