// The code of the kernels in gates.h, for one pair of activations after the other in kernels/gates_*.cu, which then
// compile side by side.
#pragma once
#include "functions.h"
#include "gates.h"
#include "loops.h"

namespace convlstm4j {

/** What a kernel can do besides the formulas. */
template <bool Border, bool Peephole, bool Mask, bool Dropout>
struct GateOptions {
  static constexpr bool kBorder = Border;
  static constexpr bool kPeephole = Peephole;
  static constexpr bool kMask = Mask;
  static constexpr bool kDropout = Dropout;
};

/** The numbers of both activations, for Chosen. */
template <class P>
__device__ __forceinline__ int numberOfRa(const P& p) {
  return static_cast<int>(p.functions % kFunctionStep);
}

template <class P>
__device__ __forceinline__ int numberOfA(const P& p) {
  return static_cast<int>(p.functions / kFunctionStep);
}

/** Calls body(sample, at) for every W elements, `at` their place in the sample's state. */
template <int W, class Body>
__device__ __forceinline__ void eachOfStates(int samples, const Divisor& packs, Body body) {
  ROLL
  for (long long i = gridIndex(); i < samples * packs.by; i += gridStride()) {
    const Split s = split(i, packs);
    body(s.quotient, s.rest * W);
  }
}

/** Where element `at` of a state lies if the state has a border. */
template <class O, class P>
__device__ __forceinline__ long long bordered(const P& p, long long at) {
  if constexpr (O::kBorder) {
    return at + split(at, p.border.width).quotient * p.border.row + split(at, p.pixels).quotient * p.border.filter;
  } else {
    return at;
  }
}

template <class P>
__device__ __forceinline__ float hMask(const P& p, int copy, long long sample, long long at) {
  return p.hMasks[((copy * (long long)p.samples + sample) * p.state + at) * p.hMasksStep];
}

/** a . b + c with a [S]. */
template <int W>
__device__ __forceinline__ Pack<W> addProduct(const float* a, const Pack<W>& b, Pack<W> c) {
  const Pack<W> factor = load<W>(a);
  for (int k = 0; k < W; k++) {
    c.v[k] += factor.v[k] * b.v[k];
  }
  return c;
}

template <class F, int W>
__device__ __forceinline__ Pack<W> values(Pack<W> x, float alpha, int number) {
  for (int k = 0; k < W; k++) {
    x.v[k] = F::value(x.v[k], alpha, number);
  }
  return x;
}

template <class RA, class A, class O, bool Keep, int W>
__device__ __forceinline__ void gatesForward(const GatesForward& p) {
  eachOfStates<W>(p.samples, p.packs, [&](long long sample, long long at) {
    const Pack<W> c = load<W>(p.cBefore + sample * p.cBeforeDistance + at);
    const long long hAt = bordered<O>(p, at);
    bool counts = true;
    if constexpr (O::kMask) {
      counts = p.mask[sample * p.maskDistance] != 0;
    }
    float* z = p.z + sample * p.zDistance + at;
    Pack<W> pre[kGates]{};
    if (counts) {  // only loads and stores: branches around activations, which branch, made ptxas spill
      for (int q = 0; q < kGates; q++) {
        pre[q] = load<W>(z + q * p.state);
      }
    }
    const long long filter = split(at, p.pixels).quotient;  // the same for all W: P is a multiple of W
    for (int q = 0; q < kGates; q++) {
      const float b = p.bias[q * p.filters + filter];
      for (int k = 0; k < W; k++) {
        pre[q].v[k] += b;
      }
    }
    if constexpr (O::kPeephole) {
      pre[kInput] = addProduct<W>(p.peephole[0] + at, c, pre[kInput]);
      pre[kForget] = addProduct<W>(p.peephole[1] + at, c, pre[kForget]);
    }
    Pack<W> gate[kGates], next, h;
    gate[kInput] = values<RA>(pre[kInput], p.recurrentAlpha, numberOfRa(p));
    gate[kForget] = values<RA>(pre[kForget], p.recurrentAlpha, numberOfRa(p));
    gate[kCandidate] = values<A>(pre[kCandidate], p.activationAlpha, numberOfA(p));
    for (int k = 0; k < W; k++) {
      next.v[k] = gate[kForget].v[k] * c.v[k] + gate[kInput].v[k] * gate[kCandidate].v[k];
    }
    if constexpr (O::kPeephole) {
      pre[kOutput] = addProduct<W>(p.peephole[2] + at, next, pre[kOutput]);
    }
    gate[kOutput] = values<RA>(pre[kOutput], p.recurrentAlpha, numberOfRa(p));
    for (int k = 0; k < W; k++) {
      h.v[k] = gate[kOutput].v[k] * A::value(next.v[k], p.activationAlpha, numberOfA(p));
    }
    Pack<W> y = h;
    if (counts) {
      if constexpr (Keep) {
        for (int q = 0; q < kGates; q++) {
          const bool value = q == kCandidate ? A::fromValue(numberOfA(p)) : RA::fromValue(numberOfRa(p));
          store<W>(z + q * p.state, value ? gate[q] : pre[q]);
        }
      }
    } else {
      next = c;
      h = load<W>(p.hBefore + sample * p.hBeforeDistance + hAt);
      y = p.yBefore == nullptr ? Pack<W>{} : load<W>(p.yBefore + sample * p.yDistance + at);
    }
    store<W>(p.cAfter + sample * p.cAfterDistance + at, next);
    if constexpr (O::kDropout) {
      float* to = p.copies + sample * p.copiesDistance + hAt;
      ROLL
      for (int q = 0; q < p.copyCount; q++) {
        to[q * p.copyDistance] = h.v[0] * hMask(p, q, sample, at);
      }
    }
    if (!O::kDropout || (O::kMask && p.h != nullptr)) {
      store<W>(p.h + sample * p.hDistance + hAt, h);
    }
    if (p.y != nullptr) {
      store<W>(p.y + sample * p.yDistance + at, y);
    }
  });
}

/** The gradient of h' but for that of the output. */
template <class O, int W>
__device__ __forceinline__ Pack<W> handedBack(const GatesBackward& p, long long sample, long long at) {
  const float* dh = p.dh + sample * p.dhDistance + bordered<O>(p, at);
  if constexpr (O::kDropout) {
    Pack<W> sum{};
    ROLL
    for (int q = 0; q < p.copyCount; q++) {
      sum.v[0] += dh[q * p.copyDistance] * hMask(p, q, sample, at);
    }
    return sum;
  } else {
    return load<W>(dh);
  }
}

/** Gradients of the three peepholes at one element. */
struct PeepholeSums {
  float v[3];
};

template <class RA, class A, class O, int W>
__device__ __forceinline__ void gatesBackwardAt(const GatesBackward& p, long long sample, long long at,
                                                PeepholeSums& dPeephole) {
  float* z = p.z + sample * p.zDistance + at;
  const long long e = sample * p.state + at;
  bool counts = true, countsAfter = true;
  if constexpr (O::kMask) {
    counts = p.mask[sample * p.maskDistance] != 0;
    countsAfter = p.maskAfter[sample * p.maskAfterDistance] != 0;
  }
  Pack<W> dh = countsAfter ? handedBack<O, W>(p, sample, at) : load<W>(p.carry + e);
  Pack<W> dy{};
  if (p.dy != nullptr) {
    dy = load<W>(p.dy + sample * p.dyDistance + at);
  }
  if constexpr (O::kMask) {
    if (!countsAfter && p.dOutput != nullptr) {
      dy.v[0] += p.dOutput[e];
    }
    if (!counts && p.dOutput != nullptr) {
      p.dOutput[e] = dy.v[0];
    }
    if (counts != countsAfter) {
      p.carry[e] = counts ? 0.0f : dh.v[0];
    }
    if (!counts) {
      for (int q = 0; q < kGates; q++) {
        z[q * p.state] = 0;
      }
      return;
    }
  }
  Pack<W> pre[kGates];
  for (int q = 0; q < kGates; q++) {
    pre[q] = load<W>(z + q * p.state);
  }
  const Pack<W> c = load<W>(p.cBefore + sample * p.cBeforeDistance + at);
  const Pack<W> next = load<W>(p.cAfter + sample * p.cAfterDistance + at);
  Pack<W> dc = load<W>(p.dc + e);
  for (int k = 0; k < W; k++) {
    dh.v[k] += dy.v[k];
    const auto recurrent = [&](int q) {
      return RA::fromValue(numberOfRa(p)) ? pre[q].v[k]
                                          : RA::value(pre[q].v[k], p.recurrentAlpha, numberOfRa(p));
    };
    const auto slope = [&](int q) { return RA::slope(pre[q].v[k], p.recurrentAlpha, numberOfRa(p)); };
    const float i = recurrent(kInput), f = recurrent(kForget), o = recurrent(kOutput);
    const float g = A::fromValue(numberOfA(p)) ? pre[kCandidate].v[k]
                                               : A::value(pre[kCandidate].v[k], p.activationAlpha, numberOfA(p));
    const float a = A::value(next.v[k], p.activationAlpha, numberOfA(p));
    const float dOut = dh.v[k] * a * slope(kOutput);
    float dNext = dc.v[k] + dh.v[k] * o *
                                A::slope(A::fromValue(numberOfA(p)) ? a : next.v[k], p.activationAlpha, numberOfA(p));
    if constexpr (O::kPeephole) {
      dNext += dOut * p.peephole[2][at];
    }
    const float dIn = dNext * g * slope(kInput);
    const float dForget = dNext * c.v[k] * slope(kForget);
    const float dCandidate = dNext * i * A::slope(pre[kCandidate].v[k], p.activationAlpha, numberOfA(p));
    dc.v[k] = dNext * f;
    if constexpr (O::kPeephole) {
      dc.v[k] += dIn * p.peephole[0][at] + dForget * p.peephole[1][at];
      dPeephole.v[0] += dIn * c.v[k];
      dPeephole.v[1] += dForget * c.v[k];
      dPeephole.v[2] += dOut * next.v[k];
    }
    pre[kInput].v[k] = dIn;
    pre[kForget].v[k] = dForget;
    pre[kCandidate].v[k] = dCandidate;
    pre[kOutput].v[k] = dOut;
  }
  for (int q = 0; q < kGates; q++) {
    store<W>(z + q * p.state, pre[q]);
  }
  store<W>(p.dc + e, dc);
}

template <class RA, class A, class O, int W>
__device__ __forceinline__ void gatesBackward(const GatesBackward& p) {
  PeepholeSums sums{};
  if constexpr (O::kPeephole) {
    // One thread takes all samples of an element, in order: they share the gradients of the peepholes.
    ROLL
    for (long long at = gridIndex(); at < p.state; at += gridStride()) {
      sums = {};
      ROLL
      for (long long sample = 0; sample < p.samples; sample++) {
        gatesBackwardAt<RA, A, O, W>(p, sample, at, sums);
      }
      for (int i = 0; i < 3; i++) {
        p.dPeephole[i][at] += sums.v[i];
      }
    }
  } else {
    eachOfStates<W>(p.samples, p.packs, [&](long long sample, long long at) {
      gatesBackwardAt<RA, A, O, W>(p, sample, at, sums);
    });
  }
}

// The kernels of a pair with what they can do: both functions (functions.h), the rest of their names, elements at once,
// GateOptions. DEFINE: KERNEL or ROOMY_KERNEL.
#define CONVLSTM4J_GATES(DEFINE, RA, A, NAME, W, ...)                                                       \
  DEFINE(gates_forward_##NAME, GatesForward) { gatesForward<RA, A, GateOptions<__VA_ARGS__>, true, W>(p); } \
  DEFINE(gates_infer_##NAME, GatesForward) { gatesForward<RA, A, GateOptions<__VA_ARGS__>, false, W>(p); }  \
  DEFINE(gates_backward_##NAME, GatesBackward) { gatesBackward<RA, A, GateOptions<__VA_ARGS__>, W>(p); }

// What common pairs and any have.
#define CONVLSTM4J_GATES_ALL(RA, A, NAME)                                                \
  CONVLSTM4J_GATES(ROOMY_KERNEL, RA, A, NAME##_mask_dropout, 1, true, false, true, true) \
  CONVLSTM4J_GATES(ROOMY_KERNEL, RA, A, NAME##_peephole_mask_dropout, 1, true, true, true, true)

// What common pairs have besides.
#define CONVLSTM4J_GATES_COMMON(RA, A, NAME)                                        \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME, 1, false, false, false, false)              \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME##_x4, 4, false, false, false, false)         \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME##_border, 1, true, false, false, false)      \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME##_peephole, 1, true, true, false, false)     \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME##_mask, 1, true, false, true, false)         \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME##_dropout, 1, true, false, false, true)      \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME##_peephole_mask, 1, true, true, true, false) \
  CONVLSTM4J_GATES(KERNEL, RA, A, NAME##_peephole_dropout, 1, true, true, false, true)

}  // namespace convlstm4j
