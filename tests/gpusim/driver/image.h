// The library or program that the kernels are part of, as loaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace gpusim {

// Points `shared` at this host thread's copy of the kernels' __shared__ arrays, the library's thread-local storage.
void findShared();
// Makes the arrays uninitialised again, at the start of a block.
void poisonShared();

// "gates.cu:41" for an address in a kernel's code; empty if addr2line is missing or does not know.
std::string sourceLine(const void* code);

}  // namespace gpusim
