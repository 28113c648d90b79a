// Copies and fills.
//
// An asynchronous copy reads and writes pinned host memory when its stream gets there. A source must not have changed
// by then (its hash tells), a target is overwritten with 0xff until then. Pageable sources are copied at the call, and
// a copy to pageable memory returns when it is done, as the CUDA documentation says ("API synchronization behavior").
#include <cstring>
#include <deque>

#include "api.h"
#include "gpusim.h"
#include "range.h"

using namespace gpusim;  // NOLINT: the functions below are C

namespace {

uint64_t hash(const void* data, size_t bytes) {  // FNV-1a over words
  uint64_t h = 0xcbf29ce484222325u;
  const char* p = static_cast<const char*>(data);
  for (size_t k = 0; k < bytes; k += 8) {
    uint64_t word = 0;
    std::memcpy(&word, p + k, std::min<size_t>(8, bytes - k));
    h = (h ^ word) * 0x100000001b3u;
    h ^= h >> 29;
  }
  return h;
}

Status checkDevice(const char* api, DevicePointer p, size_t bytes) {
  const Memory& memory = simulator().memory;
  if (memory.contains(p, bytes)) return kSuccess;
  uintptr_t start;
  size_t size;
  if (memory.find(p, &start, &size)) {
    return refuse(kInvalidValue, format("%s of %zu bytes, %zu bytes past an allocation of %zu bytes", api, bytes,
                                        size_t{p + bytes - start - size}, size));
  }
  return refuse(kInvalidValue, format("%s of %zu bytes, ", api, bytes) + memory.describe(p));
}

Status checkHost(const char* api, const void* host, size_t bytes, bool* pinned) {
  *pinned = simulator().pinned.contains(host, bytes);
  if (host == nullptr) return refuse(kInvalidValue, std::string(api) + ": the host pointer is null");
  if (reinterpret_cast<uintptr_t>(host) - global.base < global.size) {
    return refuse(kInvalidValue, std::string(api) + ": the host pointer points into device memory");
  }
  if (!*pinned && simulator().pinned.touches(host, bytes)) {
    return refuse(kInvalidValue, std::string(api) + ": the host range reaches beyond its pinned allocation");
  }
  return kSuccess;
}

void checkPinned(const char* api, const void* host, size_t bytes) {
  if (!simulator().pinned.contains(host, bytes)) {
    fault(kIllegalAddress, std::string(api) + ": use after free: the pinned buffer was freed before the copy had run");
  }
}

// `now`: it is waited for at once.
Piece toDevice(const char* api, DevicePointer to, const void* host, size_t bytes, bool pinned, bool now) {
  if (now) return {api, [=] { std::memcpy(writableRange(to, bytes, api), host, bytes); }, nullptr};
  if (!pinned) {
    auto* from = static_cast<const char*>(host);
    auto staged = std::make_shared<std::vector<char>>(from, from + bytes);
    return {api, [=] { std::memcpy(writableRange(to, bytes, api), staged->data(), bytes); }, nullptr};
  }
  auto hashes = std::make_shared<std::deque<uint64_t>>();
  auto run = [=] {
    checkPinned(api, host, bytes);
    uint64_t then = hashes->front();
    hashes->pop_front();
    if (hash(host, bytes) != then) {
      fault(kLaunchFailed,
            std::string(api) + ": the pinned buffer was changed before the copy had run: reused too early");
    }
    std::memcpy(writableRange(to, bytes, api), host, bytes);
  };
  return {api, run, [=] { hashes->push_back(hash(host, bytes)); }};
}

Piece toHost(const char* api, void* host, DevicePointer from, size_t bytes, bool pinned) {
  auto run = [=] {
    if (pinned) checkPinned(api, host, bytes);
    std::memcpy(host, readableRange(from, bytes, api), bytes);
  };
  return {api, run, [=] { std::memset(host, 0xff, bytes); }};
}

// Puts a piece into a stream and, if asked, waits for it.
Status put(const char* api, const std::shared_ptr<Stream>& stream, Piece piece, bool finish) {
  Streams& streams = simulator().streams;
  if (finish && stream->capture != nullptr) {
    stream->capture->invalid = true;
    return refuse(kCaptureUnsupported, std::string(api) + " with pageable memory while its stream is being captured");
  }
  streams.put(stream, std::move(piece));
  if (finish) streams.finish(streams.end(stream));
  return kSuccess;
}

Status checkStream(const char* api, const std::shared_ptr<Stream>& stream) {
  return stream == nullptr ? refuse(kInvalidHandle, std::string(api) + ": no such stream") : kSuccess;
}

// The default stream's: complete when they return.
Status implicit(const char* api) {
  if (!simulator().streams.anyCapture()) return kSuccess;
  simulator().streams.invalidateCaptures();
  return refuse(kCaptureImplicit, std::string(api) + " uses the default stream while another one is being captured");
}

std::string details(size_t bytes, const void* stream, bool async) {
  return async ? format("bytes=%zu stream=%p", bytes, stream) : format("bytes=%zu", bytes);
}

Status copyToDevice(const char* api, DevicePointer to, const void* host, size_t bytes, const void* handle, bool async) {
  return call(api, Needs::kContext, details(bytes, handle, async), [&] {
    bool pinned;
    auto stream = simulator().stream(handle);
    if (bytes == 0) return kSuccess;
    if (Status s = checkStream(api, stream)) return s;
    if (!async) {
      if (Status s = implicit(api)) return s;
    }
    if (Status s = checkDevice(api, to, bytes)) return s;
    if (Status s = checkHost(api, host, bytes, &pinned)) return s;
    bool finish = !async || (!pinned && stream->capture != nullptr);  // the latter is refused
    return put(api, stream, toDevice(api, to, host, bytes, pinned, finish), finish);
  });
}

Status copyToHost(const char* api, void* host, DevicePointer from, size_t bytes, const void* handle, bool async) {
  return call(api, Needs::kContext, details(bytes, handle, async), [&] {
    bool pinned;
    auto stream = simulator().stream(handle);
    if (bytes == 0) return kSuccess;
    if (Status s = checkStream(api, stream)) return s;
    if (!async) {
      if (Status s = implicit(api)) return s;
    }
    if (Status s = checkDevice(api, from, bytes)) return s;
    if (Status s = checkHost(api, host, bytes, &pinned)) return s;
    return put(api, stream, toHost(api, host, from, bytes, pinned), !async || !pinned);
  });
}

Status copyWithin(const char* api, DevicePointer to, DevicePointer from, size_t bytes, const void* handle, bool async) {
  return call(api, Needs::kContext, details(bytes, handle, async), [&] {
    auto stream = simulator().stream(handle);
    if (bytes == 0) return kSuccess;
    if (Status s = checkStream(api, stream)) return s;
    if (!async) {
      if (Status s = implicit(api)) return s;
    }
    if (Status s = checkDevice(api, to, bytes)) return s;
    if (Status s = checkDevice(api, from, bytes)) return s;
    return put(api, stream, {api, [=] { copyRange(to, from, bytes); }, nullptr}, false);
  });
}

template <class T>
Status fill(const char* api, DevicePointer to, T value, size_t count, const void* handle, bool async) {
  size_t bytes = count * sizeof(T);
  return call(api, Needs::kContext, details(bytes, handle, async), [&] {
    auto stream = simulator().stream(handle);
    if (bytes == 0) return kSuccess;
    if (Status s = checkStream(api, stream)) return s;
    if (!async) {
      if (Status s = implicit(api)) return s;
    }
    if (to % sizeof(T) != 0) return refuse(kInvalidValue, std::string(api) + ": not aligned");
    if (Status s = checkDevice(api, to, bytes)) return s;
    auto run = [=] { std::fill_n(reinterpret_cast<T*>(writableRange(to, bytes, api)), count, value); };
    return put(api, stream, {api, run, nullptr}, false);
  });
}

}  // namespace

