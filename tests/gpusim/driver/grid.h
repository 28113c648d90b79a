// Runs a kernel: blocks one after the other, a block's threads as fibres that meet at barriers and shuffles.
#pragma once

#include <string>

#include "gpusim_device.h"

namespace gpusim {

struct Extent {
  unsigned x, y, z;
  uint64_t count() const { return uint64_t{x} * y * z; }
};

// A kernel with C linkage and its parameter struct's size.
class Function {
 public:
  Function(const char* name, size_t bytes, unsigned maxThreads, device::Invoker invoke)
      : name(name), bytes(bytes), maxThreads(maxThreads), invoke(invoke) {}
  const char* const name;
  const size_t bytes;
  const unsigned maxThreads;  // of a block
  const device::Invoker invoke;
};

// Inside work; throws Fault.
void runGrid(const Function& function, Extent grid, Extent block, const void* params);

// True while a kernel's thread runs: then a fault must not be thrown but leave the fibre.
bool onFibre();
[[noreturn]] void leaveFibre(int status, std::string message, const void* code);

std::string describeThread();                 // the one that runs now: "kernel K, block (x,y,z), thread (x,y,z)"
std::string describeThread(uint32_t thread);  // one of the same launch: "block (x,y,z), thread (x,y,z)"

// Whether an address lies in what the library has in read-only memory.
bool isConstant(uintptr_t p);

// Makes a planted fault active; 0: none.
void plant(int number);

}  // namespace gpusim
