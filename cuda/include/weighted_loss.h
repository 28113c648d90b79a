// Losses: convlstm4j.op.WeightedLoss, whose Javadoc has the formulas (Keras 3's).
//   forward   partial = chunks of  sum_s weight_s loss_s;  value = sum / positions by sum_finish (sum_finish.h),
//             where loss_s is a mean over k, the chunks have the sum and value = sum / (positions k)
//   backward  dprediction_i = dvalue weight_s / positions dloss_s/dprediction_i, += where add
// prediction, dprediction [positions, k]; target likewise, for class numbers [positions]; weight [positions], or null
// where each is 1; value, dvalue: 1 float; partial: one double per chunk (sums.h) of elements (pointwise kinds) or of
// positions (categorical ones). A position of weight 0 counts for nothing, whatever it holds; a class number outside 0 to k-1
// makes value and gradient NaN. Traffic per element: forward 2 reads; backward 2 reads (3), 1 write; plus the weights.
//
// Pointwise kinds, one thread per element: loss_{mean_squared_error,mean_absolute_error,huber,binary_crossentropy,
// binary_crossentropy_logits}_{forward,backward}.
// Categorical kinds, one thread or one warp per position (rows.h):
// loss_{categorical,sparse}_{probabilities,logits}_{forward,backward}_{short,long}. Any grid.
#pragma once
#include "index.h"

namespace convlstm4j {

struct LossForward {
  unsigned bytes;
  float delta;  // of Huber's loss
  const float* prediction;
  const float* target;
  const float* weight;
  double* partial;
  long long positions;
  Divisor k;
  float keep;    // 1 - label smoothing: target becomes target * keep + smooth
  float smooth;  // label smoothing / 2 or / k
};

struct LossBackward {
  unsigned bytes;
  float delta;
  const float* prediction;
  const float* target;
  const float* weight;
  const float* dvalue;
  float* dprediction;
  double scale;  // 1 / positions, of pointwise kinds 1 / (positions k)
  long long positions;
  Divisor k;
  float keep;
  float smooth;
  int add;     // 0 to write dprediction
  int unused;  // keeps the size a multiple of 8
};

/** Weight of a position. */
__device__ __forceinline__ float weightOf(const float* weight, long long position) {
  return weight == nullptr ? 1.0f : weight[position];
}

/** Weight of the position of an element. */
__device__ __forceinline__ float weightOf(const float* weight, long long element, const Divisor& k) {
  return weight == nullptr ? 1.0f : weight[split(element, k).quotient];
}

}  // namespace convlstm4j
