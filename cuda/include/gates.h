// The element-wise part of one ConvLSTM step: Shi et al. 2015 (arXiv:1506.04214), eq. 3, as one pass over memory. With
// ra and a the activations, z_i .. z_o the sums of both convolutions, b the bias, c and h the states:
//   i = ra(z_i + b_i + wci . c)    f = ra(z_f + b_f + wcf . c)    g = a(z_g + b_g)
//   c' = f . c + i . g             o = ra(z_o + b_o + wco . c')   h' = o . a(c')
// Arrays are channels first: a state is S = F * P floats (F filters, P pixels); a step's z is [N][4][S], gates in the
// order of gate_order.h, samples zDistance apart. Distances between samples count floats.
//
// Kernels, PAIR the names of ra and a (CONVLSTM4J_FUNCTIONS) of a common pair (kernels/gates_*.cu), or `any`: both are
// chosen when the kernel is launched, by `functions`:
//   gates_forward_PAIR...    training: z is overwritten with what backward needs, per gate its value, or its argument
//                            where the slope does not follow from the value (functions.h)
//   gates_infer_PAIR...      inference: z is only read
//   gates_backward_PAIR...   reads that from z, overwrites it with the gradients of z
// What follows the pair in the name is what the kernel can do. No element asks for it: a kernel without an option has no
// code for it.
//   nothing, _x4      nothing more. _x4: P, and with it every distance, a multiple of 4, arrays at multiples of 16 bytes
//   _peephole         wci, wcf, wco
//   _mask             a sample whose mask is 0 keeps c and h; its output repeats the one before, or is 0
//   _dropout          recurrent dropout: copies of h', each times a mask, in place of h'
//   _border           none of these; it and all with these also know states with a border
// Common pairs have all combinations; any has _mask_dropout and _peephole_mask_dropout, which do without masks when
// given one mask of 1 for all samples, one copy and a factor of 1.
//
// A state with a border: rows, and images of a filter, are further apart than their elements need. Only h, its copies,
// and dh have one.
//
// Traffic, floats per element of a state: forward reads 4 z, c; writes 4 gates, c', h' (and y): 11 or 12; inference 7 or
// 8; backward reads 4 gates, c, c', dh, dc (and dy), writes 4 dz, dc: 13 or 14. Biases are read from cache. _dropout
// reads 4 masks, writes 4 copies in place of one, backward reads 4 in place of one. _peephole reads 3 S, backward also
// adds to 3 S. Any grid.
#pragma once
#include "gate_order.h"
#include "index.h"

namespace convlstm4j {

constexpr unsigned kFunctionStep = 256;

/** An element's place in a state with a border: at + row * (at / width) + filter * (at / P). */
struct Border {
  Divisor width;
  long long row;
  long long filter;
};

struct GatesForward {
  unsigned bytes;
  int samples;
  float* z;
  const float* bias;  // [4F]
  const float* cBefore;
  float* cAfter;  // may be cBefore
  float* h;       // h'; with dropout null, unless masked steps need it
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
  float recurrentAlpha;  // of elu and leaky_relu
  float activationAlpha;
  Border border;
  const float* peephole[3];  // wci, wcf, wco [S]
  const float* mask;         // of this step
  long long maskDistance;
  const float* hBefore;  // may be h
  long long hBeforeDistance;
  const float* yBefore;  // the output before, samples yDistance apart, or null: 0; may be y
  float* copies;         // of h', copy q of a sample copyDistance after copy q - 1
  long long copiesDistance;
  long long copyDistance;
  const float* hMasks;   // [copies][N][S], or with hMasksStep = 0 one factor for all
  long long hMasksStep;  // 1, or 0
  int copyCount;
  unsigned functions;  // of any: the number (functions.h) of ra, and kFunctionStep times that of a
};

// Gradients of h and of outputs that masked steps hand back in time wait in carry and dOutput: written by a masked step,
// read by the one before it instead of dh. At the last step, after a mask of 0, carry holds the gradient of h'. Then
// carry is 0 where the first step was not masked.
struct GatesBackward {
  unsigned bytes;
  int samples;
  float* z;
  const float* cBefore;
  const float* cAfter;
  const float* dy;  // or null
  const float* dh;  // what the convolution handed back; with dropout for each copy of h
  float* dc;        // [N][S], of c', overwritten with that of c
  long long state;
  Divisor pixels;
  Divisor packs;
  long long zDistance;
  long long cBeforeDistance;
  long long cAfterDistance;
  long long dyDistance;
  long long dhDistance;
  float recurrentAlpha;
  float activationAlpha;
  Border border;
  const float* peephole[3];
  float* dPeephole[3];  // [S], added to
  const float* mask;
  const float* maskAfter;  // of the step after this one in time
  long long maskDistance;
  long long maskAfterDistance;
  float* carry;    // [N][S]
  float* dOutput;  // [N][S], or null if outputs of masked steps are 0
  long long copyDistance;  // in dh
  const float* hMasks;
  long long hMasksStep;
  int copyCount;
  unsigned functions;
};

}  // namespace convlstm4j
