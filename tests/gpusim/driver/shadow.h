// What is known about each byte and word of device memory and of a block's shared memory: whether it is allocated,
// whether it was written, and who touched it last, for finding races.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gpusim {

enum ByteState : uint8_t { kNothing = 0, kAllocated = 1, kWritten = 3 };

// Last writer and reader of a 4-byte word. Each is 0 (none) or
//   bits 0-31   thread within the launch: block * threads of a block + thread
//   bits 32-43  how many barriers its block had passed
//   bits 44-47  writer: which bytes; reader: kManyInBlock, kManyBlocks
//   bits 48-63  which piece of work (an epoch, never 0)
struct Cell {
  uint64_t writer;
  uint64_t reader;
};

constexpr int kPhaseShift = 32;
constexpr int kFlagShift = 44;
constexpr int kEpochShift = 48;
constexpr uint64_t kPhaseMask = uint64_t{0xfff} << kPhaseShift;
constexpr uint64_t kFlagMask = uint64_t{0xf} << kFlagShift;
constexpr uint64_t kManyInBlock = uint64_t{1} << kFlagShift;
constexpr uint64_t kManyBlocks = uint64_t{2} << kFlagShift;

// A range of addresses with a state for each byte and a cell for each word.
struct Space {
  uintptr_t base;
  size_t size;
  ByteState* states;
  Cell* cells;
};

extern Space global;  // all of device memory
extern Space shared;  // this host thread's copy of the kernels' __shared__ arrays

// Pieces of work are ordered by streams, events and the host's waiting: vector clocks (Mattern 1989), one component
// for each stream, counting the pieces of work put into it.
using Clock = std::vector<uint64_t>;

// The piece of work that runs now.
struct Current {
  uint64_t me;  // its cell value: epoch, and for a kernel the phase and the thread
  uint32_t firstOfBlock;
  uint32_t threadsOfBlock;  // 0: not a kernel
  uintptr_t stackLow, stackHigh;
  uintptr_t paramsLow, paramsHigh;
  uint64_t readBytes, writtenBytes, distinctReadBytes, distinctWrittenBytes;
};

extern Current current;

// What of `shared` was written since it was last poisoned, as offsets.
struct Dirty {
  size_t low, high;
};

extern Dirty dirty;

// Begins a piece of work of a stream at a time; returns its epoch.
void beginEpoch(unsigned stream, uint64_t sequence, const Clock& clock);
void endEpoch();
// Whether the piece of work with this epoch is known to be over before the current one begins.
bool lookUpOrder(uint64_t epoch);
constexpr size_t kEpochs = 1 << 16;
// For which piece of work an epoch was last found to be over before it; many words have the same few.
extern uint16_t orderedFor[kEpochs];
inline bool ordered(uint64_t epoch) {
  uint64_t now = current.me >> kEpochShift;
  if (orderedFor[epoch] == now && now != 0) return true;  // 0: no piece of work runs
  if (!lookUpOrder(epoch)) return false;
  orderedFor[epoch] = static_cast<uint16_t>(now);
  return true;
}
const char* epochName(uint64_t epoch);
void nameEpoch(const char* name);
// Once no cell holds one.
void forgetEpochs();

// Checks accesses of work that is not a kernel, word by word, against the work of other streams; and marks them.
void touchRange(uintptr_t p, size_t bytes, bool write, const char* what);

}  // namespace gpusim
