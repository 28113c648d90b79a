#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fault.h"

namespace gpusim {

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kGuard = 16 * kPage;  // at least this much between allocations
constexpr size_t kArena = size_t{1} << 38;
constexpr size_t kLarge = size_t{4} << 20;
constexpr size_t kFreedKept = 4096;
// Pages of small allocations that lie among the first addresses are kept: giving pages back and touching new ones takes
// most of the time of a program that begins and ends.
constexpr size_t kKept = size_t{64} << 20;

void* reserve(size_t bytes) {
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) {
    std::perror("gpusim: cannot reserve addresses");
    std::abort();
  }
  madvise(p, bytes, MADV_NOHUGEPAGE);  // small allocations lie far apart
  return p;
}

size_t pages(size_t bytes) { return std::max<size_t>(1, (bytes + kPage - 1) / kPage) * kPage; }

// Large allocations are worth huge pages: without, most of the time goes into touching pages for the first time.
void advise(uintptr_t start, size_t bytes, int advice) {
  if (bytes < kLarge) return;
  size_t offset = start - global.base;
  madvise(reinterpret_cast<void*>(start), pages(bytes), advice);
  madvise(global.states + offset, pages(bytes), advice);
  madvise(global.cells + offset / 4, pages(bytes) / 4 * sizeof(Cell), advice);
}

}  // namespace

Space global;

Memory::Memory() {
  global.base = reinterpret_cast<uintptr_t>(reserve(kArena));
  global.size = kArena;
  global.states = static_cast<ByteState*>(reserve(kArena));
  global.cells = static_cast<Cell*>(reserve(kArena / 4 * sizeof(Cell)));
  next_ = global.base + kGuard;
}

uintptr_t Memory::allocate(size_t bytes, size_t capacity) {
  if (bytes > capacity || used_ > capacity - bytes) return 0;
  if (live_.empty() && next_ - global.base > kKept) {
    next_ = global.base + kGuard;
    freed_.clear();
  }
  size_t room = pages(bytes) + std::max(kGuard, pages(bytes / 4));
  if (room > global.base + global.size - next_) return 0;
  uintptr_t start = next_;
  next_ += room;
  if (freed_.size() > kFreedKept) freed_.pop_back();
  live_[start] = bytes;
  used_ += bytes;
  advise(start, bytes, MADV_HUGEPAGE);
  std::fill_n(global.states + (start - global.base), bytes, kAllocated);
  return start;
}

bool Memory::free(uintptr_t start) {
  auto found = live_.find(start);
  if (found == live_.end()) return false;
  forget(start, found->second);
  used_ -= found->second;
  freed_.push_front({start, found->second});
  live_.erase(found);
  return true;
}

void Memory::freeAll() {
  for (const auto& [start, bytes] : live_) forget(start, bytes);
  live_.clear();
  freed_.clear();
  used_ = 0;
}

void Memory::forget(uintptr_t start, size_t bytes) {
  size_t offset = start - global.base;
  size_t whole = pages(bytes);
  if (bytes < kLarge && offset + whole <= kKept) {
    std::memset(global.states + offset, kNothing, bytes);
    std::memset(global.cells + offset / 4, 0, (bytes + 3) / 4 * sizeof(Cell));
    return;
  }
  advise(start, bytes, MADV_NOHUGEPAGE);
  madvise(reinterpret_cast<void*>(start), whole, MADV_DONTNEED);
  madvise(global.states + offset, whole, MADV_DONTNEED);
  madvise(global.cells + offset / 4, whole / 4 * sizeof(Cell), MADV_DONTNEED);
}

bool Memory::wasFreed(uintptr_t start) const {
  return std::any_of(freed_.begin(), freed_.end(), [&](const Freed& f) { return f.start == start; });
}

bool Memory::find(uintptr_t p, uintptr_t* start, size_t* bytes) const {
  auto after = live_.upper_bound(p);
  if (after == live_.begin()) return false;
  --after;
  if (p - after->first >= std::max<size_t>(1, after->second)) return false;
  *start = after->first;
  *bytes = after->second;
  return true;
}

bool Memory::contains(uintptr_t p, size_t bytes) const {
  uintptr_t start;
  size_t size;
  return find(p, &start, &size) && bytes <= start + size - p;
}

std::string Memory::describe(uintptr_t p) const {
  uintptr_t start;
  size_t bytes;
  if (find(p, &start, &bytes)) return format("%zu bytes into an allocation of %zu bytes", p - start, bytes);
  for (const Freed& f : freed_) {
    if (p - f.start < f.bytes)
      return format("%zu bytes into an allocation of %zu bytes that was freed", p - f.start, f.bytes);
  }
  auto after = live_.upper_bound(p);
  std::string text = "no allocation is near";
  size_t nearest = SIZE_MAX;
  if (after != live_.begin()) {
    auto before = std::prev(after);
    nearest = p - (before->first + before->second);
    text = format("%zu bytes past an allocation of %zu bytes", nearest, before->second);
  }
  if (after != live_.end() && after->first - p < nearest) {
    text = format("%zu bytes before an allocation of %zu bytes", after->first - p, after->second);
  }
  return text;
}

}  // namespace gpusim
