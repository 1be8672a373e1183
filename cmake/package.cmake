# cpack -G DEB in the build folder: gradzoo_<version>_<architecture>.deb. A debian/ folder would say all this again in a
# language of its own. Without gradzoo-mpi, which each cluster builds with its own MPI.
set(debian "${PROJECT_BINARY_DIR}/debian")
file(READ LICENSE license)
string(REGEX REPLACE "^MIT License\n\nCopyright \\(c\\) ([^\n]*)\n\n" "" license_text "${license}")
set(copyright_holders "${CMAKE_MATCH_1}")
string(REGEX REPLACE "\n$" "" license_text "${license_text}")
string(REPLACE "\n\n" "\n.\n" license_text "${license_text}")
string(REPLACE "\n" "\n " license_text "${license_text}")
configure_file(cmake/copyright.in "${debian}/copyright" @ONLY)

# In Debian's form, from the page that people read.
set(maintainer "gradzoo contributors <maintainers@gradzoo.example>")
execute_process(
  COMMAND "${CMAKE_COMMAND}" -D "CHANGELOG=${PROJECT_SOURCE_DIR}/docs/changelog.md" -D "OUTPUT=${debian}/changelog" -D
          "MAINTAINER=${maintainer}" -D "VERSION=${PROJECT_VERSION}" -P "${PROJECT_SOURCE_DIR}/cmake/debian_changelog.cmake"
  COMMAND_ERROR_IS_FATAL ANY)
file(WRITE "${debian}/NOTICES" "${license}")
if(EXISTS "${PROJECT_SOURCE_DIR}/tools/notices")
  execute_process(COMMAND tools/notices WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_FILE "${debian}/NOTICES"
                  COMMAND_ERROR_IS_FATAL ANY)
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS docs/changelog.md LICENSE)
install(FILES "${debian}/copyright" "${debian}/changelog.gz" "${debian}/NOTICES" DESTINATION "${CMAKE_INSTALL_DOCDIR}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME gradzoo)
set(CPACK_PACKAGE_VENDOR gradzoo)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${maintainer}")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)  # by which dpkg knows libgradzoo.so for ours
if(GRADZOO_SHARED)
  file(WRITE "${debian}/triggers" "activate-noawait ldconfig\n")
  set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${debian}/triggers")
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL Unspecified)
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_NAME gradzoo)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "generative models trained with a readable tape autodiff")
set(CPACK_DEBIAN_UNSPECIFIED_DESCRIPTION
    "A small reverse-mode automatic differentiation engine in C++20 with
derivatives of any order, and a zoo of generative models trained with it on a
multicore CPU: variational auto-encoders, GANs, energy-based models, RBMs,
score and denoising models, flows, diffusion.

The package has the command with its manual, the library with its headers,
the MNIST digits, trained models and the documentation.")
# What a program of one's own is compiled with; the command needs none of it.
set(of_static_library ", libhwy-dev, libjpeg62-turbo-dev, libmd-dev, libopenblas-dev, libpng-dev, libzip-dev, zlib1g-dev")
if(GRADZOO_SHARED)
  set(of_static_library "")
endif()
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_RECOMMENDS "libfmt-dev${of_static_library}")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_SUGGESTS "cmake, g++, pkgconf")
# python3-gradzoo: the module, for the version of Python that it was compiled for.
if(TARGET gradzoo_python AND GRADZOO_SHARED)
  list(APPEND CPACK_COMPONENTS_ALL python)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}")  # libgradzoo.so, of the other package
  set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-gradzoo)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
  execute_process(
    COMMAND "${GRADZOO_PYTHON_EXECUTABLE}" -c "import sys; a, b = sys.version_info[:2]; print(f'python3 (>= {a}.{b}), python3 (<< {a}.{b + 1})')"
    OUTPUT_VARIABLE pythons OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS "gradzoo (= ${PROJECT_VERSION}), python3-numpy, ${pythons}")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS "python3-tqdm, jupyter-notebook")
  set(CPACK_DEBIAN_PYTHON_DESCRIPTION
    "The module gradzoo of Python 3: tensors, ops, derivatives of any order and
their checks, layers, and trained generative models, which notebooks show
inline.")
  # Python keeps compiled modules beside their sources: the package makes them at installation, and removes them.
  set(scripts postinst prerm)
  set(commands py3compile py3clean)
  foreach(script command IN ZIP_LISTS scripts commands)
    set(file "${debian}/python3/${script}")
    file(WRITE "${file}" "#!/bin/sh\nset -e\n${command} -p python3-gradzoo\n")
    file(CHMOD "${file}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    list(APPEND CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA "${file}")
  endforeach()
  install(FILES "${debian}/copyright" "${debian}/changelog.gz" DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/python3-gradzoo"
          COMPONENT python EXCLUDE_FROM_ALL)
endif()
include(CPack)
