#include "pointwise.h"

#include "loops.h"
#include "not_finite.h"

namespace convlstm4j {
namespace {

__device__ __forceinline__ float sign(float a) { return a > 0.0f ? 1.0f : a < 0.0f ? -1.0f : a; }

/** NaN where one is NaN, as Java has it; fminf and fmaxf would drop it. */
__device__ __forceinline__ float smaller(float a, float b) { return a != a ? a : b != b ? b : fminf(a, b); }
__device__ __forceinline__ float larger(float a, float b) { return a != a ? a : b != b ? b : fmaxf(a, b); }

__device__ __forceinline__ float value(Step function, float a, float b, float c) {
  switch (function) {
    case Step::kNegate:
      return -a;
    case Step::kAbs:
      return fabsf(a);
    case Step::kSign:
      return sign(a);
    case Step::kExp:
      return expf(a);
    case Step::kLog:
      return logf(a);
    case Step::kLog1p:
      return log1pf(a);
    case Step::kExpm1:
      return expm1f(a);
    case Step::kSqrt:
      return sqrtf(a);
    case Step::kTanh:
      return tanhf(a);
    case Step::kSigmoid:
      return 1.0f / (1.0f + expf(-a));
    case Step::kFloor:
      return floorf(a);
    case Step::kAdd:
      return a + b;
    case Step::kSubtract:
      return a - b;
    case Step::kMultiply:
      return a * b;
    case Step::kDivide:
      return a / b;
    case Step::kPower:
      return powf(a, b);
    case Step::kMinimum:
      return smaller(a, b);
    case Step::kMaximum:
      return larger(a, b);
    case Step::kLess:
      return a < b ? 1.0f : 0.0f;
    case Step::kEqual:
      return a == b ? 1.0f : 0.0f;
    default:
      return a != 0.0f ? b : c;  // kWhere
  }
}

/** Runs the steps of a formula on this thread's registers; input(j) is the number that input j is. */
template <class Input>
__device__ __forceinline__ void run(const PointwiseStep* steps, int count, float (*registers)[kBlock], Input input) {
  const int t = threadIdx.x;
  ROLL
  for (int k = 0; k < count; k++) {
    const PointwiseStep& s = steps[k];
    if (static_cast<Step>(s.function) == Step::kInput) {
      registers[s.to][t] = input(s.a);
    } else if (static_cast<Step>(s.function) == Step::kConstant) {
      registers[s.to][t] = s.value;
    } else {
      registers[s.to][t] = value(static_cast<Step>(s.function), registers[s.a][t], registers[s.b][t], registers[s.c][t]);
    }
  }
}

/** An element of frames. */
struct Place {
  long long n;
  long long p;
  long long f;
};

__device__ __forceinline__ long long at(const Place& e, const FrameStrides& s) {
  return e.n * s.sample + e.p * s.pixel + e.f * s.column;
}

}  // namespace

KERNEL(pointwise, Pointwise) {
  __shared__ float registers[kMostRegisters][kBlock];
  const int t = threadIdx.x;
  const bool changes = p.guard == nullptr || isFinite(*p.guard);
  eachElement(p.n, [&](long long i) {
    run(p.step, p.steps, registers, [&](int j) { return p.x[j][(p.scalars >> j & 1) != 0 ? 0 : i]; });
    ROLL
    for (int k = 0; k < p.results; k++) {
      if (p.bad != nullptr) {
        if (!isFinite(registers[p.result[k]][t])) {
          setInfinite(p.bad);
        }
        continue;
      }
      const float result = changes ? registers[p.result[k]][t] : p.x[p.kept[k]][i];
      p.y[k][i] = p.add != 0 ? p.y[k][i] + result : result;
    }
  });
}

KERNEL(pointwise_frames, PointwiseFrames) {
  __shared__ float registers[kMostRegisters][kBlock];
  const int t = threadIdx.x;
  eachElement(p.n, [&](long long i) {
    const Split row = split(i, p.columns);
    const Split sample = split(row.quotient, p.pixels);
    const Place e = {sample.quotient, sample.rest, row.rest};
    run(p.step, p.steps, registers, [&](int j) { return p.x[j][at(e, p.xStrides[j])]; });
    ROLL
    for (int k = 0; k < p.results; k++) {
      float& y = p.y[k][at(e, p.yStrides[k])];
      const float result = registers[p.result[k]][t];
      y = p.add != 0 ? y + result : result;
    }
  });
}

}  // namespace convlstm4j
