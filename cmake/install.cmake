# cmake --install: the libraries, their headers, the packages by which builds find them, the command, its manual and
# completion, the bundled data and the documentation.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/gradzoo")
install(TARGETS gradzoo EXPORT gradzoo-targets)
install(EXPORT gradzoo-targets NAMESPACE gradzoo:: DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/gradzoo-config-version.cmake" COMPATIBILITY SameMinorVersion)
list(TRANSFORM floor_targets REPLACE "^gradzoo_" "" OUTPUT_VARIABLE floor_names)
list(JOIN floor_names " " floor_names)
configure_file(cmake/gradzoo-config.cmake.in "${PROJECT_BINARY_DIR}/gradzoo-config.cmake" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/gradzoo-config.cmake" "${PROJECT_BINARY_DIR}/gradzoo-config-version.cmake"
              cmake/dependencies.cmake DESTINATION "${package_dir}")

install(DIRECTORY datasets/mnist DESTINATION "${CMAKE_INSTALL_DATADIR}/gradzoo/datasets")
install(DIRECTORY course zoo DESTINATION "${CMAKE_INSTALL_DATADIR}/gradzoo")
# A folder of its own below the prefix, also where that is /usr/local: README.md and docs/ with all that they link to.
install(CODE "execute_process(
  COMMAND \"${CMAKE_COMMAND}\" -D \"SOURCE_DIR=${PROJECT_SOURCE_DIR}\" -D
          \"OUTPUT_DIR=\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}\" -P
          \"${PROJECT_SOURCE_DIR}/cmake/installed_docs.cmake\"
  COMMAND_ERROR_IS_FATAL ANY)")

# Manual pages, by the program itself, and what shells complete.
if(TARGET gradzoo_command)
  set(manual "${PROJECT_BINARY_DIR}/share/man")
  add_custom_command(
    OUTPUT "${manual}/stamp"
    COMMAND "${CMAKE_COMMAND}" -D "PROGRAM=$<TARGET_FILE:gradzoo_command>" -D "OUTPUT_DIR=${manual}/man1" -P
            "${PROJECT_SOURCE_DIR}/cmake/manual.cmake"
    COMMAND "${CMAKE_COMMAND}" -E touch "${manual}/stamp"
    DEPENDS gradzoo_programs "${PROJECT_SOURCE_DIR}/cmake/manual.cmake"
    COMMENT "Manual pages"
    VERBATIM)
  add_custom_target(gradzoo_manual ALL DEPENDS "${manual}/stamp")
  install(DIRECTORY "${manual}/man1" DESTINATION "${CMAKE_INSTALL_MANDIR}")
endif()
if(TARGET gradzoo_tools)
  install(FILES tools/mpi/mpi_processes.cpp DESTINATION "${package_dir}")
  install(FILES tools/completion/gradzoo.bash DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME gradzoo)
  install(FILES tools/completion/_gradzoo DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")
endif()

# pkg-config, for builds without CMake: the library, or all floors from the top down and what they are linked with.
set(pc_libs "")
if(GRADZOO_SHARED)
  set(pc_libs -lgradzoo ${OpenMP_CXX_FLAGS} -lfmt)
else()
  foreach(floor IN LISTS floor_targets)
    list(PREPEND pc_libs "-l${floor}")
  endforeach()
  list(APPEND pc_libs ${OpenMP_CXX_FLAGS})
  list(REMOVE_ITEM dependency_targets ZLIB::ZLIB)
  foreach(library IN LISTS dependency_targets)
    get_target_property(file ${library} IMPORTED_LOCATION)
    cmake_path(GET file STEM file)
    string(REGEX REPLACE "^lib" "-l" file "${file}")
    list(APPEND pc_libs "${file}")
  endforeach()
  list(APPEND pc_libs -lfmt -lz)
endif()
list(JOIN pc_libs " " pc_libs)
# Wherever it is installed or moved to.
file(RELATIVE_PATH pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
configure_file(cmake/gradzoo.pc.in "${PROJECT_BINARY_DIR}/gradzoo.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/gradzoo.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
