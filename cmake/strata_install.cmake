# What `cmake --install` puts where: headers, libraries, the command, and what
# CMake and pkg-config need to find them.
include(CMakePackageConfigHelpers)

set(strata_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/strata")
set(strata_installed strata)
set(strata_packages strata)
if(TARGET strata_c)
  list(APPEND strata_installed strata_c)
  list(APPEND strata_packages strata-c)
endif()
if(TARGET strata_malloc)
  list(APPEND strata_installed strata_malloc strata_malloc_archive strata_malloc_static)
  list(APPEND strata_packages strata-malloc)
endif()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/strata" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS ${strata_installed} EXPORT strata_targets)
if(TARGET strata_command)
  install(TARGETS strata_command)
endif()

install(EXPORT strata_targets FILE strataTargets.cmake NAMESPACE strata::
        DESTINATION "${strata_package_dir}")
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/strataConfig.cmake.in" "${PROJECT_BINARY_DIR}/strataConfig.cmake"
  INSTALL_DESTINATION "${strata_package_dir}")
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/strataConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/strataConfig.cmake"
              "${PROJECT_BINARY_DIR}/strataConfigVersion.cmake"
        DESTINATION "${strata_package_dir}")

# The folders relative to the file, so that an installed tree can be moved.
file(RELATIVE_PATH strata_pc_to_prefix "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
foreach(package IN LISTS strata_packages)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${package}.pc.in"
                 "${PROJECT_BINARY_DIR}/${package}.pc" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${package}.pc"
          DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
