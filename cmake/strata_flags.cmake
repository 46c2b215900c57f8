# How strata's own code is compiled. Two kinds of targets exist:
#
#   own    everything of ours: language level, warnings, include roots
#   core   what runs under the program's malloc: own, and in addition free of
#          the C++ runtime (no exceptions, no RTTI, no guard variables), with
#          thread-local storage that needs no call
include_guard(GLOBAL)
include(CheckCXXCompilerFlag)
include(GNUInstallDirs)

# Flags that only some compilers or processors know.
set(strata_core_flags
    -fno-exceptions
    -fno-rtti
    -fno-threadsafe-statics
    # Debuggers and profilers walk through, and exceptions leave operator new.
    -fasynchronous-unwind-tables
    -ftls-model=initial-exec
    -fno-plt
    -fno-stack-protector
    # The compiler must not assume what malloc does while it compiles malloc.
    -fno-builtin-malloc
    # Two pointers stored side by side are two stores, not a vector put together first.
    -fno-tree-slp-vectorize
    # No landing pads for indirect branches: entry points are one jump from the caller.
    -fcf-protection=none)
foreach(flag IN LISTS strata_core_flags)
  string(MAKE_C_IDENTIFIER "STRATA_HAS${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(NOT ${known})
    list(REMOVE_ITEM strata_core_flags ${flag})
  endif()
endforeach()

# Reports need file and line. What -g tells debuggers beyond that is a quarter of
# what g++ takes to compile a test.
if(STRATA_SANITIZE)
  add_compile_options(-fsanitize=${STRATA_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${STRATA_SANITIZE})
endif()

# For folders whose code runs long under a sanitizer. Elsewhere -O0 does: optimising
# doubles what g++ takes to compile a test, and triples what clang takes.
function(strata_optimise_sanitized)
  if(STRATA_SANITIZE)
    add_compile_options(-O1)
    set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON PARENT_SCOPE) # made without -O1
  endif()
endfunction()

if(STRATA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

function(strata_own target)
  target_compile_features(${target} PRIVATE c_std_99 cxx_std_20)
  set_target_properties(
    ${target}
    PROPERTIES C_EXTENSIONS OFF
               C_STANDARD_REQUIRED ON
               CXX_EXTENSIONS OFF
               CXX_STANDARD_REQUIRED ON
               POSITION_INDEPENDENT_CODE ON
               C_VISIBILITY_PRESET hidden
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src"
                                               "${PROJECT_SOURCE_DIR}/include")
  target_compile_definitions(${target} PRIVATE STRATA_VERSION="${PROJECT_VERSION}")
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Wrong about std::string in g++ 12: https://gcc.gnu.org/PR105651
    target_compile_options(${target} PRIVATE -Wno-restrict)
    if(STRATA_SANITIZE)
      # Wrong about std::regex in instrumented code: https://gcc.gnu.org/PR105562
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
    endif()
  endif()
  if(STRATA_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(STRATA_LTO)
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endfunction()

function(strata_core_target target)
  strata_own(${target})
  target_compile_options(${target} PRIVATE ${strata_core_flags})
endfunction()
