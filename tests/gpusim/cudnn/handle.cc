// Handles, versions and texts of errors.
#include <cstdlib>
#include <cstring>

#include "device.h"
#include "objects.h"

using namespace simdnn;

namespace {

// The version that the library says it has: 9.10.2, or what a test wants.
size_t version() {
  const char* wanted = std::getenv("GPUSIM_CUDNN_VERSION");
  return wanted != nullptr ? std::strtoul(wanted, nullptr, 10) : 91002;
}

}  // namespace

CUDNN_API size_t cudnnGetVersion() { return version(); }

CUDNN_API size_t cudnnGetCudartVersion() { return 13000; }

CUDNN_API size_t cudnnGetMaxDeviceVersion() { return 1210; }

CUDNN_API const char* cudnnGetErrorString(int status) { return status_name(status); }

CUDNN_API void cudnnGetLastErrorString(char* message, size_t size) {
  if (message == nullptr || size == 0) return;
  std::strncpy(message, last_error().c_str(), size - 1);
  message[size - 1] = '\0';
}

CUDNN_API int cudnnGetProperty(int type, int* value) {
  return call("cudnnGetProperty", [&](std::string&) {
    const int parts[] = {int(version() / 10000), int(version() / 100 % 100), int(version() % 100)};
    require(type >= 0 && type < 3, "there is no such property");
    output(value, "value") = parts[type];
  });
}

CUDNN_API int cudnnCreate(Handle** handle) {
  return call("cudnnCreate", [&](std::string&) {
    require(handle != nullptr, "handle is null");
    if (!has_device()) throw Refused{kNotInitialized, "there is no device"};
    create(handle);
    (*handle)->capability = compute_capability_major();
  });
}

CUDNN_API int cudnnDestroy(Handle* handle) {
  return call("cudnnDestroy", [&](std::string&) {
    if (handle != nullptr) {
      live(handle, "handle");
      synchronize_device();  // as the real one does
    }
    destroy(handle);
  });
}

CUDNN_API int cudnnSetStream(Handle* handle, void* stream) {
  return call("cudnnSetStream", [&](std::string&) { live(handle, "handle").stream = stream; });
}

CUDNN_API int cudnnGetStream(Handle* handle, void** stream) {
  return call("cudnnGetStream", [&](std::string&) { output(stream, "streamId") = live(handle, "handle").stream; });
}
