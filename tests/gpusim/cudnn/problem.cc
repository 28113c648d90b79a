#include "problem.h"

#include <algorithm>

#include "shapes.h"

namespace simdnn {
namespace {

// Many kernels of cuDNN lay the images along the grid's y or z axis, which ends there; which do is not documented.
constexpr int kMostImages = 65535;

// The index on Layout's axes of an axis of a tensor with that many axes.
int axis_of(int i, int rank) { return i < 2 ? i : i + kAxes - rank; }

Operand operand(const char* name, int rank, const int* dims, const int* strides, bool reversed) {
  Operand o;
  std::fill_n(o.dims, kAxes, 1);
  std::fill_n(o.strides, kAxes, 1);
  for (int i = 0; i < rank; i++) {
    require(strides[i] > 0, std::string(name) + " has a negative stride: " + text(rank, strides));
    o.dims[axis_of(i, rank)] = dims[i];
    o.strides[axis_of(i, rank)] = strides[i];
  }
  o.layout = Layout(o.dims, o.strides, reversed ? 2 : kAxes);
  require(!o.layout.overlaps_itself(),
          std::string(name) + " has overlapping strides " + text(rank, strides) + " for dims " + text(rank, dims));
  return o;
}

void filter_strides(const Filter& w, int* strides) {
  int stride = 1;
  if (w.format == kNhwc) {
    strides[1] = 1;
    stride = w.dims[1];
  }
  for (int i = w.rank - 1; i >= 2; i--) {
    strides[i] = stride;
    stride *= w.dims[i];
  }
  if (w.format == kNchw) {
    strides[1] = stride;
    stride *= w.dims[1];
  }
  strides[0] = stride;
}

void check_simulated(bool ok, const char* what) {
  if (!ok) throw Refused{kNotSupported, std::string("not simulated: ") + what};
}

}  // namespace

bool Operand::packed_from(int axis) const {
  int64_t stride = 1;
  for (int i = kAxes - 1; i >= axis; i--) {
    if (dims[i] > 1 && strides[i] != stride) return false;
    stride *= dims[i];
  }
  return true;
}

bool Operand::channels_last() const {
  if (dims[1] > 1 && strides[1] != 1) return false;
  int64_t stride = dims[1];
  for (int i = kAxes - 1; i >= 2; i--) {
    if (dims[i] > 1 && strides[i] != stride) return false;
    stride *= dims[i];
  }
  return true;
}

void output_dims(const Convolution& c, const Tensor& x, const Filter& w, int* dims) {
  require(x.rank >= 3, "the input's descriptor was not set to 3 axes or more");
  require(w.rank == x.rank, "the filter has " + std::to_string(w.rank) + " axes, the input " + std::to_string(x.rank));
  require(c.rank == x.rank - 2,
          "the convolution has " + std::to_string(c.rank) + " spatial axes, the input " + std::to_string(x.rank - 2));
  require(x.dims[1] == c.groups * w.dims[1], "the input has " + std::to_string(x.dims[1]) + " channels, the filter " +
                                                 std::to_string(w.dims[1]) + " in each of " + std::to_string(c.groups) +
                                                 " groups");
  dims[0] = x.dims[0];
  dims[1] = w.dims[0];
  for (int i = 0; i < c.rank; i++) {
    const int room = x.dims[i + 2] + 2 * c.pad[i] - ((w.dims[i + 2] - 1) * c.dilation[i] + 1);
    require(room >= 0,
            "the filter " + text(w.rank, w.dims) + " is larger than the padded input " + text(x.rank, x.dims));
    dims[i + 2] = room / c.stride[i] + 1;
  }
}

Problem problem_of(const Handle& handle, Tensor* x_desc, Filter* w_desc, Convolution* convolution, Tensor* y_desc) {
  const Tensor& x = live(x_desc, "xDesc");
  const Filter& w = live(w_desc, "wDesc");
  const Convolution& c = live(convolution, "convDesc");
  const Tensor& y = live(y_desc, "yDesc");
  int dims[kMaxDims];
  output_dims(c, x, w, dims);
  require(w.dims[0] % c.groups == 0,
          std::to_string(w.dims[0]) + " output channels are no multiple of " + std::to_string(c.groups) + " groups");
  require(y.rank == x.rank && std::equal(dims, dims + x.rank, y.dims),
          "y is " + text(y.rank, y.dims) + ", the convolution of " + text(x.rank, x.dims) + " with " +
              text(w.rank, w.dims) + " is " + text(x.rank, dims));
  require(x.type == w.type && x.type == y.type, "x, w and y have different data types");
  if (x.dims[0] > kMostImages) {
    throw Refused{kNotSupported, "the batch has " + std::to_string(x.dims[0]) + " images, at most " +
                                     std::to_string(kMostImages) + " are taken at once"};
  }

  Problem p;
  p.rank = c.rank;
  p.math = c.math;
  p.capability = handle.capability;
  int w_strides[kMaxDims];
  filter_strides(w, w_strides);
  check_simulated(x.rank == 4 || x.rank == 5, "anything but 4 and 5 axes");
  check_simulated(x.type == kFloat && c.type == kFloat, "anything but float32");
  check_simulated(c.math != kTensorOpMathAllowConversion, "CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION");
  p.x = operand("x", x.rank, x.dims, x.strides, false);
  p.w = operand("w", w.rank, w.dims, w_strides, c.mode == kConvolution);
  p.y = operand("y", y.rank, y.dims, y.strides, false);
  if (w.format == kNhwc && !(p.x.channels_last() && p.y.channels_last())) {
    throw Refused{kNotSupported, "an NHWC filter needs NHWC tensors"};
  }

  Shape& s = p.shape;
  s.n = x.dims[0];
  s.groups = c.groups;
  s.c = w.dims[1];
  s.k = w.dims[0] / c.groups;
  for (int i = 0; i < 3; i++) {
    const int axis = i - (3 - c.rank);  // of the convolution; negative: the depth that images lack
    s.x[i] = p.x.dims[i + 2];
    s.w[i] = p.w.dims[i + 2];
    s.y[i] = p.y.dims[i + 2];
    s.pad[i] = axis < 0 ? 0 : c.pad[axis];
    s.stride[i] = axis < 0 ? 1 : c.stride[axis];
    s.dilation[i] = axis < 0 ? 1 : c.dilation[axis];
  }
  p.text = "x=" + text(x.rank, x.dims) + " w=" + text(w.rank, w.dims) + " y=" + text(y.rank, y.dims);
  return p;
}

}  // namespace simdnn
