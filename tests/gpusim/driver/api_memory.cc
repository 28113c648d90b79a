// Device memory and pinned host memory.
#include "api.h"
#include "gpusim.h"

using namespace gpusim;  // NOLINT: the functions below are C

GPUSIM_API Status cuMemAlloc_v2(DevicePointer* pointer, size_t bytes) {
  return call("cuMemAlloc", Needs::kContext, format("bytes=%zu", bytes), [&] {
    if (Status s = outsideCapture("cuMemAlloc")) return s;
    if (bytes == 0) return refuse(kInvalidValue, "cuMemAlloc of 0 bytes");
    uintptr_t start = simulator().memory.allocate(bytes, simulator().settings.memoryBytes);
    if (start == 0) return refuse(kOutOfMemory, format("cuMemAlloc of %zu bytes", bytes));
    simulator().journal.object("device memory", reinterpret_cast<void*>(start), true, bytes);
    *pointer = start;
    return kSuccess;
  });
}

// Does not wait for the device, which the real one may: work that still uses the memory is an error.
GPUSIM_API Status cuMemFree_v2(DevicePointer pointer) {
  return call("cuMemFree", Needs::kCleanup, "", [&] {
    if (pointer == 0) return kSuccess;
    if (Status s = outsideCapture("cuMemFree")) return s;
    Memory& memory = simulator().memory;
    if (!memory.free(pointer)) {
      std::string where =
          memory.wasFreed(pointer) ? "double free" : "not the start of an allocation: " + memory.describe(pointer);
      return refuse(kInvalidValue, "cuMemFree: " + where);
    }
    simulator().journal.object("device memory", reinterpret_cast<void*>(pointer), false);
    return kSuccess;
  });
}

GPUSIM_API Status cuMemGetInfo_v2(size_t* free, size_t* total) {
  return call("cuMemGetInfo", Needs::kContext, "", [&] {
    *total = simulator().settings.memoryBytes;
    *free = *total - std::min(*total, simulator().memory.used());
    return kSuccess;
  });
}

GPUSIM_API Status cuMemGetAddressRange_v2(DevicePointer* start, size_t* bytes, DevicePointer pointer) {
  return call("cuMemGetAddressRange", Needs::kContext, "", [&] {
    uintptr_t found;
    size_t size;
    if (!simulator().memory.find(pointer, &found, &size)) {
      return refuse(kNotFound, "cuMemGetAddressRange: " + simulator().memory.describe(pointer));
    }
    if (start != nullptr) *start = found;
    if (bytes != nullptr) *bytes = size;
    return kSuccess;
  });
}

namespace {

Status allocatePinned(const char* api, void** host, size_t bytes) {
  return call(api, Needs::kContext, format("bytes=%zu", bytes), [&] {
    if (Status s = outsideCapture(api)) return s;
    if (bytes == 0) return refuse(kInvalidValue, std::string(api) + " of 0 bytes");
    *host = simulator().pinned.allocate(bytes);
    if (*host == nullptr) return refuse(kOutOfMemory, format("%s of %zu bytes", api, bytes));
    simulator().journal.object("pinned memory", *host, true, bytes);
    return kSuccess;
  });
}

}  // namespace

GPUSIM_API Status cuMemHostAlloc(void** host, size_t bytes, unsigned flags) {
  (void)flags;  // portable, mapped, write-combined: nothing here depends on them
  return allocatePinned("cuMemHostAlloc", host, bytes);
}

GPUSIM_API Status cuMemAllocHost_v2(void** host, size_t bytes) { return allocatePinned("cuMemAllocHost", host, bytes); }

GPUSIM_API Status cuMemFreeHost(void* host) {
  return call("cuMemFreeHost", Needs::kCleanup, "", [&] {
    if (host == nullptr) return kSuccess;
    if (!simulator().pinned.free(host))
      return refuse(kInvalidValue, "cuMemFreeHost: not allocated as pinned, or freed before");
    simulator().journal.object("pinned memory", host, false);
    return kSuccess;
  });
}

GPUSIM_API Status cuMemHostRegister_v2(void* host, size_t bytes, unsigned flags) {
  (void)flags;
  return call("cuMemHostRegister", Needs::kContext, format("bytes=%zu", bytes), [&] {
    if (host == nullptr || bytes == 0) return refuse(kInvalidValue, "cuMemHostRegister: nothing to register");
    if (!simulator().pinned.add(host, bytes))
      return refuse(kHostMemoryAlreadyRegistered, "cuMemHostRegister: overlaps pinned memory");
    simulator().journal.object("registered memory", host, true, bytes);
    return kSuccess;
  });
}

GPUSIM_API Status cuMemHostUnregister(void* host) {
  return call("cuMemHostUnregister", Needs::kCleanup, "", [&] {
    if (!simulator().pinned.remove(host)) return refuse(kInvalidValue, "cuMemHostUnregister: not registered");
    simulator().journal.object("registered memory", host, false);
    return kSuccess;
  });
}
