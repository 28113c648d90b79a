# A shared library that old and small systems load: it needs no C++ runtime and no symbol of the C library newer than
# GLIBC (2.17: RHEL 7, and the first for aarch64). Why and how: docs/adr/0051. Whose: cpu.
set(GLIBC 2.17)
set(portable_library_dir ${CMAKE_CURRENT_LIST_DIR})

# For everything that goes into such a library: exceptions and type information would pull in the runtime.
set(NO_CXX_RUNTIME -fno-exceptions -fno-rtti -fno-threadsafe-statics)

# portable_library(TARGET LIBRARY..)   LIBRARY: shared libraries that it may need beside the C library
function(portable_library target)
  # Of the compiler's own only the static part of libgcc; whatever else were wanted is an error of the linker.
  target_link_options(${target} PRIVATE -nodefaultlibs -Wl,--no-undefined -Wl,--as-needed)
  target_link_libraries(${target} PRIVATE gcc c)
  set(allowed "")
  foreach(library IN LISTS ARGN)
    string(APPEND allowed "${library}|")
  endforeach()
  add_custom_command(
    TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -DREADELF=${CMAKE_READELF} -DLIBRARY=$<TARGET_FILE:${target}> -DGLIBC=${GLIBC}
            -DALLOWED=${allowed} -P ${portable_library_dir}/symbol-versions.cmake
    VERBATIM)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${portable_library_dir}/symbol-versions.cmake)
endfunction()
