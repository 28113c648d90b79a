// Batch normalisation over any axes: convlstm4j.op.BatchNorm (Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1 and
// section 3; biased variance, as Keras). Elements that share statistics form a group g (groups.h), of M members; a
// group belongs to parameter p(g). With a time axis of their own (perStep), a parameter has one group per step.
//
// Forward, training
//   sums      A = sum (x - c), B = sum (x - c)^2, c the group's first element: near the mean, so nothing cancels
//   finish    mean = c + A/M, variance = B/M - (A/M)^2, r = 1/sqrt(variance + epsilon)
//             new_moving = moving * momentum + batch * (1 - momentum), once per step in order
//   apply     y = (x - mean) r gamma + beta
// Forward, inference: mean and variance are the moving ones.
// Backward, with n = (x - mean) r
//   sums      S = sum dy, Q = sum dy n
//   finish    dgamma += sum over steps of Q, dbeta += sum over steps of S
//   apply     dx = gamma r (dy - (S + n Q) / M), += where add; at inference the statistics are constants: gamma r dy
//
// x, y, dy, dx: rank 1 to 8 after neighbouring axes of one kind are joined. Parameters p: P floats each. Per group
// `stats` holds mean, the part of the mean that a float leaves out, and r, each [groups]; `coefficients` what apply
// multiplies with. partial [splits, groups, 2] double. Sums are double, terms float (groups.h).
// Traffic per element: forward 2 reads, 1 write; backward 4 reads (5), 1 write.
#pragma once
#include "groups.h"

namespace convlstm4j {

// batch_norm_sums: any grid.
struct BatchNormSums {
  unsigned bytes;
  const float* x;
  double* partial;
  Groups groups;
};

// batch_norm_finish: one block per parameter.
struct BatchNormFinish {
  unsigned bytes;
  int steps;
  const float* x;
  const double* partial;
  const float* gamma;  // null for 1
  const float* beta;   // null for 0
  const float* movingMean;
  const float* movingVariance;
  float* newMovingMean;
  float* newMovingVariance;
  float* stats;         // [3, groups]
  float* coefficients;  // [2, groups]: scale, shift
  long long parameters;
  Divisor inside;  // parameters inside the time axis
  double epsilon;
  float momentum;
  float rest;  // 1 - momentum
  Groups groups;
};

// batch_norm_constants: statistics and coefficients at inference, where groups are parameters. Any grid.
struct BatchNormConstants {
  unsigned bytes;
  const float* gamma;
  const float* beta;
  const float* movingMean;
  const float* movingVariance;
  float* stats;
  float* coefficients;
  long long parameters;
  double epsilon;
};

// batch_norm_apply: y = (x - mean) * scale + shift. Any grid.
struct BatchNormApply {
  unsigned bytes;
  const float* x;
  const float* stats;
  const float* coefficients;
  float* y;
  long long groups;
  GroupMap map;
};

// batch_norm_gradient_sums: any grid.
struct BatchNormGradientSums {
  unsigned bytes;
  const float* x;
  const float* dy;
  const float* stats;
  double* partial;
  Groups groups;
};

// batch_norm_gradient_finish: one block per parameter.
struct BatchNormGradientFinish {
  unsigned bytes;
  int steps;
  const double* partial;
  const float* stats;
  const float* gamma;  // null for 1
  float* dgamma;       // null where not wanted
  float* dbeta;        // null where not wanted
  float* coefficients;  // [3, groups]: scale, shift, slope
  long long parameters;
  Divisor inside;
  double share;  // 1 / M in training, 0 at inference
  Groups groups;
};

// batch_norm_gradient_apply: dx = (dy - shift - (x - mean) * slope) * scale, += where add. Any grid.
struct BatchNormGradientApply {
  unsigned bytes;
  int add;  // 0 to write dx
  const float* x;
  const float* dy;
  const float* stats;
  const float* coefficients;
  float* dx;
  long long groups;
  GroupMap map;
};

}  // namespace convlstm4j
