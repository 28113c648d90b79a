// Threads of a block, and how those of a warp exchange values.
#pragma once

#include "fibre.h"
#include "gpusim_device.h"

namespace gpusim {

struct Lane {
  enum State { kDone, kReady, kBarrier, kWarp };
  struct Operation {
    device::Shuffle kind;
    int argument;
    int width;  // -1 afterwards if the operation was not allowed
  };
  State state;
  Fibre* fibre;
  const char* file;  // of the barrier
  int line;
  Operation operation;
  unsigned mask;
  uint64_t bits;
};

// Lets warps go on in which all lanes of a mask have met; false if there is none.
bool releaseWarps(Lane* lanes, unsigned threads);

}  // namespace gpusim
