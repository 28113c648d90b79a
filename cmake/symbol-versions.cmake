# Fails if a shared library needs more than an old system has. Whose: PortableLibrary.cmake.
#   cmake -DREADELF=.. -DLIBRARY=FILE -DGLIBC=2.17 -DALLOWED=NAME|NAME| -P symbol-versions.cmake
#   ALLOWED: names of libraries without .so, beside the C library and the dynamic linker
execute_process(
  COMMAND "${READELF}" --wide --dynamic --version-info "${LIBRARY}"
  OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)

string(REGEX MATCHALL "\\(NEEDED\\)[^\n]*\\[[^]\n]*" needed "${text}")
foreach(line IN LISTS needed)
  string(REGEX REPLACE ".*\\[" "" name "${line}")
  if(NOT name MATCHES "^(libc|${ALLOWED}ld-linux[-a-z0-9_]*)\\.so")
    message(FATAL_ERROR "${LIBRARY} needs the library ${name}")
  endif()
endforeach()

if(NOT text MATCHES "Name: GLIBC_")
  message(FATAL_ERROR "${LIBRARY}: readelf names no symbol versions: ${text}")
endif()
string(REGEX MATCHALL "Name: GLIBC_[A-Za-z0-9_.]*" versions "${text}")
foreach(version IN LISTS versions)
  string(REPLACE "Name: GLIBC_" "" version "${version}")
  if(NOT version MATCHES "^[0-9.]+$" OR version VERSION_GREATER GLIBC)
    message(FATAL_ERROR "${LIBRARY} needs GLIBC_${version}, newer than ${GLIBC}: nm -D --undefined-only shows of which function")
  endif()
endforeach()
