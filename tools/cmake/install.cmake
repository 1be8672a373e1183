# cmake --install: the libraries, their headers, its CMake package, the command and the bundled data.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gradzoo")
install(TARGETS gradzoo EXPORT gradzoo-targets)
install(EXPORT gradzoo-targets NAMESPACE gradzoo:: DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gradzoo-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES tools/cmake/gradzoo-config.cmake tools/cmake/dependencies.cmake
              "${PROJECT_BINARY_DIR}/gradzoo-config-version.cmake" DESTINATION "${package_dir}")

install(DIRECTORY "${public_headers}/gradzoo" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY datasets/mnist DESTINATION "${CMAKE_INSTALL_DATADIR}/gradzoo/datasets")
install(DIRECTORY course zoo DESTINATION "${CMAKE_INSTALL_DATADIR}/gradzoo")
install(FILES LICENSE README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
