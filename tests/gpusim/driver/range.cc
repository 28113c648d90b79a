#include "range.h"

#include <cstring>
#include <string>

#include "fault.h"
#include "gpusim.h"
#include "shadow.h"
#include "simulator.h"

namespace gpusim {

namespace {

void checkLive(uintptr_t p, size_t bytes, bool write, const char* what) {
  const Memory& memory = simulator().memory;
  if (memory.contains(p, bytes)) return;
  uintptr_t at = p;
  if (p - global.base < global.size) {
    while (at < p + bytes && at - global.base < global.size && global.states[at - global.base] != kNothing) at++;
  }
  std::string where = memory.describe(at);
  bool freed = where.find("freed") != std::string::npos;
  fault(kIllegalAddress, std::string(what) + ": " + (freed ? "use after free: " : "out of bounds ") +
                             (write ? "write" : "read") + " of " + std::to_string(bytes) + " bytes, " + where);
}

// How many of the bytes were written, from the first on.
size_t writtenPrefix(const ByteState* states, size_t bytes) {
  constexpr uint64_t kAllWritten = 0x0303030303030303u;
  size_t k = 0;
  for (uint64_t chunk; k + 8 <= bytes; k += 8) {
    std::memcpy(&chunk, states + k, 8);
    if (chunk != kAllWritten) break;
  }
  while (k < bytes && states[k] == kWritten) k++;
  return k;
}

}  // namespace

const char* readableRange(uintptr_t p, size_t bytes, const char* what) {
  checkLive(p, bytes, false, what);
  size_t written = writtenPrefix(global.states + (p - global.base), bytes);
  if (written < bytes) {
    fault(kLaunchFailed, std::string(what) + ": uninitialised read, " + simulator().memory.describe(p + written));
  }
  touchRange(p, bytes, false, what);
  return reinterpret_cast<const char*>(p);
}

char* writableRange(uintptr_t p, size_t bytes, const char* what) {
  checkLive(p, bytes, true, what);
  touchRange(p, bytes, true, what);
  ByteState* states = global.states + (p - global.base);
  char* data = reinterpret_cast<char*>(p);
  for (size_t k = writtenPrefix(states, bytes); k < bytes; k++) {
    if (states[k] != kWritten) data[k] = static_cast<char>(0xff);
  }
  std::memset(states, kWritten, bytes);
  return data;
}

void copyRange(uintptr_t to, uintptr_t from, size_t bytes) {
  const char* what = "cuMemcpyDtoD";
  checkLive(from, bytes, false, what);
  checkLive(to, bytes, true, what);
  if (from - to < bytes || to - from < bytes) {
    if (bytes > 0 && from != to) fault(kLaunchFailed, "cuMemcpyDtoD: the ranges overlap");
  }
  touchRange(from, bytes, false, what);
  touchRange(to, bytes, true, what);
  std::memmove(reinterpret_cast<char*>(to), reinterpret_cast<const char*>(from), bytes);
  std::memmove(global.states + (to - global.base), global.states + (from - global.base), bytes);
}

__attribute__((visibility("default"))) bool enqueue(void* stream, const char* api, Work work) {
  std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
  auto s = simulator().stream(stream);
  if (s == nullptr) {
    simulator().journal.error(std::string(api) + ": no such stream");
    return false;
  }
  if (simulator().context.sticky != kSuccess) return false;
  simulator().streams.put(s, {api, std::move(work), nullptr});
  return true;
}

__attribute__((visibility("default"))) const float* readable(DevicePointer pointer, size_t bytes, const char* what) {
  if (pointer % sizeof(float) != 0) fault(kMisalignedAddress, std::string(what) + ": not aligned to 4 bytes");
  return reinterpret_cast<const float*>(readableRange(pointer, bytes, what));
}

__attribute__((visibility("default"))) float* writable(DevicePointer pointer, size_t bytes, const char* what) {
  if (pointer % sizeof(float) != 0) fault(kMisalignedAddress, std::string(what) + ": not aligned to 4 bytes");
  return reinterpret_cast<float*>(writableRange(pointer, bytes, what));
}

__attribute__((visibility("default"))) bool checkNow(DevicePointer pointer, size_t bytes) {
  std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
  return simulator().memory.contains(pointer, bytes);
}

__attribute__((visibility("default"))) int injected(const char* api) {
  std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
  return simulator().injections.take(api);
}

__attribute__((visibility("default"))) uint64_t refusals() {
  std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
  return simulator().settings.refusals;
}

__attribute__((visibility("default"))) void trace(const char* api, const std::string& details) {
  std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
  simulator().journal.call(api, details);
}

__attribute__((visibility("default"))) void object(const char* kind, void* handle, bool created) {
  std::lock_guard<std::recursive_mutex> lock(simulator().mutex);
  simulator().journal.object(kind, handle, created);
}

}  // namespace gpusim
