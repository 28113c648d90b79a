// The arithmetic of convolutions on packed arrays, in double precision. Cross-correlation only.
#pragma once

#include <cstdint>

namespace simdnn {

// Axes of volumes are depth, height, width. c and k are channels of one group.
//   x  [n, groups*c, x]   w [groups*k, c, w]   y [n, groups*k, y]
//   y[o] = sum over c and taps t of x[o*stride - pad + t*dilation] * w[t]
struct Shape {
  int64_t n, groups, c, k;
  int64_t x[3], w[3], y[3];
  int64_t pad[3], stride[3], dilation[3];

  int64_t x_elements() const { return n * groups * c * x[0] * x[1] * x[2]; }
  int64_t w_elements() const { return groups * k * c * w[0] * w[1] * w[2]; }
  int64_t y_elements() const { return n * groups * k * y[0] * y[1] * y[2]; }
  int64_t y_rows() const { return n * y[0] * y[1]; }  // of one channel
};

// y = x * w
void forward(const Shape& s, const double* x, const double* w, double* y);

// dx = the gradient of x for dy, summed over output channels [from, to) of each group.
void backward_data(const Shape& s, const double* w, const double* dy, double* dx, int64_t from, int64_t to);

// dw = the gradient of w for dy, summed over rows [from, to) of dy's y_rows().
void backward_filter(const Shape& s, const double* x, const double* dy, double* dw, int64_t from, int64_t to);

}  // namespace simdnn
