// The element-wise part of one ConvLSTM step: Shi et al. 2015 (arXiv:1506.04214), eq. 3, as one pass over memory. With
// ra and a the activations, z_i .. z_o the sums of both convolutions, b the bias, c and h the states:
//   i = ra(z_i + b_i + wci . c)    f = ra(z_f + b_f + wcf . c)    g = a(z_g + b_g)
//   c' = f . c + i . g             o = ra(z_o + b_o + wco . c')   h' = o . a(c')
// Arrays are channels first: a state is S = F * P floats (F filters, P pixels); a step's z is [N][4][S], gates in the
// order i, f, g, o, samples zDistance apart. Distances between samples count floats.
//
// Kernels, RA_A a pair in CONVLSTM4J_GATE_PAIRS:
//   gates_forward_RA_A, gates_forward_RA_A_x4    training: z is overwritten with i, f, g, o
//   gates_infer_RA_A, gates_infer_RA_A_x4        inference: z is only read
//   gates_backward_RA_A, gates_backward_RA_A_x4  reads i, f, g, o from z, overwrites them with the gradients of z
//   gates_{forward,backward}_options_RA_A        the same with peepholes, masked steps and recurrent dropout, each
//                                                where its pointers are not null; RA_A may also be `any`
// _x4: P, and with it every distance, a multiple of 4 and all arrays at multiples of 16 bytes. Any grid.
// Traffic, floats per element of a state: forward reads 4 z, c; writes 4 gates, c', h' (and y): 11 or 12; inference 7 or
// 8; backward reads 4 gates, c, c', dh, dc (and dy), writes 4 dz, dc: 13 or 14. The bias is read from cache.
#pragma once
#include "index.h"

namespace convlstm4j {

constexpr int kGates = 4;

struct GatesForward {
  unsigned bytes;
  int samples;
  float* z;
  const float* bias;  // [4F], or null
  const float* cBefore;
  float* cAfter;  // may be cBefore
  float* h;       // where the next recurrent convolution reads h', or null after the last step
  float* y;       // the step's output, or null
  long long state;    // S
  long long filters;  // F
  Divisor pixels;     // P
  Divisor packs;      // S / W: how many times W elements a state has, W the kernel's width
  long long zDistance;
  long long cBeforeDistance;
  long long cAfterDistance;
  long long hDistance;
  long long yDistance;
};

struct GatesBackward {
  unsigned bytes;
  int samples;
  float* z;
  const float* cBefore;
  const float* cAfter;
  const float* dy;  // or null
  const float* dh;  // [N][S], what the convolution handed back
  float* dc;        // [N][S], of c', overwritten with that of c
  long long state;
  Divisor packs;
  long long zDistance;
  long long cBeforeDistance;
  long long cAfterDistance;
  long long dyDistance;
};

// Activations by number, for the pair `any`: the place in CONVLSTM4J_FUNCTIONS. Derivatives are then taken at
// pre-activations, which forward leaves in z instead of the gates.
struct AnyPair {
  int recurrent;
  int activation;
  float recurrentAlpha;
  float activationAlpha;
};

// Options of forward. A sample whose mask is 0 keeps c and h; its output repeats the one before, or is 0.
struct GateOptionsForward {
  unsigned bytes;
  int reserved;
  GatesForward step;  // its own bytes are not looked at
  AnyPair any;
  const float* peephole[3];  // wci, wcf, wco [S], or null
  const float* mask;         // of this step, samples maskDistance apart, or null
  long long maskDistance;
  int zeroOutput;      // whether masked steps yield 0
  int keep;            // whether z is overwritten with what backward needs
  float* running;      // [N][S], h before the step, overwritten with h'; always there
  float* output;       // [N][S], the last output, overwritten; where there is a mask
  const float* hMasks;  // [4][N][S] recurrent dropout; step.h is then [4][S] per sample; or null
};

// Options of backward. The gradient of what masked steps repeat waits in dOutput; that of h which they hand through
// waits in carry.
struct GateOptionsBackward {
  unsigned bytes;
  int unused;
  GatesBackward step;  // dh: [N][S], or [N][4][S] with hMasks; null at the last step, where all is in carry
  AnyPair any;
  const float* peephole[3];
  float* dPeephole[3];  // [S], added to
  const float* mask;
  long long maskDistance;
  int zeroOutput;
  int padding;
  float* carry;    // [N][S]
  float* dOutput;  // [N][S]; where there is a mask
  const float* hMasks;
};

}  // namespace convlstm4j
