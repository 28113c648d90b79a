// Device memory: one stretch of addresses.
//
// Addresses are handed out in rising order and not again while anything is alive, each allocation between guard
// zones, so that whatever lies outside or was freed is known as such.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "shadow.h"

namespace gpusim {

class Memory {
 public:
  Memory();

  // 0 if more than `capacity` bytes would be in use.
  uintptr_t allocate(size_t bytes, size_t capacity);
  bool free(uintptr_t start);
  void freeAll();

  bool wasFreed(uintptr_t start) const;
  size_t used() const { return used_; }
  bool contains(uintptr_t p, size_t bytes) const;  // in one live allocation
  bool find(uintptr_t p, uintptr_t* start, size_t* bytes) const;

  // "8 bytes past an allocation of 64 bytes", for an address outside of all.
  std::string describe(uintptr_t p) const;

 private:
  struct Freed {
    uintptr_t start;
    size_t bytes;
  };
  void forget(uintptr_t start, size_t bytes);

  std::map<uintptr_t, size_t> live_;
  std::deque<Freed> freed_;  // the last ones, newest first
  uintptr_t next_;
  size_t used_ = 0;
};

}  // namespace gpusim
