#include "warp.h"

#include <algorithm>

namespace gpusim {

namespace {

constexpr unsigned kLanes = 32;

// The lane whose value a lane gets (CUDA C++ programming guide, "Warp shuffle functions").
unsigned source(const Lane::Operation& o, unsigned lane) {
  unsigned width = static_cast<unsigned>(o.width), argument = static_cast<unsigned>(o.argument);
  unsigned first = lane / width * width, inside = lane % width;
  switch (o.kind) {
    case device::Shuffle::kLane:
      return first + argument % width;
    case device::Shuffle::kUp:
      return inside < argument ? lane : lane - argument;
    case device::Shuffle::kDown:
      return inside + argument >= width ? lane : lane + argument;
    case device::Shuffle::kXor:
      return (lane ^ argument) >= first + width ? lane : (lane ^ argument);
    default:
      return lane;
  }
}

bool met(const Lane* warp, unsigned lanes, unsigned first) {
  unsigned mask = warp[first].mask;
  for (unsigned k = 0; k < kLanes; k++) {
    if ((mask >> k & 1) == 0) continue;
    if (k >= lanes || warp[k].state != Lane::kWarp || warp[k].mask != mask ||
        warp[k].operation.kind != warp[first].operation.kind) {
      return false;
    }
  }
  return true;
}

void exchange(Lane* warp, unsigned mask) {
  uint64_t before[kLanes];
  uint64_t votes = 0;
  for (unsigned k = 0; k < kLanes; k++) {
    if ((mask >> k & 1) == 0) continue;
    before[k] = warp[k].bits;
    votes |= (before[k] & 1) << k;
  }
  for (unsigned k = 0; k < kLanes; k++) {
    if ((mask >> k & 1) == 0) continue;
    Lane& lane = warp[k];
    lane.state = Lane::kReady;
    if (lane.operation.kind == device::Shuffle::kBallot) {
      lane.bits = votes;
      continue;
    }
    unsigned from = source(lane.operation, k);
    if (from >= kLanes || (mask >> from & 1) == 0) {
      lane.operation.width = -1;
    } else {
      lane.bits = before[from];
    }
  }
}

}  // namespace

bool releaseWarps(Lane* lanes, unsigned threads) {
  bool released = false;
  for (unsigned start = 0; start < threads; start += kLanes) {
    Lane* warp = lanes + start;
    unsigned count = std::min(kLanes, threads - start);
    for (unsigned k = 0; k < count; k++) {
      if (warp[k].state == Lane::kWarp && met(warp, count, k)) {
        exchange(warp, warp[k].mask);
        released = true;
      }
    }
  }
  return released;
}

}  // namespace gpusim
