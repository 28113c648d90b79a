// What the tests of the simulated cuDNN share: checks, arrays on the device, a described convolution.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "cudnn.h"

inline int g_failures = 0;
inline int g_checks = 0;

inline void check(bool ok, const std::string& what) {
  g_checks++;
  if (ok) return;
  g_failures++;
  char last[300];
  cudnnGetLastErrorString(last, sizeof last);
  std::fprintf(stderr, "FAILED: %s (last refusal: %s)\n", what.c_str(), last);
}

inline void expect(Status expected, Status got, const std::string& what) {
  check(expected == got, what + ": expected " + cudnnGetErrorString(expected) + ", got " + cudnnGetErrorString(got));
}

// For what later steps need.
inline void must(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "FAILED: %s\n", what);
  std::exit(1);
}

using Ints = std::vector<int>;
using Floats = std::vector<float>;

// Floats on the device; freed at the end.
class Array {
 public:
  explicit Array(size_t size) : size_(size) { must(cuMemAlloc_v2(&pointer, size * sizeof(float)) == 0, "cuMemAlloc"); }
  explicit Array(const Floats& values) : Array(values.size()) { put(values); }
  ~Array() { cuMemFree_v2(pointer); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  void put(const Floats& values) {
    must(cuMemcpyHtoD_v2(pointer, values.data(), values.size() * sizeof(float)) == 0, "cuMemcpyHtoD");
  }
  // Waits for what was started before.
  Floats get() const {
    must(cuCtxSynchronize() == 0, "work on the device");
    Floats values(size_);
    must(cuMemcpyDtoH_v2(values.data(), pointer, size_ * sizeof(float)) == 0, "cuMemcpyDtoH");
    return values;
  }

  Device pointer = 0;

 private:
  size_t size_;
};

inline Ints packed(const Ints& dims) {
  Ints strides(dims.size());
  int stride = 1;
  for (size_t i = dims.size(); i-- > 0; stride *= dims[i]) strides[i] = stride;
  return strides;
}

// From the first element to behind the last.
inline size_t extent(const Ints& dims, const Ints& strides) {
  size_t size = 1;
  for (size_t i = 0; i < dims.size(); i++) size += size_t(dims[i] - 1) * size_t(strides[i]);
  return size;
}

// A convolution of float32 as its descriptors give it. Change a member, then call set().
struct Case {
  Ints x, x_strides, w, y, y_strides, pad, stride, dilation;
  int groups = 1, mode = 1, math = kFmaMath, w_format = kNchw;
  Object handle = nullptr, x_desc = nullptr, w_desc = nullptr, y_desc = nullptr, convolution = nullptr;

  Case() {
    must(cudnnCreate(&handle) == 0 && cudnnCreateTensorDescriptor(&x_desc) == 0, "create");
    must(cudnnCreateFilterDescriptor(&w_desc) == 0 && cudnnCreateTensorDescriptor(&y_desc) == 0, "create");
    must(cudnnCreateConvolutionDescriptor(&convolution) == 0, "create");
  }
  ~Case() {
    check(cudnnDestroyConvolutionDescriptor(convolution) == 0, "destroy");
    check(cudnnDestroyTensorDescriptor(x_desc) == 0 && cudnnDestroyTensorDescriptor(y_desc) == 0, "destroy");
    check(cudnnDestroyFilterDescriptor(w_desc) == 0 && cudnnDestroy(handle) == 0, "destroy");
  }
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  // All packed, pad 0, stride 1, dilation 1 where nothing else was said.
  void set() {
    const size_t rank = x.size() - 2;
    if (pad.empty()) pad.assign(rank, 0);
    if (stride.empty()) stride.assign(rank, 1);
    if (dilation.empty()) dilation.assign(rank, 1);
    y = {x[0], w[0]};
    for (size_t i = 0; i < rank; i++) {
      y.push_back((x[i + 2] + 2 * pad[i] - (w[i + 2] - 1) * dilation[i] - 1) / stride[i] + 1);
    }
    if (x_strides.size() != x.size()) x_strides = packed(x);
    if (y_strides.size() != y.size()) y_strides = packed(y);
    must(cudnnSetTensorNdDescriptor(x_desc, 0, int(x.size()), x.data(), x_strides.data()) == 0, "x");
    must(cudnnSetTensorNdDescriptor(y_desc, 0, int(y.size()), y.data(), y_strides.data()) == 0, "y");
    must(cudnnSetFilterNdDescriptor(w_desc, 0, w_format, int(w.size()), w.data()) == 0, "w");
    must(cudnnSetConvolutionNdDescriptor(convolution, int(rank), pad.data(), stride.data(), dilation.data(), mode, 0) ==
             0,
         "convolution");
    must(cudnnSetConvolutionGroupCount(convolution, groups) == 0, "groups");
    must(cudnnSetConvolutionMathType(convolution, math) == 0, "math");
  }

