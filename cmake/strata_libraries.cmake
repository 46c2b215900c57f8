# Functions that make the libraries out of objects; used by src/CMakeLists.txt.
include_guard(GLOBAL)

find_package(Threads REQUIRED)

# The .cpp files of the named layers, found again when files come and go.
function(strata_sources result)
  set(found)
  foreach(layer IN LISTS ARGN)
    file(GLOB layer_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${layer}/*.cpp")
    list(APPEND found ${layer_sources})
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# What every library shows to those who link it.
function(strata_library target)
  strata_own(${target})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(
    ${target} INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
                        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(${target} PUBLIC Threads::Threads)
  # The ambient resource is one variable for the process: an executable shows its
  # own to the plug-ins that it opens.
  target_link_options(${target} INTERFACE
                      "LINKER:--export-dynamic-symbol=_ZN6strata6detail15innermost_scopeE")
endfunction()

# Before 1.0 a minor version may change the interface, so it is part of the name.
function(strata_shared_version target)
  set_target_properties(
    ${target} PROPERTIES VERSION ${PROJECT_VERSION}
                         SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()

# libstrata_c.so: strata/strata.h and nothing of C++, for programs in C and for
# languages that open libraries while they run.
function(strata_c_library)
  add_library(strata_c SHARED ${ARGN})
  add_library(strata::c ALIAS strata_c)
  strata_own(strata_c)
  set_target_properties(
    strata_c PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME c LIBRARY_OUTPUT_DIRECTORY
                                                          "${PROJECT_BINARY_DIR}")
  strata_shared_version(strata_c)
  target_include_directories(
    strata_c INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
                       "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_link_libraries(strata_c PRIVATE Threads::Threads)
  set(symbols "${PROJECT_SOURCE_DIR}/src/c/exported_symbols.map")
  # Threads that end after it was closed would run code that is gone.
  target_link_options(strata_c PRIVATE -Wl,-z,defs -Wl,-z,relro -Wl,-z,nodelete
                                       "-Wl,--version-script=${symbols}")
  set_target_properties(strata_c PROPERTIES LINK_DEPENDS "${symbols}")
endfunction()

# libstrata_malloc.so, to preload or to link, and libstrata_malloc.a, to link
# into a program whole: a linker that takes single members from it could end up
# with our malloc and somebody else's free.
function(strata_malloc_libraries)
  add_library(strata_override OBJECT ${ARGN})
  strata_core_target(strata_override)
  # Without -fno-builtin the compiler turns calloc's body into a call to calloc.
  # Optimised always: some entry points must end in a jump.
  # Aligned: where an entry point straddles cache lines, its time nearly doubles.
  target_compile_options(strata_override PRIVATE -fno-builtin -falign-functions=64
                                                 $<$<CONFIG:Debug>:-O2>)
  set(objects $<TARGET_OBJECTS:strata_core> $<TARGET_OBJECTS:strata_override>)

  add_library(strata_malloc SHARED ${objects})
  add_library(strata::malloc ALIAS strata_malloc)
  strata_own(strata_malloc)
  set_target_properties(
    strata_malloc PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME malloc
                             LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  # Only libc and the compiler's own helpers: no C++ runtime may come in, since
  # it would run under a malloc that is not there yet.
  target_link_options(strata_malloc PRIVATE -nodefaultlibs -Wl,-z,defs -Wl,-z,now -Wl,-z,relro
                                            -Wl,-z,nodelete)
  target_link_libraries(strata_malloc PRIVATE c gcc)
  set(symbols "${PROJECT_SOURCE_DIR}/src/override/exported_symbols.map")
  target_link_options(strata_malloc PRIVATE "-Wl,--version-script=${symbols}")
  set_target_properties(strata_malloc PROPERTIES LINK_DEPENDS "${symbols}")

  add_library(strata_malloc_archive STATIC ${objects})
  add_library(strata::malloc_archive ALIAS strata_malloc_archive)
  strata_own(strata_malloc_archive)
  set_target_properties(
    strata_malloc_archive
    PROPERTIES LINKER_LANGUAGE CXX OUTPUT_NAME strata_malloc EXPORT_NAME malloc_archive
               ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  target_link_libraries(strata_malloc_archive PUBLIC Threads::Threads)

  add_library(strata_malloc_static INTERFACE)
  add_library(strata::malloc_static ALIAS strata_malloc_static)
  set_target_properties(strata_malloc_static PROPERTIES EXPORT_NAME malloc_static)
  # An option, so that the linker meets it before any library: where libstrata.a came
  # first, its members would clash with the same objects in the whole archive.
  set(whole "$<TARGET_FILE:strata::malloc_archive>")
  target_link_options(strata_malloc_static
                      INTERFACE "LINKER:--whole-archive,${whole},--no-whole-archive")
  set_target_properties(strata_malloc_static PROPERTIES INTERFACE_LINK_DEPENDS "${whole}")
  # For the order of building, and for threads; nothing of it is left to be linked.
  target_link_libraries(strata_malloc_static INTERFACE strata::malloc_archive)
endfunction()
