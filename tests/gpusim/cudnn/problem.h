// A convolution as its descriptors give it, checked: what the algorithms and the arithmetic need.
#pragma once

#include <string>

#include "convolve.h"
#include "layout.h"
#include "objects.h"

namespace simdnn {

// A tensor or filter on the axes of Layout.
struct Operand {
  int64_t dims[kAxes];
  int64_t strides[kAxes];
  Layout layout;

  // Whether the innermost axes lie without gaps in the order channels, depth, height, width, from that axis on
  // (1: "CHW-packed", 2: "HW-packed"). Strides of axes of length 1 do not count.
  bool packed_from(int axis) const;
  // Whether the axes lie without gaps in the order depth, height, width, channels.
  bool channels_last() const;
};

struct Problem {
  int rank;  // of the spatial axes
  int math;
  int capability;  // major compute capability of the device
  Operand x, w, y;
  Shape shape;
  std::string text;  // for the trace
};

// The shape of what a convolution gives.
// Throws Refused if filter and input do not fit.
void output_dims(const Convolution& c, const Tensor& x, const Filter& w, int* dims);

// Throws Refused: CUDNN_STATUS_BAD_PARAM where the descriptors contradict each other, CUDNN_STATUS_NOT_SUPPORTED
// where they describe what is not simulated.
Problem problem_of(const Handle& handle, Tensor* x, Filter* w, Convolution* convolution, Tensor* y);

}  // namespace simdnn
