#include "batch_norm.h"

namespace convlstm4j {
namespace {

/** Sums of x - c and of its square. */
struct Moments {
  const float* x;
  float c;
  double a = 0, b = 0;

  __device__ __forceinline__ Moments(const BatchNormSums& p, long long, long long first) : x(p.x), c(p.x[first]) {}

  /** About the batch's own mean in float, where nothing cancels, then moved to c in double. */
  __device__ __forceinline__ void add(const long long (&at)[kBatch]) {
    float v[kBatch];
    float mean = 0;
    UNROLL
    for (int k = 0; k < kBatch; k++) {
      v[k] = x[at[k]];
      mean += v[k] * (1.0f / kBatch);
    }
    float sum = 0, squares = 0;
    UNROLL
    for (int k = 0; k < kBatch; k++) {
      const float d = v[k] - mean;
      sum += d;
      squares += d * d;
    }
    const double shift = (double)mean - c;
    a += kBatch * shift + sum;
    b += squares + shift * (kBatch * shift + 2.0 * sum);
  }

  __device__ __forceinline__ void add(long long at) {
    const double d = (double)x[at] - c;
    a += d;
    b += d * d;
  }
};

/** Sums of dy and of dy n. */
struct GradientMoments {
  const float* x;
  const float* dy;
  float mean, meanRest, r;
  double a = 0, b = 0;

  __device__ __forceinline__ GradientMoments(const BatchNormGradientSums& p, long long group, long long)
      : x(p.x),
        dy(p.dy),
        mean(p.stats[group]),
        meanRest(p.stats[p.groups.count + group]),
        r(p.stats[2 * p.groups.count + group]) {}

  __device__ __forceinline__ void add(const long long (&at)[kBatch]) {
    float sum = 0, product = 0;
    UNROLL
    for (int k = 0; k < kBatch; k++) {
      const float d = dy[at[k]];
      sum += d;
      product += d * ((x[at[k]] - mean - meanRest) * r);
    }
    a += sum;
    b += product;
  }

