# JNI's headers, of the JDK in JAVA_HOME (as Maven sets it), else of the javac on the PATH: FindJNI does not follow its links.
# Whose: cpu, tests/gpusim.
if("$ENV{JAVA_HOME}" STREQUAL "")
  find_program(JAVAC javac REQUIRED)
  get_filename_component(javac "${JAVAC}" REALPATH)
  get_filename_component(bin "${javac}" DIRECTORY)
  get_filename_component(home "${bin}" DIRECTORY)
  set(ENV{JAVA_HOME} "${home}")
endif()
set(JAVA_AWT_LIBRARY NotNeeded)
find_package(JNI REQUIRED COMPONENTS)
