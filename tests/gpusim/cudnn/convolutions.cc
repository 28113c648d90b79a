// Convolution descriptors. What is refused, and how, was compared with cuDNN 9.24.
#include <algorithm>

#include "objects.h"
#include "problem.h"
#include "shapes.h"

using namespace simdnn;

namespace {

void set(Convolution* convolution, int rank, const int* pad, const int* stride, const int* dilation, int mode,
         int type) {
  Convolution& c = live(convolution, "convDesc");
  if (rank > kMaxDims - 2) throw Refused{kNotSupported, "more than 6 spatial axes"};
  require(rank >= 0, "a negative number of axes");
  require(pad != nullptr && stride != nullptr && dilation != nullptr, "an array is null");
  for (int i = 0; i < rank; i++) {
    require(pad[i] >= 0, "padding is negative: " + text(rank, pad));
    require(stride[i] > 0, "strides must be positive, got " + text(rank, stride));
    require(dilation[i] > 0, "dilations must be positive, got " + text(rank, dilation));
  }
  require(mode == kConvolution || mode == kCrossCorrelation, "no such convolution mode");
  require(type == kFloat || type == kDouble || type == kHalf || type == kInt32, "no such type to compute in");
  c.rank = rank;
  std::copy(pad, pad + rank, c.pad);
  std::copy(stride, stride + rank, c.stride);
  std::copy(dilation, dilation + rank, c.dilation);
  c.mode = mode;
  c.type = type;
}

}  // namespace

CUDNN_API int cudnnCreateConvolutionDescriptor(Convolution** convolution) {
  return call("cudnnCreateConvolutionDescriptor", [&](std::string&) { create(convolution); });
}

CUDNN_API int cudnnDestroyConvolutionDescriptor(Convolution* convolution) {
  return call("cudnnDestroyConvolutionDescriptor", [&](std::string&) { destroy(convolution); });
}

CUDNN_API int cudnnSetConvolutionMathType(Convolution* convolution, int math) {
  return call("cudnnSetConvolutionMathType", [&](std::string&) {
    require(math >= kDefaultMath && math <= kFmaMath, "no such math type");
    live(convolution, "convDesc").math = math;
  });
}

CUDNN_API int cudnnGetConvolutionMathType(Convolution* convolution, int* math) {
  return call("cudnnGetConvolutionMathType",
              [&](std::string&) { output(math, "mathType") = live(convolution, "convDesc").math; });
}

CUDNN_API int cudnnSetConvolutionGroupCount(Convolution* convolution, int groups) {
  return call("cudnnSetConvolutionGroupCount", [&](std::string&) {
    require(groups > 0, "groupCount must be positive, got " + std::to_string(groups));
    live(convolution, "convDesc").groups = groups;
  });
}

CUDNN_API int cudnnGetConvolutionGroupCount(Convolution* convolution, int* groups) {
  return call("cudnnGetConvolutionGroupCount",
              [&](std::string&) { output(groups, "groupCount") = live(convolution, "convDesc").groups; });
}

CUDNN_API int cudnnSetConvolutionReorderType(Convolution* convolution, int reorder) {
  return call("cudnnSetConvolutionReorderType", [&](std::string&) {
    require(reorder == 0 || reorder == 1, "no such reorder type");
    live(convolution, "convDesc").reorder = reorder;  // of no effect on float32
  });
}

CUDNN_API int cudnnGetConvolutionReorderType(Convolution* convolution, int* reorder) {
  return call("cudnnGetConvolutionReorderType",
              [&](std::string&) { output(reorder, "reorderType") = live(convolution, "convDesc").reorder; });
}

CUDNN_API int cudnnSetConvolution2dDescriptor(Convolution* convolution, int pad_h, int pad_w, int stride_h,
                                              int stride_w, int dilation_h, int dilation_w, int mode, int type) {
  return call("cudnnSetConvolution2dDescriptor", [&](std::string&) {
    const int pad[] = {pad_h, pad_w};
    const int stride[] = {stride_h, stride_w};
    const int dilation[] = {dilation_h, dilation_w};
    set(convolution, 2, pad, stride, dilation, mode, type);
  });
}