  __device__ __forceinline__ void add(long long at) {
    const float d = dy[at];
    a += d;
    b += d * ((x[at] - mean - meanRest) * r);
  }
};

/** The group of a parameter in a step: the time axis stands before the `inside` last parameters. */
__device__ __forceinline__ long long groupOf(long long parameter, int step, int steps, const Divisor& inside) {
  const Split s = split(parameter, inside);
  return (s.quotient * steps + step) * inside.by + s.rest;
}

/** Writes what apply and backward need of a group. */
__device__ __forceinline__ void writeStatistics(double mean, double variance, double epsilon, const float* gamma,
                                                const float* beta, long long parameter, long long group,
                                                long long groups, float* stats, float* coefficients) {
  const double r = 1.0 / sqrt(variance + epsilon);
  const float high = (float)mean;
  const double low = mean - high;
  const double scale = gamma == nullptr ? r : r * gamma[parameter];
  stats[group] = high;
  stats[groups + group] = (float)low;
  stats[2 * groups + group] = (float)r;
  coefficients[group] = (float)scale;
  coefficients[groups + group] = (float)((beta == nullptr ? 0.0 : beta[parameter]) - low * scale);
}

}  // namespace

KERNEL(batch_norm_sums, BatchNormSums) { groupSums<Moments>(p.groups, p.partial, p); }

KERNEL(batch_norm_finish, BatchNormFinish) {
  __shared__ double scratch[kBlock];
  ROLL
  for (long long q = blockIdx.x; q < p.parameters; q += gridDim.x) {
    float movingMean = p.movingMean[q], movingVariance = p.movingVariance[q];
    ROLL
    for (int t = 0; t < p.steps; t++) {
      const long long g = groupOf(q, t, p.steps, p.inside);
      const double a = sumOfSplits(p.groups, p.partial, g, 0, scratch);
      const double b = sumOfSplits(p.groups, p.partial, g, 1, scratch);
      if (threadIdx.x == 0) {
        const double d = a / (double)p.groups.members;
        const double mean = p.x[firstMember(p.groups, g)] + d;
        const double spread = b / (double)p.groups.members - d * d;
        const double variance = spread < 0 ? 0 : spread;  // below 0 only by rounding; NaN stays
        writeStatistics(mean, variance, p.epsilon, p.gamma, p.beta, q, g, p.groups.count, p.stats, p.coefficients);
        movingMean = movingMean * p.momentum + (float)mean * p.rest;
        movingVariance = movingVariance * p.momentum + (float)variance * p.rest;
      }
    }
    if (threadIdx.x == 0) {
      p.newMovingMean[q] = movingMean;
      p.newMovingVariance[q] = movingVariance;
    }
  }
}

KERNEL(batch_norm_constants, BatchNormConstants) {
  eachElement(p.parameters, [&](long long q) {
    writeStatistics(p.movingMean[q], p.movingVariance[q], p.epsilon, p.gamma, p.beta, q, q, p.parameters, p.stats,
                    p.coefficients);
  });
}

KERNEL(batch_norm_apply, BatchNormApply) {
  eachInGroup(p.map, aligned(p.x, p.y), [&](auto width, long long i, long long group, long long step) {
    constexpr int W = decltype(width)::value;
    Pack<W> v = load<W>(p.x + i);
    for (int k = 0; k < W; k++) {
      const long long g = group + k * step;
      v.v[k] = (v.v[k] - p.stats[g]) * p.coefficients[g] + p.coefficients[p.groups + g];
    }
    store<W>(p.y + i, v);
  });
}

KERNEL(batch_norm_gradient_sums, BatchNormGradientSums) { groupSums<GradientMoments>(p.groups, p.partial, p); }

KERNEL(batch_norm_gradient_finish, BatchNormGradientFinish) {
  __shared__ double scratch[kBlock];
  const long long groups = p.groups.count;
  ROLL
  for (long long q = blockIdx.x; q < p.parameters; q += gridDim.x) {
    double dgamma = 0, dbeta = 0;
    ROLL
    for (int t = 0; t < p.steps; t++) {
      const long long g = groupOf(q, t, p.steps, p.inside);
      const double sum = sumOfSplits(p.groups, p.partial, g, 0, scratch);
      const double product = sumOfSplits(p.groups, p.partial, g, 1, scratch);
      if (threadIdx.x == 0) {
        const double r = p.stats[2 * groups + g];
        const double slope = p.share * product * r;
        p.coefficients[g] = (float)(p.gamma == nullptr ? r : r * p.gamma[q]);
        p.coefficients[groups + g] = (float)(p.share * sum - slope * p.stats[groups + g]);
        p.coefficients[2 * groups + g] = (float)slope;
        dgamma += product;
        dbeta += sum;
      }
    }
    if (threadIdx.x == 0 && p.dgamma != nullptr) {
      p.dgamma[q] += (float)dgamma;
    }
    if (threadIdx.x == 0 && p.dbeta != nullptr) {
      p.dbeta[q] += (float)dbeta;
    }
  }
}

KERNEL(batch_norm_gradient_apply, BatchNormGradientApply) {
  const float* scale = p.coefficients;
  const float* shift = scale + p.groups;
  const float* slope = shift + p.groups;
  eachInGroup(p.map, aligned(p.x, p.dy, p.dx), [&](auto width, long long i, long long group, long long step) {
    constexpr int W = decltype(width)::value;
    const Pack<W> x = load<W>(p.x + i);
    const Pack<W> dy = load<W>(p.dy + i);
    Pack<W> dx = p.add != 0 ? load<W>(p.dx + i) : Pack<W>{};
    for (int k = 0; k < W; k++) {
      const long long g = group + k * step;
      dx.v[k] += (dy.v[k] - shift[g] - (x.v[k] - p.stats[g]) * slope[g]) * scale[g];
    }
    store<W>(p.dx + i, dx);
  });
}

}  // namespace convlstm4j
