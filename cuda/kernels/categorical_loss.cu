#include <math.h>

#include "rows.h"
#include "sums.h"
#include "weighted_loss.h"

namespace convlstm4j {
namespace {

/** Positions whose losses become one partial sum. */
constexpr int kChunkPositions = kChunk / kLongLanes;

/** Bounds of a probability, as Keras's backend.epsilon() sets them. */
__device__ __forceinline__ bool isClipped(float q) { return q < 1e-7f || q > 1 - 1e-7; }

__device__ __forceinline__ float logOfClipped(float q) {
  return q < 1e-7f ? logf(1e-7f) : q > 1 - 1e-7 ? log1pf(-1e-7f) : logf(q);
}

/** One position: its predictions, targets, and what its predictions are divided or reduced by. */
template <class Params, bool Sparse, bool Logits, int Lanes>
struct Position {
  const Params& p;
  long long s;
  int lane;
  const float* prediction;
  long long label = -1;
  bool valid = true;
  float most = 0;   // logits: the largest
  float total = 0;  // logits: sum of exp(z - most); probabilities: their sum

  __device__ __forceinline__ Position(const Params& params, long long position, int itsLane)
      : p(params), s(position), lane(itsLane), prediction(params.prediction + position * params.k.by) {
    if (Sparse) {
      const float c = p.target[s];
      valid = c >= 0.0f && c < (float)p.k.by && c == floorf(c);
      label = valid ? (long long)c : -1;
    }
    if (Logits) {
      most = -INFINITY;
      ROLL
    for (long long i = lane; i < p.k.by; i += Lanes) {
        most = fmaxf(most, prediction[i]);
      }
      most = laneMax<Lanes>(most);
    }
    ROLL
    for (long long i = lane; i < p.k.by; i += Lanes) {
      total += Logits ? expf(prediction[i] - most) : prediction[i];
    }
    total = laneSum<Lanes>(total);
  }

  __device__ __forceinline__ float target(long long i) const {
    return (Sparse ? (i == label ? 1.0f : 0.0f) : p.target[s * p.k.by + i]) * p.keep + p.smooth;
  }

  __device__ __forceinline__ float loss() const {
    const float log = Logits ? logf(total) : 0.0f;
    float sum = 0;
    ROLL
    for (long long i = lane; i < p.k.by; i += Lanes) {
      sum -= target(i) * (Logits ? prediction[i] - most - log : logOfClipped(prediction[i] / total));
    }
    return valid ? laneSum<Lanes>(sum) : NAN;
  }

  /**
   * factor * dloss/dprediction, to be added where add. With q the probabilities, dloss/dq_i = -t_i / q_i where not clipped; from
   * probabilities dq_i/dp_j = ([i = j] - q_i) / total, from logits dq_i/dz_j = q_i ([i = j] - q_j) and nothing is clipped.
   */
  __device__ __forceinline__ void gradient(float factor, bool add, float* d) const {
    float targets = 0;
    ROLL
    for (long long i = lane; i < p.k.by; i += Lanes) {
      targets += Logits || !isClipped(prediction[i] / total) ? target(i) : 0.0f;
    }
    targets = laneSum<Lanes>(targets);
    ROLL
    for (long long i = lane; i < p.k.by; i += Lanes) {
      float slope;
      if (Logits) {
        slope = expf(prediction[i] - most) / total * targets - target(i);
      } else {
        const float q = prediction[i] / total;
        slope = (targets - (isClipped(q) ? 0.0f : target(i) / q)) / total;
      }
      const float slopes = factor * (valid ? slope : NAN);
      d[i] = add ? d[i] + slopes : slopes;
    }
  }
};

template <bool Sparse, bool Logits, int Lanes>
__device__ __forceinline__ void categoricalForward(const LossForward& p) {
  __shared__ double scratch[kBlock];
  constexpr int kRows = kBlock / Lanes;
  const int lane = (int)threadIdx.x % Lanes;
  for (long long c = blockIdx.x; c * kChunkPositions < p.positions; c += gridDim.x) {
    double sum = 0;
    for (int r = (int)threadIdx.x / Lanes; r < kChunkPositions; r += kRows) {
      const long long s = c * kChunkPositions + r;
      const float weight = s < p.positions ? weightOf(p.weight, s) : 0.0f;
      if (weight != 0.0f) {
        const double loss = Position<LossForward, Sparse, Logits, Lanes>(p, s, lane).loss();
        sum += lane == 0 ? weight * loss : 0.0;
      }
    }
    sum = blockSum(sum, scratch);
    if (threadIdx.x == 0) {
      p.partial[c] = sum;
    }
  }
}

template <bool Sparse, bool Logits, int Lanes>
__device__ __forceinline__ void categoricalBackward(const LossBackward& p) {
  eachRow<Lanes>(p.positions, [&](long long s, int lane) {
    const float weight = weightOf(p.weight, s);
    float* d = p.dprediction + s * p.k.by;
    if (weight != 0.0f) {
      const float factor = (float)(*p.dvalue * p.scale * weight);
      Position<LossBackward, Sparse, Logits, Lanes>(p, s, lane).gradient(factor, p.add != 0, d);
    } else if (p.add == 0) {
      ROLL
      for (long long i = lane; i < p.k.by; i += Lanes) {
        d[i] = 0.0f;
      }
    }
  });
}

}  // namespace

#define DEFINE(name, sparse, logits)                                                                               \
  KERNEL(loss_##name##_forward_short, LossForward) { categoricalForward<sparse, logits, kShortLanes>(p); }          \
  KERNEL(loss_##name##_forward_long, LossForward) { categoricalForward<sparse, logits, kLongLanes>(p); }            \
  KERNEL(loss_##name##_backward_short, LossBackward) { categoricalBackward<sparse, logits, kShortLanes>(p); }       \
  KERNEL(loss_##name##_backward_long, LossBackward) { categoricalBackward<sparse, logits, kLongLanes>(p); }

DEFINE(categorical_probabilities, false, false)
DEFINE(categorical_logits, false, true)
DEFINE(sparse_probabilities, true, false)
DEFINE(sparse_logits, true, true)
#undef DEFINE

}  // namespace convlstm4j
