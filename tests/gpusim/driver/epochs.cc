// The order of pieces of work among streams.
#include <sys/mman.h>

#include <algorithm>
#include <array>

#include "shadow.h"

namespace gpusim {

namespace {

struct Epoch {
  uint64_t sequence;
  unsigned stream;
  const char* name;
};

std::array<Epoch, kEpochs> epochs;
uint64_t last = 0;
Clock now;

}  // namespace

Space shared;
Current current;
Dirty dirty = {SIZE_MAX, 0};
uint16_t orderedFor[kEpochs];

void beginEpoch(unsigned stream, uint64_t sequence, const Clock& clock) {
  if (++last == kEpochs) {
    madvise(global.cells, global.size / 4 * sizeof(Cell), MADV_DONTNEED);
    forgetEpochs();
  }
  epochs[last] = {sequence, stream, "?"};
  now = clock;
  current = {};
  current.me = last << kEpochShift;
}

void endEpoch() { current = {}; }

void nameEpoch(const char* name) { epochs[last].name = name; }

const char* epochName(uint64_t epoch) { return epochs[epoch].name; }

bool lookUpOrder(uint64_t epoch) {
  const Epoch& e = epochs[epoch];
  return e.stream < now.size() && now[e.stream] >= e.sequence;
}

void forgetEpochs() {
  std::fill_n(orderedFor, kEpochs, 0);
  last = 1;
}

}  // namespace gpusim
