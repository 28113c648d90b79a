#include "gates.h"

#include "gate_pairs.h"
#include "index.h"
#include "loops.h"

namespace convlstm4j {
namespace {

/** What one thread knows of W elements of a sample's state. */
struct Place {
  long long sample;
  long long at;  // in the state
};

/** Calls body(place) for every W elements of the states of all samples. */
template <int W, class Body>
__device__ __forceinline__ void eachPlace(int samples, const Divisor& packs, Body body) {
  for (long long i = gridIndex(); i < samples * packs.by; i += gridStride()) {
    const Split s = split(i, packs);
    body(Place{s.quotient, s.rest * W});
  }
}

template <class RA, class A, bool Keep, int W>
__device__ __forceinline__ void forward(const GatesForward& p) {
  eachPlace<W>(p.samples, p.packs, [&](Place e) {
    float* z = p.z + e.sample * p.zDistance + e.at;
    Pack<W> gate[kGates];
    for (int q = 0; q < kGates; q++) {
      gate[q] = load<W>(z + q * p.state);
    }
    if (p.bias != nullptr) {
      const long long filter = split(e.at, p.pixels).quotient;  // the same for all W: P is a multiple of W
      for (int q = 0; q < kGates; q++) {
        const float b = p.bias[q * p.filters + filter];
        for (int k = 0; k < W; k++) {
          gate[q].v[k] += b;
        }
      }
    }
    const Pack<W> c = load<W>(p.cBefore + e.sample * p.cBeforeDistance + e.at);
    Pack<W> next, h;
    for (int k = 0; k < W; k++) {
      gate[0].v[k] = RA::value(gate[0].v[k], 0);
      gate[1].v[k] = RA::value(gate[1].v[k], 0);
      gate[2].v[k] = A::value(gate[2].v[k], 0);
      gate[3].v[k] = RA::value(gate[3].v[k], 0);
      next.v[k] = gate[1].v[k] * c.v[k] + gate[0].v[k] * gate[2].v[k];
      h.v[k] = gate[3].v[k] * A::value(next.v[k], 0);
    }
    if (Keep) {
      for (int q = 0; q < kGates; q++) {
        store<W>(z + q * p.state, gate[q]);
      }
    }
    store<W>(p.cAfter + e.sample * p.cAfterDistance + e.at, next);
    if (p.h != nullptr) {
      store<W>(p.h + e.sample * p.hDistance + e.at, h);
    }
    if (p.y != nullptr) {
      store<W>(p.y + e.sample * p.yDistance + e.at, h);
    }
  });
}

template <class RA, class A, int W>
__device__ __forceinline__ void backward(const GatesBackward& p) {
  eachPlace<W>(p.samples, p.packs, [&](Place e) {
    float* z = p.z + e.sample * p.zDistance + e.at;
    Pack<W> gate[kGates];
    for (int q = 0; q < kGates; q++) {
      gate[q] = load<W>(z + q * p.state);
    }
    const Pack<W> c = load<W>(p.cBefore + e.sample * p.cBeforeDistance + e.at);
    const Pack<W> next = load<W>(p.cAfter + e.sample * p.cAfterDistance + e.at);
    Pack<W> dh = load<W>(p.dh + e.sample * p.state + e.at);
    if (p.dy != nullptr) {
      const Pack<W> dy = load<W>(p.dy + e.sample * p.dyDistance + e.at);
      for (int k = 0; k < W; k++) {
        dh.v[k] += dy.v[k];
      }
    }
    float* dcAt = p.dc + e.sample * p.state + e.at;
    Pack<W> dc = load<W>(dcAt);
    for (int k = 0; k < W; k++) {
      const float i = gate[0].v[k], f = gate[1].v[k], g = gate[2].v[k], o = gate[3].v[k];
      const float a = A::value(next.v[k], 0);
      const float dNext = dc.v[k] + dh.v[k] * o * A::slope(a, 0);
      gate[0].v[k] = dNext * g * RA::slope(i, 0);
      gate[1].v[k] = dNext * c.v[k] * RA::slope(f, 0);
      gate[2].v[k] = dNext * i * A::slope(g, 0);
      gate[3].v[k] = dh.v[k] * a * RA::slope(o, 0);
      dc.v[k] = dNext * f;
    }
    for (int q = 0; q < kGates; q++) {
      store<W>(z + q * p.state, gate[q]);
    }
    store<W>(dcAt, dc);
  });
}

}  // namespace

#define DEFINE(RA, A)                                                                                            \
  KERNEL(gates_forward_##RA##_##A, GatesForward) { forward<function::RA, function::A, true, 1>(p); }             \
  KERNEL(gates_forward_##RA##_##A##_x4, GatesForward) { forward<function::RA, function::A, true, 4>(p); }        \
  KERNEL(gates_infer_##RA##_##A, GatesForward) { forward<function::RA, function::A, false, 1>(p); }              \
  KERNEL(gates_infer_##RA##_##A##_x4, GatesForward) { forward<function::RA, function::A, false, 4>(p); }         \
  KERNEL(gates_backward_##RA##_##A, GatesBackward) { backward<function::RA, function::A, 1>(p); }                \
  KERNEL(gates_backward_##RA##_##A##_x4, GatesBackward) { backward<function::RA, function::A, 4>(p); }

CONVLSTM4J_GATE_PAIRS(DEFINE)
#undef DEFINE

}  // namespace convlstm4j
