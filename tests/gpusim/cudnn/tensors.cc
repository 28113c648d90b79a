// Tensor and filter descriptors. What is refused, and how, was compared with cuDNN 9.24.
#include <algorithm>
#include <climits>

#include "objects.h"
#include "shapes.h"

using namespace simdnn;

namespace {

void check_rank(int rank, int least) {
  if (rank > kMaxDims) throw Refused{kNotSupported, "more than 8 axes"};
  require(rank >= least, "too few axes: " + std::to_string(rank));
}

void check_type(int type) { require(type >= 0 && type <= kLastDataType, "no such data type"); }

void check_dims(int rank, const int* dims) {
  require(dims != nullptr, "the array of dims is null");
  for (int i = 0; i < rank; i++) require(dims[i] > 0, "dims must be positive, got " + text(rank, dims));
}

// cuDNN's offsets are 32 bits wide.
void check_extent(int rank, const int* dims, const int* strides) {
  long long extent = 1;
  for (int i = 0; i < rank; i++) extent += (long long){dims[i] - 1} * std::max(strides[i], 0);
  if (extent > INT_MAX) {
    throw Refused{kNotSupported, text(rank, dims) + " spans " + std::to_string(extent) + " elements, 2^31 or more"};
  }
}

void packed_strides(int format, int rank, const int* dims, int* strides) {
  long long s[kMaxDims];
  long long stride = 1;
  auto put = [&](int axis) {
    s[axis] = stride;
    stride *= dims[axis];
    if (stride > INT_MAX) throw Refused{kNotSupported, text(rank, dims) + " has 2^31 elements or more"};
  };
  if (format == kNhwc && rank > 1) put(1);
  for (int i = rank - 1; i >= 2; i--) put(i);
  if (format != kNhwc && rank > 1) put(1);
  put(0);
  for (int i = 0; i < rank; i++) strides[i] = int(s[i]);
}

void set(Tensor* tensor, int type, int rank, const int* dims, const int* strides) {
  Tensor& t = live(tensor, "tensorDesc");
  check_rank(rank, 1);
  check_type(type);
  check_dims(rank, dims);
  require(strides != nullptr, "the array of strides is null");
  for (int i = 0; i < rank; i++) require(strides[i] != 0, "a stride is 0: " + text(rank, strides));
  check_extent(rank, dims, strides);
  t.type = type;
  t.rank = rank;
  std::copy(dims, dims + rank, t.dims);
  std::copy(strides, strides + rank, t.strides);
}

void set_packed(Tensor* tensor, int format, int type, int rank, const int* dims) {
  require(format == kNchw || format == kNhwc, "the format must be NCHW or NHWC");
  check_rank(rank, 1);
  check_dims(rank, dims);
  int strides[kMaxDims];
  packed_strides(format, rank, dims, strides);
  set(tensor, type, rank, dims, strides);
}

void set(Filter* filter, int type, int format, int rank, const int* dims) {
  Filter& f = live(filter, "filterDesc");
  check_rank(rank, 3);
  check_type(type);
  require(format == kNchw || format == kNhwc, "the format must be NCHW or NHWC");
  check_dims(rank, dims);
  int strides[kMaxDims];
  packed_strides(format, rank, dims, strides);
  f.type = type;
  f.format = format;
  f.rank = rank;
  std::copy(dims, dims + rank, f.dims);
}

size_t bytes_of(int type) { return type == kDouble ? 8 : type == kHalf ? 2 : 4; }

}  // namespace

CUDNN_API int cudnnCreateTensorDescriptor(Tensor** tensor) {
  return call("cudnnCreateTensorDescriptor", [&](std::string&) { create(tensor); });
}

CUDNN_API int cudnnDestroyTensorDescriptor(Tensor* tensor) {
  return call("cudnnDestroyTensorDescriptor", [&](std::string&) { destroy(tensor); });
}

CUDNN_API int cudnnSetTensor4dDescriptor(Tensor* tensor, int format, int type, int n, int c, int h, int w) {
  return call("cudnnSetTensor4dDescriptor", [&](std::string& details) {
    const int dims[] = {n, c, h, w};
    details = text(4, dims);
    set_packed(tensor, format, type, 4, dims);
  });
}

CUDNN_API int cudnnSetTensor4dDescriptorEx(Tensor* tensor, int type, int n, int c, int h, int w, int n_stride,
                                           int c_stride, int h_stride, int w_stride) {
  return call("cudnnSetTensor4dDescriptorEx", [&](std::string& details) {
    const int dims[] = {n, c, h, w};
    const int strides[] = {n_stride, c_stride, h_stride, w_stride};
    details = text(4, dims);
    set(tensor, type, 4, dims, strides);
  });
}

CUDNN_API int cudnnSetTensorNdDescriptor(Tensor* tensor, int type, int rank, const int* dims, const int* strides) {
  return call("cudnnSetTensorNdDescriptor", [&](std::string& details) {
    set(tensor, type, rank, dims, strides);
    details = text(rank, dims);
  });
}

