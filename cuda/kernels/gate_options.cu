#include "gate_pairs.h"
#include "gates.h"
#include "index.h"
#include "loops.h"

namespace convlstm4j {
namespace {

/** A pair of functions known when the kernel is compiled; backward works with values. */
template <class RA, class A>
struct Known {
  static constexpr bool kFromValue = true;
  __device__ explicit Known(const AnyPair&) {}
  __device__ float recurrent(float x) const { return RA::value(x, 0); }
  __device__ float activation(float x) const { return A::value(x, 0); }
  __device__ float recurrentSlope(float, float y) const { return RA::slope(y, 0); }
  __device__ float activationSlope(float, float y) const { return A::slope(y, 0); }
};

/** Any pair, chosen by number; backward works with arguments. */
struct Any {
  static constexpr bool kFromValue = false;
  AnyPair pair;

  __device__ explicit Any(const AnyPair& p) : pair(p) {}

  static __device__ float value(int f, float x, float alpha) {
    int n = 0;
#define VALUE(F)                        \
  if (f == n++) {                       \
    return function::F::value(x, alpha); \
  }
    CONVLSTM4J_FUNCTIONS(VALUE)
#undef VALUE
    return x;
  }

  static __device__ float slope(int f, float x, float y, float alpha) {
    int n = 0;
#define SLOPE(F)                                                              \
  if (f == n++) {                                                             \
    return function::F::slope(function::F::kFromValue ? y : x, alpha); \
  }
    CONVLSTM4J_FUNCTIONS(SLOPE)
#undef SLOPE
    return 1;
  }

