# find_package(gradzoo): the target gradzoo::gradzoo. Include <gradzoo/gradzoo.h>, or one header as <gradzoo/autograd/ops.h>.
include("${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake")
gradzoo_report_missing()
include("${CMAKE_CURRENT_LIST_DIR}/gradzoo-targets.cmake")
