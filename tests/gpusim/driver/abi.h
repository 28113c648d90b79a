// The driver API's types and numbers as in CUDA's cuda.h, as far as they are simulated; declared here so that the
// tests build where CUDA is not installed. test/abi_test.cc compares them with cuda.h where it is.
#pragma once

#include <cstddef>

#define GPUSIM_API extern "C" __attribute__((visibility("default")))

namespace gpusim {
class Context;
class Event;
class Function;
class Graph;
class GraphExec;
class Module;
class Stream;

enum Status : int {
  kSuccess = 0,
  kInvalidValue = 1,
  kOutOfMemory = 2,
  kNotInitialized = 3,
  kNoDevice = 100,
  kInvalidDevice = 101,
  kInvalidImage = 200,
  kInvalidContext = 201,
  kInvalidHandle = 400,
  kNotFound = 500,
  kNotReady = 600,
  kIllegalAddress = 700,
  kLaunchOutOfResources = 701,
  kContextIsDestroyed = 709,
  kHostMemoryAlreadyRegistered = 712,
  kMisalignedAddress = 716,
  kLaunchFailed = 719,
  kNotSupported = 801,
  kCaptureUnsupported = 900,
  kCaptureInvalidated = 901,
  kCaptureMerge = 902,
  kCaptureUnmatched = 903,
  kCaptureUnjoined = 904,
  kCaptureIsolation = 905,
  kCaptureImplicit = 906,
  kCapturedEvent = 907,
  kUnknown = 999,
};

enum DeviceAttribute : int {
  kMaxThreadsPerBlock = 1,
  kMaxBlockX = 2,
  kMaxBlockY = 3,
  kMaxBlockZ = 4,
  kMaxGridX = 5,
  kMaxGridY = 6,
  kMaxGridZ = 7,
  kSharedBytesPerBlock = 8,
  kConstantBytes = 9,
  kWarpSize = 10,
  kRegistersPerBlock = 12,
  kClockKilohertz = 13,
  kMultiprocessors = 16,
  kIntegrated = 18,
  kCanMapHostMemory = 19,
  kConcurrentKernels = 31,
  kMemoryClockKilohertz = 36,
  kMemoryBusBits = 37,
  kL2Bytes = 38,
  kThreadsPerMultiprocessor = 39,
  kAsyncEngines = 40,
  kUnifiedAddressing = 41,
  kCapabilityMajor = 75,
  kCapabilityMinor = 76,
  kManagedMemory = 83,
  kCooperativeLaunch = 95,
  kSharedBytesPerBlockOptIn = 97,
};

constexpr unsigned kStreamNonBlocking = 1;
constexpr unsigned kEventDisableTiming = 2;

}  // namespace gpusim
