// What the library asks of the (simulated) driver besides gpusim.h.
#pragma once

extern "C" {
int cuDeviceGetCount(int* count);
int cuDeviceGetAttribute(int* value, int attribute, int device);
int cuCtxSynchronize();
}

namespace simdnn {

inline bool has_device() {
  int count = 0;
  return cuDeviceGetCount(&count) == 0 && count > 0;
}

// Major compute capability of the first device.
inline int compute_capability_major() {
  constexpr int kComputeCapabilityMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
  int major = 0;
  return cuDeviceGetAttribute(&major, kComputeCapabilityMajor, 0) == 0 ? major : 0;
}

// An error of earlier work is for the driver's next call to tell.
inline void synchronize_device() { static_cast<void>(cuCtxSynchronize()); }

}  // namespace simdnn
