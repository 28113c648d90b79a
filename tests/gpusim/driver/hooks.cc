// What -fsanitize=thread calls before every load and store of a kernel; our own, instead of ThreadSanitizer's.
//
// An access must lie in device memory, in this block's shared memory, on the thread's stack, in the kernel's
// parameters or in constants; be aligned; read only what was written; and not race with another thread.
#include <cstring>
#include <string>

#include "fault.h"
#include "grid.h"
#include "journal.h"
#include "shadow.h"
#include "simulator.h"

namespace gpusim {

namespace {

using std::to_string;

[[noreturn]] __attribute__((noinline, cold)) void outside(uintptr_t p, size_t bytes, bool write, const void* code) {
  std::string what = std::string(write ? "write" : "read") + " of " + to_string(bytes) + " bytes";
  if (p - global.base < global.size) {
    // The first byte that does not belong to anything is the one to talk about.
    uintptr_t at = p;
    while (at < p + bytes && global.states[at - global.base] != kNothing) at++;
    std::string where = simulator().memory.describe(at);
    bool freed = where.find("freed") != std::string::npos;
    fault(kIllegalAddress, (freed ? "use after free: " : "out of bounds ") + what + ", " + where, code);
  }
  fault(kIllegalAddress,
        what + (p < 4096 ? " at null" : " outside of device memory") + format(" (%p)", reinterpret_cast<void*>(p)),
        code);
}

[[noreturn]] __attribute__((noinline, cold)) void unwritten(const Space& space, uintptr_t p, size_t bytes,
                                                            const void* code) {
  fault(kLaunchFailed,
        "uninitialised read of " + to_string(bytes) + " bytes" +
            (&space == &shared ? " of shared memory" : ", " + simulator().memory.describe(p)),
        code);
}

[[noreturn]] __attribute__((noinline, cold)) void misaligned(uintptr_t p, size_t bytes, bool write, const void* code) {
  fault(kMisalignedAddress,
        std::string("misaligned ") + (write ? "write" : "read") + " of " + to_string(bytes) + " bytes, " +
            (p - global.base < global.size ? simulator().memory.describe(p) : "not in device memory"),
        code);
}

[[noreturn]] __attribute__((noinline, cold)) void race(const Space& space, uintptr_t p, bool write, uint64_t other,
                                                       bool otherWrote, const void* code) {
  std::string text = write ? "write" : "read";
  text += &space == &shared ? " of shared memory" : ", " + simulator().memory.describe(p);
  const char* did = otherWrote ? "wrote" : "read";
  if ((other ^ current.me) >> kEpochShift != 0) {
    fault(kLaunchFailed,
          std::string("race between streams: ") + text + ", that " + epochName(other >> kEpochShift) + " " + did +
              " with nothing to order the two",
          code);
  }
  fault(kLaunchFailed,
        "race: " + text + ", that " + describeThread(static_cast<uint32_t>(other)) + " " + did +
            " without a barrier between",
        code);
}

inline bool sameBlock(uint64_t cell) {
  return static_cast<uint32_t>(cell) - current.firstOfBlock < current.threadsOfBlock;
}

inline bool samePhase(uint64_t cell) { return ((cell ^ current.me) & kPhaseMask) == 0; }

// Whether an access conflicts with the last write of the word.
inline bool conflictsWithWriter(uint64_t writer, uint64_t bytes) {
  if (((writer ^ current.me) & ~kFlagMask) == 0 || writer == 0) return false;
  if ((writer ^ current.me) >> kEpochShift != 0) return !ordered(writer >> kEpochShift);
  if (static_cast<uint32_t>(writer) == static_cast<uint32_t>(current.me) || (writer & bytes) == 0) return false;
  return !sameBlock(writer) || samePhase(writer);
}

// Whether a write conflicts with the reads of the word so far.
inline bool conflictsWithReader(uint64_t reader) {
  if (reader == current.me || reader == 0) return false;
  if ((reader ^ current.me) >> kEpochShift != 0) return !ordered(reader >> kEpochShift);
  if ((reader & kManyBlocks) != 0) return true;
  if (!sameBlock(reader)) return true;
  if (!samePhase(reader)) return false;
  return static_cast<uint32_t>(reader) != static_cast<uint32_t>(current.me) || (reader & kManyInBlock) != 0;
}

inline void addReader(uint64_t* reader) {
  uint64_t r = *reader;
  if (r == current.me) return;
  if ((r ^ current.me) >> kEpochShift != 0) {
    current.distinctReadBytes += 4;
    *reader = current.me;
  } else if (!sameBlock(r)) {
    *reader = r | kManyBlocks;
  } else if (!samePhase(r)) {
    *reader = current.me | (r & kManyBlocks);
  } else if (static_cast<uint32_t>(r) != static_cast<uint32_t>(current.me)) {
    *reader = r | kManyInBlock;
  }
}

// kBytes, aligned, at an offset of a space, all of them allocated and, for a read, written.
template <size_t kBytes, bool kWrite>
inline __attribute__((always_inline)) void touchWords(const Space& space, size_t offset, const void* code) {
  uint64_t mask = kBytes < 4 ? ((uint64_t{1} << kBytes) - 1) << (kFlagShift + offset % 4) : kFlagMask;
  for (size_t k = 0; k < (kBytes + 3) / 4; k++) {
    size_t word = offset / 4 + k;
    Cell& cell = space.cells[word];
    if (__builtin_expect(conflictsWithWriter(cell.writer, mask), 0)) {
      race(space, space.base + word * 4, kWrite, cell.writer, true, code);
    }
    if (kWrite) {
      if (__builtin_expect(conflictsWithReader(cell.reader), 0)) {
        race(space, space.base + word * 4, true, cell.reader, false, code);
      }
      if ((cell.writer ^ current.me) >> kEpochShift != 0) current.distinctWrittenBytes += 4;
      cell.writer = current.me | mask;
    } else if (kBytes >= 4) {  // bytes of one word may be read and written by different threads
      addReader(&cell.reader);
    } else if ((cell.reader ^ current.me) >> kEpochShift != 0) {
      current.distinctReadBytes += kBytes;
    }
  }
}

constexpr uint64_t repeated(uint8_t byte) { return byte * 0x0101010101010101u; }

// Whether all bytes of states have the given bits.
template <size_t kBytes>
inline bool all(const ByteState* states, uint8_t bits) {
  constexpr size_t kChunk = kBytes < 8 ? kBytes : 8;
  uint64_t want = repeated(bits) >> (64 - 8 * kChunk);
  for (size_t k = 0; k < kBytes; k += kChunk) {
    uint64_t chunk = 0;
    std::memcpy(&chunk, states + k, kChunk);
    if ((chunk & want) != want) return false;
  }
  return true;
}

template <size_t kBytes, bool kWrite>
__attribute__((noinline)) void elsewhere(uintptr_t p, const void* code) {
  if (p - shared.base < shared.size && kBytes <= shared.size - (p - shared.base)) {
    size_t offset = p - shared.base;
    if (p % kBytes != 0) misaligned(p, kBytes, kWrite, code);
    if (!kWrite && !all<kBytes>(shared.states + offset, kWritten)) unwritten(shared, p, kBytes, code);
    uint64_t distinctRead = current.distinctReadBytes, distinctWritten = current.distinctWrittenBytes;
    touchWords<kBytes, kWrite>(shared, offset, code);
    current.distinctReadBytes = distinctRead;  // these count global memory
    current.distinctWrittenBytes = distinctWritten;
    if (kWrite) {
      std::memset(shared.states + offset, kWritten, kBytes);
      if (offset < dirty.low) dirty.low = offset;
      if (offset + kBytes > dirty.high) dirty.high = offset + kBytes;
    }
    return;
  }
  if (!kWrite && isConstant(p)) return;
  outside(p, kBytes, kWrite, code);
}

template <size_t kBytes, bool kWrite>
inline __attribute__((always_inline)) void access(const void* address) {
  uintptr_t p = reinterpret_cast<uintptr_t>(address);
  size_t offset = p - global.base;
  const void* code = __builtin_return_address(0);
  if (__builtin_expect(offset < global.size, 1)) {
    if (__builtin_expect(p % kBytes != 0, 0)) misaligned(p, kBytes, kWrite, code);
    ByteState* states = global.states + offset;
    if (__builtin_expect(!all<kBytes>(states, kWrite ? kAllocated : kWritten), 0)) {
      if (kWrite || !all<kBytes>(states, kAllocated)) outside(p, kBytes, kWrite, code);
      unwritten(global, p, kBytes, code);
    }
    (kWrite ? current.writtenBytes : current.readBytes) += kBytes;
    touchWords<kBytes, kWrite>(global, offset, code);
    if (kWrite) std::memset(states, kWritten, kBytes);
    return;
  }
  if (p >= current.stackLow && p < current.stackHigh) return;
  if (!kWrite && p >= current.paramsLow && p + kBytes <= current.paramsHigh) return;
  if (current.threadsOfBlock == 0) return;  // static initialisers
  elsewhere<kBytes, kWrite>(p, code);
}

// An atomic operation: of the same piece of work others may be under way at once, those before must be ordered.
uint32_t* atomically(void* address, const void* code) {
  uintptr_t p = reinterpret_cast<uintptr_t>(address);
  size_t offset = p - global.base;
  if (offset >= global.size) outside(p, 4, true, code);
  if (p % 4 != 0) misaligned(p, 4, true, code);
  if (!all<4>(global.states + offset, kAllocated)) outside(p, 4, true, code);
  if (!all<4>(global.states + offset, kWritten)) unwritten(global, p, 4, code);
  Cell& cell = global.cells[offset / 4];
  for (uint64_t other : {cell.writer, cell.reader}) {
    if (other != 0 && (other ^ current.me) >> kEpochShift != 0 && !ordered(other >> kEpochShift)) {
      race(global, p, true, other, other == cell.writer, code);
    }
  }
  cell.writer = current.me | kFlagMask;
  current.readBytes += 4;
  current.writtenBytes += 4;
  return static_cast<uint32_t*>(address);
}

void range(const void* address, size_t bytes, bool write, const void* code) {
  uintptr_t p = reinterpret_cast<uintptr_t>(address);
  if (p - global.base >= global.size && p - shared.base >= shared.size) {
    bool local = (p >= current.stackLow && p < current.stackHigh) || current.threadsOfBlock == 0 ||
                 (!write && ((p >= current.paramsLow && p + bytes <= current.paramsHigh) || isConstant(p)));
    if (!local) outside(p, bytes, write, code);
    return;
  }
  for (size_t k = 0; k < bytes;) {
    const char* at = static_cast<const char*>(address) + k;
    if ((p + k) % 4 == 0 && bytes - k >= 4) {
      write ? access<4, true>(at) : access<4, false>(at);
      k += 4;
    } else {
      write ? access<1, true>(at) : access<1, false>(at);
      k++;
    }
  }
}

}  // namespace

void touchRange(uintptr_t p, size_t bytes, bool write, const char* what) {
  for (size_t word = (p - global.base) / 4; word * 4 < p - global.base + bytes; word++) {
    Cell& cell = global.cells[word];
    uint64_t other = 0;
    if (conflictsWithWriter(cell.writer, kFlagMask)) other = cell.writer;
    if (write && conflictsWithReader(cell.reader)) other = cell.reader;
    if (other != 0) {
      fault(kLaunchFailed, std::string("race between streams: ") + what + (write ? " writes" : " reads") + " memory, " +
                               simulator().memory.describe(global.base + word * 4) + ", that " +
                               epochName(other >> kEpochShift) + " used, with nothing to order the two");
    }
    (write ? cell.writer : cell.reader) = current.me | (write ? kFlagMask : 0);
  }
}

}  // namespace gpusim

