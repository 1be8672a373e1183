# Our headers as users include them, under one name: "autograd/ops.h" in ours becomes "gradzoo/autograd/ops.h" in theirs,
# so that no folder of ours has a claim on a user's include path.
# cmake -D SOURCE_DIR=... -D OUTPUT_DIR=... -D FLOORS=autograd,nn,... -P public_headers.cmake
cmake_minimum_required(VERSION 3.25)

string(REPLACE "," ";" FLOORS "${FLOORS}")
list(JOIN FLOORS "|" any_floor)
set(headers "")
foreach(floor IN LISTS FLOORS)
  file(GLOB_RECURSE of_floor RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/${floor}/*.h")
  list(APPEND headers ${of_floor})
endforeach()
if(nn IN_LIST FLOORS)
  list(APPEND headers gradzoo.h)
endif()
file(REMOVE_RECURSE "${OUTPUT_DIR}/gradzoo")
foreach(header IN LISTS headers)
  file(READ "${SOURCE_DIR}/${header}" text)
  string(REGEX REPLACE "#include \"(${any_floor})/" "#include \"gradzoo/\\1/" text "${text}")
  file(WRITE "${OUTPUT_DIR}/gradzoo/${header}" "${text}")
endforeach()