  __device__ float recurrent(float x) const { return value(pair.recurrent, x, pair.recurrentAlpha); }
  __device__ float activation(float x) const { return value(pair.activation, x, pair.activationAlpha); }
  __device__ float recurrentSlope(float x, float y) const { return slope(pair.recurrent, x, y, pair.recurrentAlpha); }
  __device__ float activationSlope(float x, float y) const {
    return slope(pair.activation, x, y, pair.activationAlpha);
  }
};

template <class Pair>
__device__ __forceinline__ void forward(const GateOptionsForward& o) {
  const GatesForward& p = o.step;
  const Pair f(o.any);
  for (long long e = gridIndex(); e < p.samples * p.state; e += gridStride()) {
    const Split s = split(e, p.packs);
    const long long sample = s.quotient, at = s.rest;
    const float c = p.cBefore[sample * p.cBeforeDistance + at];
    const bool counts = o.mask == nullptr || o.mask[sample * o.maskDistance] != 0;
    float next = c, h, y;
    if (counts) {
      float* z = p.z + sample * p.zDistance + at;
      float pre[kGates];
      for (int q = 0; q < kGates; q++) {
        pre[q] = z[q * p.state];
        if (p.bias != nullptr) {
          pre[q] += p.bias[q * p.filters + split(at, p.pixels).quotient];
        }
      }
      if (o.peephole[0] != nullptr) {
        pre[0] += o.peephole[0][at] * c;
        pre[1] += o.peephole[1][at] * c;
      }
      float gate[kGates];
      gate[0] = f.recurrent(pre[0]);
      gate[1] = f.recurrent(pre[1]);
      gate[2] = f.activation(pre[2]);
      next = gate[1] * c + gate[0] * gate[2];
      if (o.peephole[0] != nullptr) {
        pre[3] += o.peephole[2][at] * next;
      }
      gate[3] = f.recurrent(pre[3]);
      h = gate[3] * f.activation(next);
      y = h;
      if (o.keep) {
        for (int q = 0; q < kGates; q++) {
          z[q * p.state] = Pair::kFromValue ? gate[q] : pre[q];
        }
      }
    } else {
      h = o.running[e];
      y = o.zeroOutput ? 0.0f : o.output[e];
    }
    p.cAfter[sample * p.cAfterDistance + at] = next;
    o.running[e] = h;
    if (o.mask != nullptr) {
      o.output[e] = y;
    }
    if (p.h != nullptr) {
      float* to = p.h + sample * p.hDistance + at;
      if (o.hMasks == nullptr) {
        *to = h;
      } else {
        for (int q = 0; q < kGates; q++) {
          to[q * p.state] = h * o.hMasks[(q * (long long)p.samples + sample) * p.state + at];
        }
      }
    }
    if (p.y != nullptr) {
      p.y[sample * p.yDistance + at] = y;
    }
  }
}

template <class Pair>
__device__ __forceinline__ void backward(const GateOptionsBackward& o) {
  const GatesBackward& p = o.step;
  const Pair f(o.any);
  for (long long at = gridIndex(); at < p.state; at += gridStride()) {
    // One thread takes all samples of an element, in order: they share the gradients of the peepholes.
    for (long long sample = 0; sample < p.samples; sample++) {
      const long long e = sample * p.state + at;
      float* z = p.z + sample * p.zDistance + at;
      float dh = o.carry[e];
      if (p.dh != nullptr) {
        if (o.hMasks == nullptr) {
          dh += p.dh[e];
        } else {
          for (int q = 0; q < kGates; q++) {
            dh += p.dh[(sample * kGates + q) * p.state + at] *
                  o.hMasks[(q * (long long)p.samples + sample) * p.state + at];
          }
        }
      }
      const bool counts = o.mask == nullptr || o.mask[sample * o.maskDistance] != 0;
      float dOutput = p.dy == nullptr ? 0.0f : p.dy[sample * p.dyDistance + at];
      if (o.mask != nullptr) {
        dOutput += o.dOutput[e];
        o.dOutput[e] = counts || o.zeroOutput ? 0.0f : dOutput;
      }
      if (!counts) {
        o.carry[e] = dh;
        for (int q = 0; q < kGates; q++) {
          z[q * p.state] = 0;
        }
        continue;
      }
      dh += dOutput;
      o.carry[e] = 0;
      float pre[kGates], gate[kGates];
      for (int q = 0; q < kGates; q++) {
        pre[q] = z[q * p.state];
        gate[q] = Pair::kFromValue ? pre[q] : q == 2 ? f.activation(pre[q]) : f.recurrent(pre[q]);
      }
      const float c = p.cBefore[sample * p.cBeforeDistance + at];
      const float next = p.cAfter[sample * p.cAfterDistance + at];
      const float a = f.activation(next);
      const float dOut = dh * a * f.recurrentSlope(pre[3], gate[3]);
      float dNext = p.dc[e] + dh * gate[3] * f.activationSlope(next, a);
      if (o.peephole[0] != nullptr) {
        dNext += dOut * o.peephole[2][at];
      }
      const float dIn = dNext * gate[2] * f.recurrentSlope(pre[0], gate[0]);
      const float dForget = dNext * c * f.recurrentSlope(pre[1], gate[1]);
      const float dCandidate = dNext * gate[0] * f.activationSlope(pre[2], gate[2]);
      float dc = dNext * gate[1];
      if (o.peephole[0] != nullptr) {
        dc += dIn * o.peephole[0][at] + dForget * o.peephole[1][at];
        o.dPeephole[0][at] += dIn * c;
        o.dPeephole[1][at] += dForget * c;
        o.dPeephole[2][at] += dOut * next;
      }
      p.dc[e] = dc;
      z[0] = dIn;
      z[p.state] = dForget;
      z[2 * p.state] = dCandidate;
      z[3 * p.state] = dOut;
    }
  }
}

}  // namespace

#define DEFINE(RA, A)                                                                              \
  KERNEL(gates_forward_options_##RA##_##A, GateOptionsForward) {                                   \
    forward<Known<function::RA, function::A>>(p);                                                  \
  }                                                                                                \
  KERNEL(gates_backward_options_##RA##_##A, GateOptionsBackward) {                                 \
    backward<Known<function::RA, function::A>>(p);                                                 \
  }

CONVLSTM4J_GATE_PAIRS(DEFINE)
#undef DEFINE

KERNEL(gates_forward_options_any, GateOptionsForward) { forward<Any>(p); }
KERNEL(gates_backward_options_any, GateOptionsBackward) { backward<Any>(p); }

}  // namespace convlstm4j