unsigned atomicOr(unsigned* address, unsigned bits) {
  uint32_t* word = gpusim::atomically(address, __builtin_return_address(0));
  uint32_t before = *word;
  *word |= bits;
  return before;
}

#define GPUSIM_HOOK extern "C" __attribute__((hot)) void
#define GPUSIM_ACCESS(bytes)                                                                      \
  GPUSIM_HOOK __tsan_read##bytes(void* p) { gpusim::access<bytes, false>(p); }                    \
  GPUSIM_HOOK __tsan_write##bytes(void* p) { gpusim::access<bytes, true>(p); }                    \
  GPUSIM_HOOK __tsan_volatile_read##bytes(void* p) { gpusim::access<bytes, false>(p); }           \
  GPUSIM_HOOK __tsan_volatile_write##bytes(void* p) { gpusim::access<bytes, true>(p); }           \
  GPUSIM_HOOK __tsan_unaligned_read##bytes(void* p) { gpusim::access<bytes, false>(p); }          \
  GPUSIM_HOOK __tsan_unaligned_write##bytes(void* p) { gpusim::access<bytes, true>(p); }          \
  GPUSIM_HOOK __tsan_unaligned_volatile_read##bytes(void* p) { gpusim::access<bytes, false>(p); } \
  GPUSIM_HOOK __tsan_unaligned_volatile_write##bytes(void* p) { gpusim::access<bytes, true>(p); }

GPUSIM_ACCESS(1)
GPUSIM_ACCESS(2)
GPUSIM_ACCESS(4)
GPUSIM_ACCESS(8)
GPUSIM_ACCESS(16)

GPUSIM_HOOK __tsan_read_range(void* p, size_t bytes) { gpusim::range(p, bytes, false, __builtin_return_address(0)); }
GPUSIM_HOOK __tsan_write_range(void* p, size_t bytes) { gpusim::range(p, bytes, true, __builtin_return_address(0)); }
GPUSIM_HOOK __tsan_func_entry(void*) {}
GPUSIM_HOOK __tsan_func_exit() {}
GPUSIM_HOOK __tsan_init() {}
GPUSIM_HOOK __tsan_vptr_update(void**, void*) {}
GPUSIM_HOOK __tsan_vptr_read(void**) {}
