// Initialisation, the device, its primary context.
#include <cstdio>
#include <cstring>

#include "api.h"

using namespace gpusim;  // NOLINT: the functions below are C

namespace {

constexpr const char* kName = "Simulated GPU";
constexpr int kDevice = 0;

int attribute(int which, bool* known) {
  const Settings& s = simulator().settings;
  *known = true;
  switch (which) {
    case kMaxThreadsPerBlock:
    case kMaxBlockX:
    case kMaxBlockY:
      return 1024;
    case kMaxBlockZ:
      return 64;
    case kMaxGridX:
      return 2147483647;
    case kMaxGridY:
    case kMaxGridZ:
      return 65535;
    case kSharedBytesPerBlock:
    case kSharedBytesPerBlockOptIn:
      return 48 << 10;
    case kConstantBytes:
      return 64 << 10;
    case kWarpSize:
      return 32;
    case kRegistersPerBlock:
      return 64 << 10;
    case kClockKilohertz:
    case kMemoryClockKilohertz:
      return 1000000;
    case kMultiprocessors:
      return s.multiprocessors;
    case kMemoryBusBits:
      return 256;
    case kL2Bytes:
      return 4 << 20;
    case kThreadsPerMultiprocessor:
      return 2048;
    case kConcurrentKernels:
    case kAsyncEngines:
    case kUnifiedAddressing:
      return 1;
    case kIntegrated:
    case kCanMapHostMemory:
    case kManagedMemory:
    case kCooperativeLaunch:
      return 0;
    case kCapabilityMajor:
      return s.capability / 10;
    case kCapabilityMinor:
      return s.capability % 10;
    default:
      *known = false;
      return 0;
  }
}

Status checkDevice(int device) {
  return device == kDevice ? kSuccess : refuse(kInvalidDevice, format("device %d, there is only device 0", device));
}

std::vector<Context*>& currentContexts() { return simulator().currentContexts[std::this_thread::get_id()]; }

Context* currentContext() { return currentContexts().empty() ? nullptr : currentContexts().back(); }

Status release() {
  Context& context = simulator().context;
  if (context.retained == 0) return refuse(kInvalidContext, "the primary context is not retained");
  if (--context.retained > 0) return kSuccess;
  simulator().journal.object("context", &context, false);
  simulator().destroyContext();
  return kSuccess;
}

}  // namespace

GPUSIM_API Status cuInit(unsigned flags) {
  return call("cuInit", Needs::kNothing, "", [&] {
    if (flags != 0) return kInvalidValue;
    if (simulator().settings.noDevice) return refuse(kNoDevice, "no device");
    simulator().initialized = true;
    return kSuccess;
  });
}

GPUSIM_API Status cuDriverGetVersion(int* version) {
  return call("cuDriverGetVersion", Needs::kNothing, "", [&] {
    *version = simulator().settings.driverVersion;
    return kSuccess;
  });
}

GPUSIM_API Status cuDeviceGetCount(int* count) {
  return call("cuDeviceGetCount", Needs::kInit, "", [&] {
    *count = 1;
    return kSuccess;
  });
}

GPUSIM_API Status cuDeviceGet(int* device, int ordinal) {
  return call("cuDeviceGet", Needs::kInit, "", [&] {
    *device = ordinal;
    return checkDevice(ordinal);
  });
}

GPUSIM_API Status cuDeviceGetName(char* name, int length, int device) {
  return call("cuDeviceGetName", Needs::kInit, "", [&] {
    if (length <= 0) return kInvalidValue;
    std::snprintf(name, static_cast<size_t>(length), "%s", kName);
    return checkDevice(device);
  });
}

GPUSIM_API Status cuDeviceGetAttribute(int* value, int which, int device) {
  return call("cuDeviceGetAttribute", Needs::kInit, "", [&] {
    bool known;
    *value = attribute(which, &known);
    if (!known) return refuse(kNotSupported, format("device attribute %d is not simulated", which));
    return checkDevice(device);
  });
}