CUDNN_API int cudnnSetTensorNdDescriptorEx(Tensor* tensor, int format, int type, int rank, const int* dims) {
  return call("cudnnSetTensorNdDescriptorEx", [&](std::string& details) {
    set_packed(tensor, format, type, rank, dims);
    details = text(rank, dims);
  });
}

CUDNN_API int cudnnGetTensor4dDescriptor(Tensor* tensor, int* type, int* n, int* c, int* h, int* w, int* n_stride,
                                         int* c_stride, int* h_stride, int* w_stride) {
  return call("cudnnGetTensor4dDescriptor", [&](std::string&) {
    const Tensor& t = live(tensor, "tensorDesc");
    require(t.rank == 4, "the tensor has " + std::to_string(t.rank) + " axes, not 4");
    output(type, "dataType") = t.type;
    int* const dims[] = {n, c, h, w};
    int* const strides[] = {n_stride, c_stride, h_stride, w_stride};
    for (int i = 0; i < 4; i++) {
      output(dims[i], "a dim") = t.dims[i];
      output(strides[i], "a stride") = t.strides[i];
    }
  });
}

CUDNN_API int cudnnGetTensorNdDescriptor(Tensor* tensor, int requested, int* type, int* rank, int* dims, int* strides) {
  return call("cudnnGetTensorNdDescriptor", [&](std::string&) {
    const Tensor& t = live(tensor, "tensorDesc");
    output(type, "dataType") = t.type;
    output(rank, "nbDims") = t.rank;
    const int count = std::clamp(requested, 0, t.rank);
    require(count == 0 || (dims != nullptr && strides != nullptr), "an array is null");
    std::copy(t.dims, t.dims + count, dims);
    std::copy(t.strides, t.strides + count, strides);
  });
}

CUDNN_API int cudnnGetTensorSizeInBytes(Tensor* tensor, size_t* size) {
  return call("cudnnGetTensorSizeInBytes", [&](std::string&) {
    const Tensor& t = live(tensor, "tensorDesc");
    size_t extent = t.rank == 0 ? 0 : 1;
    for (int i = 0; i < t.rank; i++) extent += size_t(t.dims[i] - 1) * size_t(std::max(t.strides[i], 0));
    output(size, "size") = extent * bytes_of(t.type);
  });
}

CUDNN_API int cudnnCreateFilterDescriptor(Filter** filter) {
  return call("cudnnCreateFilterDescriptor", [&](std::string&) { create(filter); });
}

CUDNN_API int cudnnDestroyFilterDescriptor(Filter* filter) {
  return call("cudnnDestroyFilterDescriptor", [&](std::string&) { destroy(filter); });
}

CUDNN_API int cudnnSetFilter4dDescriptor(Filter* filter, int type, int format, int k, int c, int h, int w) {
  return call("cudnnSetFilter4dDescriptor", [&](std::string& details) {
    const int dims[] = {k, c, h, w};
    details = text(4, dims);
    set(filter, type, format, 4, dims);
  });
}

CUDNN_API int cudnnSetFilterNdDescriptor(Filter* filter, int type, int format, int rank, const int* dims) {
  return call("cudnnSetFilterNdDescriptor", [&](std::string& details) {
    set(filter, type, format, rank, dims);
    details = text(rank, dims);
  });
}

CUDNN_API int cudnnGetFilter4dDescriptor(Filter* filter, int* type, int* format, int* k, int* c, int* h, int* w) {
  return call("cudnnGetFilter4dDescriptor", [&](std::string&) {
    const Filter& f = live(filter, "filterDesc");
    require(f.rank == 4, "the filter has " + std::to_string(f.rank) + " axes, not 4");
    output(type, "dataType") = f.type;
    output(format, "format") = f.format;
    int* const dims[] = {k, c, h, w};
    for (int i = 0; i < 4; i++) output(dims[i], "a dim") = f.dims[i];
  });
}

CUDNN_API int cudnnGetFilterNdDescriptor(Filter* filter, int requested, int* type, int* format, int* rank, int* dims) {
  return call("cudnnGetFilterNdDescriptor", [&](std::string&) {
    const Filter& f = live(filter, "filterDesc");
    output(type, "dataType") = f.type;
    output(format, "format") = f.format;
    output(rank, "nbDims") = f.rank;
    const int count = std::clamp(requested, 0, f.rank);
    require(count == 0 || dims != nullptr, "filterDimA is null");
    std::copy(f.dims, f.dims + count, dims);
  });
}

CUDNN_API int cudnnGetFilterSizeInBytes(Filter* filter, size_t* size) {
  return call("cudnnGetFilterSizeInBytes", [&](std::string&) {
    const Filter& f = live(filter, "filterDesc");
    size_t elements = f.rank == 0 ? 0 : 1;
    for (int i = 0; i < f.rank; i++) elements *= size_t(f.dims[i]);
    output(size, "size") = elements * bytes_of(f.type);
  });
}
