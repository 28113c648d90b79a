// Compares the numbers of driver/abi.h with cuda.h's, where CUDA is installed.
#include "../driver/abi.h"

#if __has_include(<cuda.h>)
#include <cuda.h>

namespace gpusim {

static_assert(kOutOfMemory == static_cast<int>(CUDA_ERROR_OUT_OF_MEMORY));
static_assert(kNotInitialized == static_cast<int>(CUDA_ERROR_NOT_INITIALIZED));
static_assert(kInvalidImage == static_cast<int>(CUDA_ERROR_INVALID_IMAGE));
static_assert(kInvalidContext == static_cast<int>(CUDA_ERROR_INVALID_CONTEXT));
static_assert(kInvalidHandle == static_cast<int>(CUDA_ERROR_INVALID_HANDLE));
static_assert(kNotFound == static_cast<int>(CUDA_ERROR_NOT_FOUND));
static_assert(kNotReady == static_cast<int>(CUDA_ERROR_NOT_READY));
static_assert(kIllegalAddress == static_cast<int>(CUDA_ERROR_ILLEGAL_ADDRESS));
static_assert(kContextIsDestroyed == static_cast<int>(CUDA_ERROR_CONTEXT_IS_DESTROYED));
static_assert(kHostMemoryAlreadyRegistered == static_cast<int>(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED));
static_assert(kMisalignedAddress == static_cast<int>(CUDA_ERROR_MISALIGNED_ADDRESS));
static_assert(kLaunchFailed == static_cast<int>(CUDA_ERROR_LAUNCH_FAILED));
static_assert(kNotSupported == static_cast<int>(CUDA_ERROR_NOT_SUPPORTED));
static_assert(kCaptureUnsupported == static_cast<int>(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED));
static_assert(kCaptureInvalidated == static_cast<int>(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED));
static_assert(kCaptureMerge == static_cast<int>(CUDA_ERROR_STREAM_CAPTURE_MERGE));
static_assert(kCaptureUnmatched == static_cast<int>(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED));
static_assert(kCaptureUnjoined == static_cast<int>(CUDA_ERROR_STREAM_CAPTURE_UNJOINED));
static_assert(kCaptureIsolation == static_cast<int>(CUDA_ERROR_STREAM_CAPTURE_ISOLATION));
static_assert(kCaptureImplicit == static_cast<int>(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT));
static_assert(kCapturedEvent == static_cast<int>(CUDA_ERROR_CAPTURED_EVENT));
static_assert(kMultiprocessors == static_cast<int>(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT));
static_assert(kUnifiedAddressing == static_cast<int>(CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING));
static_assert(kCapabilityMajor == static_cast<int>(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR));
static_assert(kCapabilityMinor == static_cast<int>(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
static_assert(kCooperativeLaunch == static_cast<int>(CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH));
static_assert(kSharedBytesPerBlockOptIn == static_cast<int>(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN));
static_assert(kL2Bytes == static_cast<int>(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE));
static_assert(kStreamNonBlocking == static_cast<unsigned>(CU_STREAM_NON_BLOCKING));
static_assert(kEventDisableTiming == static_cast<unsigned>(CU_EVENT_DISABLE_TIMING));

}  // namespace gpusim
#endif
