// Limits on gradients: convlstm4j.op.ClipGradients, all gradients in each launch.
//   VALUE        clip_value: out = g clipped to [-limit, limit]
//   NORM         clip_squares: partial = chunks of sum g^2; clip_factors: factor = limit / max(norm, limit), one block
//                per gradient; clip_scale: out = g * factor
//   GLOBAL_NORM  the same with one factor for all
// NaN stays NaN, and the norm of a gradient with NaN makes its factor NaN. partial: one double per chunk of tensors.h, of
// all gradients one after the other; factor: 1 float per norm. out may be g. Traffic per element: value 1 read, 1 write;
// norm 2 reads, 1 write. Squares are double: those of floats could overflow. Any grid but for clip_factors.
#pragma once
#include "tensors.h"

namespace convlstm4j {

struct ClipValue {
  unsigned bytes;
  float limit;
  TensorTable table;  // in g, out
};

struct ClipSquares {
  unsigned bytes;
  double* partial;  // of the first chunk of the table
  TensorTable table;
};

// One block per norm b: the chunks from first[b] to first[b+1]-1.
struct ClipFactors {
  unsigned bytes;
  int count;
  const double* partial;
  float* factor;
  double limit;
  long long first[kMaxTensors + 1];
};

struct ClipScale {
  unsigned bytes;
  int perTensor;  // 1 where entry j has factor[j], 0 where all have factor[0]
  const float* factor;
  TensorTable table;
};

}  // namespace convlstm4j