CUDNN_API int cudnnGetConvolution2dDescriptor(Convolution* convolution, int* pad_h, int* pad_w, int* stride_h,
                                              int* stride_w, int* dilation_h, int* dilation_w, int* mode, int* type) {
  return call("cudnnGetConvolution2dDescriptor", [&](std::string&) {
    const Convolution& c = live(convolution, "convDesc");
    require(c.rank == 2, "the convolution has " + std::to_string(c.rank) + " spatial axes, not 2");
    int* const pad[] = {pad_h, pad_w};
    int* const stride[] = {stride_h, stride_w};
    int* const dilation[] = {dilation_h, dilation_w};
    for (int i = 0; i < 2; i++) {
      output(pad[i], "a pad") = c.pad[i];
      output(stride[i], "a stride") = c.stride[i];
      output(dilation[i], "a dilation") = c.dilation[i];
    }
    output(mode, "mode") = c.mode;
    output(type, "computeType") = c.type;
  });
}

CUDNN_API int cudnnSetConvolutionNdDescriptor(Convolution* convolution, int rank, const int* pad, const int* stride,
                                              const int* dilation, int mode, int type) {
  return call("cudnnSetConvolutionNdDescriptor",
              [&](std::string&) { set(convolution, rank, pad, stride, dilation, mode, type); });
}

CUDNN_API int cudnnGetConvolutionNdDescriptor(Convolution* convolution, int requested, int* rank, int* pad, int* stride,
                                              int* dilation, int* mode, int* type) {
  return call("cudnnGetConvolutionNdDescriptor", [&](std::string&) {
    const Convolution& c = live(convolution, "convDesc");
    if (requested > kMaxDims - 2) throw Refused{kNotSupported, "more than 6 spatial axes"};
    output(rank, "arrayLength") = c.rank;
    const int count = std::clamp(requested, 0, c.rank);
    require(count == 0 || (pad != nullptr && stride != nullptr && dilation != nullptr), "an array is null");
    std::copy(c.pad, c.pad + count, pad);
    std::copy(c.stride, c.stride + count, stride);
    std::copy(c.dilation, c.dilation + count, dilation);
    output(mode, "mode") = c.mode;
    output(type, "computeType") = c.type;
  });
}

CUDNN_API int cudnnGetConvolutionNdForwardOutputDim(Convolution* convolution, Tensor* input, Filter* filter, int rank,
                                                    int* dims) {
  return call("cudnnGetConvolutionNdForwardOutputDim", [&](std::string&) {
    const Convolution& c = live(convolution, "convDesc");
    const Tensor& x = live(input, "inputTensorDesc");
    const Filter& w = live(filter, "filterDesc");
    require(rank >= 0 && rank <= x.rank, "nbDims is " + std::to_string(rank) + " for " + text(x.rank, x.dims));
    require(rank == 0 || dims != nullptr, "tensorOuputDimA is null");
    int all[kMaxDims];
    output_dims(c, x, w, all);
    std::copy(all, all + rank, dims);
  });
}

CUDNN_API int cudnnGetConvolution2dForwardOutputDim(Convolution* convolution, Tensor* input, Filter* filter, int* n,
                                                    int* c, int* h, int* w) {
  return call("cudnnGetConvolution2dForwardOutputDim", [&](std::string&) {
    const Tensor& x = live(input, "inputTensorDesc");
    require(x.rank == 4, "the input has " + std::to_string(x.rank) + " axes, not 4");
    int all[kMaxDims];
    output_dims(live(convolution, "convDesc"), x, live(filter, "filterDesc"), all);
    int* const dims[] = {n, c, h, w};
    for (int i = 0; i < 4; i++) output(dims[i], "a dim") = all[i];
  });
}
