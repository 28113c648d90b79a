// Activation functions of every element: convlstm4j.op.Activate, Activation (Keras 3's definitions; functions.h).
//   forward   y[i] = f(x[i])
//   backward  dx[i] = f'(x[i]) dy[i], += where add, f' from y where it is known from y alone (functions.h), otherwise from x
// x, y, dy, dx: n floats each. Traffic per element: forward 1 read, 1 write; backward 2 reads (3), 1 write.
// Kernels activate_forward_F and activate_backward_F, F a name in CONVLSTM4J_FUNCTIONS. Any grid.
#pragma once

namespace convlstm4j {

struct ActivateForward {
  unsigned bytes;
  float alpha;  // of elu and leaky_relu
  const float* x;
  float* y;  // may be x
  long long n;
};

struct ActivateBackward {
  unsigned bytes;
  float alpha;
  const float* at;  // y where the function's kFromValue is true, else x
  const float* dy;
  float* dx;
  long long n;
  int add;  // 0 to write dx
  int unused;  // keeps the size a multiple of 8
};

}  // namespace convlstm4j
