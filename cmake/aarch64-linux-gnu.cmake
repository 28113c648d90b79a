# Compiles for 64-bit ARM with Debian's g++-aarch64-linux-gnu. Whose: cpu/check.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