  Ints w_strides() const {
    if (w_format == kNchw) return packed(w);
    Ints last = {w[0]};
    last.insert(last.end(), w.begin() + 2, w.end());
    last.push_back(w[1]);
    const Ints strides = packed(last);
    Ints result = {strides[0], strides.back()};
    result.insert(result.end(), strides.begin() + 1, strides.end() - 1);
    return result;
  }
  size_t x_extent() const { return extent(x, x_strides); }
  size_t w_extent() const { return extent(w, packed(w)); }
  size_t y_extent() const { return extent(y, y_strides); }
};

enum Pass { kForward, kBackwardData, kBackwardFilter };

inline Status workspace_size(const Case& c, Pass pass, int algorithm, size_t* size) {
  switch (pass) {
    case kForward:
      return cudnnGetConvolutionForwardWorkspaceSize(c.handle, c.x_desc, c.w_desc, c.convolution, c.y_desc, algorithm,
                                                     size);
    case kBackwardData:
      return cudnnGetConvolutionBackwardDataWorkspaceSize(c.handle, c.w_desc, c.y_desc, c.convolution, c.x_desc,
                                                          algorithm, size);
    default:
      return cudnnGetConvolutionBackwardFilterWorkspaceSize(c.handle, c.x_desc, c.y_desc, c.convolution, c.w_desc,
                                                            algorithm, size);
  }
}

inline Status compute(const Case& c, Pass pass, int algorithm, Device x, Device w, Device y, Device workspace,
                      size_t size, float alpha = 1, float beta = 0) {
  switch (pass) {
    case kForward:
      return cudnnConvolutionForward(c.handle, &alpha, c.x_desc, x, c.w_desc, w, c.convolution, algorithm, workspace,
                                     size, &beta, c.y_desc, y);
    case kBackwardData:
      return cudnnConvolutionBackwardData(c.handle, &alpha, c.w_desc, w, c.y_desc, y, c.convolution, algorithm,
                                          workspace, size, &beta, c.x_desc, x);
    default:
      return cudnnConvolutionBackwardFilter(c.handle, &alpha, c.x_desc, x, c.y_desc, y, c.convolution, algorithm,
                                            workspace, size, &beta, c.w_desc, w);
  }
}

inline Status rank(const Case& c, Pass pass, int requested, int* returned, AlgoPerf* results) {
  switch (pass) {
    case kForward:
      return cudnnGetConvolutionForwardAlgorithm_v7(c.handle, c.x_desc, c.w_desc, c.convolution, c.y_desc, requested,
                                                    returned, results);
    case kBackwardData:
      return cudnnGetConvolutionBackwardDataAlgorithm_v7(c.handle, c.w_desc, c.y_desc, c.convolution, c.x_desc,
                                                         requested, returned, results);
    default:
      return cudnnGetConvolutionBackwardFilterAlgorithm_v7(c.handle, c.x_desc, c.y_desc, c.convolution, c.w_desc,
                                                           requested, returned, results);
  }
}

// Work that must fail when it runs. Each needs a process of its own, since the error sticks to the context.
constexpr int kFaults = 5;  // the first is none, to show that all is well otherwise
// Returns 0 if the error is told.
int run_fault(int which);

void test_convolutions(unsigned seed);
void test_math();
void test_algorithms();
void test_workspace();
void test_descriptors();
void test_refusals();
