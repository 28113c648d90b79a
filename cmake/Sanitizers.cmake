# -DSANITIZE=ON: AddressSanitizer and UndefinedBehaviorSanitizer in everything that is added after this. Whose: cpu.
# The simulated GPU instruments kernels with calls of its own instead (tests/gpusim/CMakeLists.txt).
option(SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

if(SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-Og") # compiles in less than half the time of -O1
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1) # lines, for reports
  add_link_options(-fsanitize=address,undefined)
endif()