GPUSIM_API Status cuMemcpyHtoD_v2(DevicePointer to, const void* host, size_t bytes) {
  return copyToDevice("cuMemcpyHtoD", to, host, bytes, nullptr, false);
}
GPUSIM_API Status cuMemcpyHtoDAsync_v2(DevicePointer to, const void* host, size_t bytes, void* stream) {
  return copyToDevice("cuMemcpyHtoDAsync", to, host, bytes, stream, true);
}
GPUSIM_API Status cuMemcpyDtoH_v2(void* host, DevicePointer from, size_t bytes) {
  return copyToHost("cuMemcpyDtoH", host, from, bytes, nullptr, false);
}
GPUSIM_API Status cuMemcpyDtoHAsync_v2(void* host, DevicePointer from, size_t bytes, void* stream) {
  return copyToHost("cuMemcpyDtoHAsync", host, from, bytes, stream, true);
}
GPUSIM_API Status cuMemcpyDtoD_v2(DevicePointer to, DevicePointer from, size_t bytes) {
  return copyWithin("cuMemcpyDtoD", to, from, bytes, nullptr, false);
}
GPUSIM_API Status cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes, void* stream) {
  return copyWithin("cuMemcpyDtoDAsync", to, from, bytes, stream, true);
}
GPUSIM_API Status cuMemsetD8_v2(DevicePointer to, unsigned char value, size_t count) {
  return fill("cuMemsetD8", to, value, count, nullptr, false);
}
GPUSIM_API Status cuMemsetD8Async(DevicePointer to, unsigned char value, size_t count, void* stream) {
  return fill("cuMemsetD8Async", to, value, count, stream, true);
}
GPUSIM_API Status cuMemsetD32_v2(DevicePointer to, unsigned value, size_t count) {
  return fill("cuMemsetD32", to, value, count, nullptr, false);
}
GPUSIM_API Status cuMemsetD32Async(DevicePointer to, unsigned value, size_t count, void* stream) {
  return fill("cuMemsetD32Async", to, value, count, stream, true);
}
