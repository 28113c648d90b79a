// What callers of cuDNN 9 see of it: the numbers and structs of its C interface that the simulated library deals in.
// Source: NVIDIA's documentation of cuDNN 9 (enumerations of the graph, ops and cnn libraries). Numbers of status
// values are new in cuDNN 9; those of everything else are older.
#pragma once

#include <cstddef>

namespace simdnn {

enum Status : int {
  kSuccess = 0,
  kNotInitialized = 1001,
  kSublibraryLoadingFailed = 1008,
  kBadParam = 2000,
  kNotSupported = 3000,
  kInternalError = 4000,
  kDeviceAllocationFailed = 4004,
  kExecutionFailed = 5000,
};

enum DataType : int { kFloat = 0, kDouble = 1, kHalf = 2, kInt32 = 4, kLastDataType = 21 };
enum Format : int { kNchw = 0, kNhwc = 1, kNchwVectC = 2 };
enum Math : int { kDefaultMath = 0, kTensorOpMath = 1, kTensorOpMathAllowConversion = 2, kFmaMath = 3 };
enum Mode : int { kConvolution = 0, kCrossCorrelation = 1 };

// cudnnConvolutionFwdAlgoPerf_t, and the same for the two backward passes.
struct AlgoPerf {
  int algo;
  int status;
  float time;  // milliseconds, or -1 where nothing was run
  size_t memory;
  int determinism;  // 1: the same bits in every run
  int math_type;
  int reserved[3];
};

constexpr int kMaxDims = 8;

}  // namespace simdnn

#define CUDNN_API extern "C" __attribute__((visibility("default")))