GPUSIM_API Status cuDeviceTotalMem_v2(size_t* bytes, int device) {
  return call("cuDeviceTotalMem", Needs::kInit, "", [&] {
    *bytes = simulator().settings.memoryBytes;
    return checkDevice(device);
  });
}

GPUSIM_API Status cuDeviceComputeCapability(int* major, int* minor, int device) {
  return call("cuDeviceComputeCapability", Needs::kInit, "", [&] {
    *major = simulator().settings.capability / 10;
    *minor = simulator().settings.capability % 10;
    return checkDevice(device);
  });
}

GPUSIM_API Status cuDevicePrimaryCtxRetain(Context** context, int device) {
  return call("cuDevicePrimaryCtxRetain", Needs::kInit, "", [&] {
    if (Status s = checkDevice(device)) return s;
    Context* primary = &simulator().context;
    if (primary->retained++ == 0) simulator().journal.object("context", primary, true);
    *context = primary;
    return kSuccess;
  });
}

GPUSIM_API Status cuDevicePrimaryCtxRelease_v2(int device) {
  return call("cuDevicePrimaryCtxRelease", Needs::kInit, "", [&] {
    if (Status s = checkDevice(device)) return s;
    return release();
  });
}

GPUSIM_API Status cuDevicePrimaryCtxReset_v2(int device) {
  return call("cuDevicePrimaryCtxReset", Needs::kInit, "", [&] {
    if (Status s = checkDevice(device)) return s;
    int retained = simulator().context.retained;
    simulator().destroyContext();
    simulator().context.retained = retained;
    return kSuccess;
  });
}

GPUSIM_API Status cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
  return call("cuDevicePrimaryCtxGetState", Needs::kInit, "", [&] {
    *flags = 0;
    *active = simulator().context.retained > 0;
    return checkDevice(device);
  });
}

GPUSIM_API Status cuCtxSetCurrent(Context* context) {
  return call("cuCtxSetCurrent", Needs::kInit, "", [&] {
    if (context != nullptr && context != &simulator().context) return refuse(kInvalidContext, "no such context");
    auto& stack = currentContexts();
    if (!stack.empty()) stack.pop_back();
    if (context != nullptr) stack.push_back(context);
    return kSuccess;
  });
}

GPUSIM_API Status cuCtxGetCurrent(Context** context) {
  return call("cuCtxGetCurrent", Needs::kInit, "", [&] {
    *context = currentContext();
    return kSuccess;
  });
}

GPUSIM_API Status cuCtxPushCurrent_v2(Context* context) {
  return call("cuCtxPushCurrent", Needs::kInit, "", [&] {
    if (context != &simulator().context) return refuse(kInvalidContext, "no such context");
    currentContexts().push_back(context);
    return kSuccess;
  });
}

GPUSIM_API Status cuCtxPopCurrent_v2(Context** context) {
  return call("cuCtxPopCurrent", Needs::kInit, "", [&] {
    if (currentContext() == nullptr) return refuse(kInvalidContext, "no context is current in this thread");
    if (context != nullptr) *context = currentContext();
    currentContexts().pop_back();
    return kSuccess;
  });
}

GPUSIM_API Status cuCtxGetDevice(int* device) {
  return call("cuCtxGetDevice", Needs::kContext, "", [&] {
    *device = kDevice;
    return kSuccess;
  });
}

GPUSIM_API Status cuCtxSynchronize() {
  return call("cuCtxSynchronize", Needs::kContext, "", [&] {
    if (Status s = outsideCapture("cuCtxSynchronize")) return s;
    simulator().streams.finishAll();
    return kSuccess;
  });
}

GPUSIM_API Status cuGetErrorName(Status status, const char** name) {
  *name = statusName(status);
  return *name == nullptr ? kInvalidValue : kSuccess;
}

GPUSIM_API Status cuGetErrorString(Status status, const char** text) {
  *text = statusText(status);
  return *text == nullptr ? kInvalidValue : kSuccess;
}
