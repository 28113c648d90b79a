#include "gate_masks.h"

#include "gates.h"
#include "index.h"
#include "loops.h"

namespace convlstm4j {

KERNEL(gate_masks_draw, GateMasksDraw) {
  const RandomKey r = known(p.random);
  for (long long i = gridIndex(); i < p.images * p.image.by; i += gridStride()) {
    const Split s = split(i, p.image);
    const Split place = split(s.rest, p.pixels);  // channel, pixel
    const long long user = p.channelsLast ? place.rest * p.channels + place.quotient : s.rest;
    const unsigned bits = philoxBits(r.seed, r.stream, p.first + s.quotient * p.image.by + user);
    p.masks[i] = bits >= p.threshold ? p.scale : 0.0f;
  }
}

namespace {

/** Where an element of [N][T][E] lies. */
struct Element {
  long long sample;
  long long in;    // the image
  long long four;  // of its first copy where there are four
};

__device__ __forceinline__ Element element(const GateMasksApply& p, long long i) {
  const Split image = split(i, p.image);
  const Split step = split(image.quotient, p.steps);
  return {step.quotient, image.rest, step.quotient * p.distance + step.rest * kGates * p.image.by + image.rest};
}

__device__ __forceinline__ float mask(const GateMasksApply& p, const Element& e, int q) {
  return p.masks[(q * p.samples + e.sample) * p.image.by + e.in];
}

}  // namespace

KERNEL(gate_masks_spread, GateMasksApply) {
  for (long long i = gridIndex(); i < p.samples * p.steps.by * p.image.by; i += gridStride()) {
    const Element e = element(p, i);
    const float x = p.from[i];
    for (int q = 0; q < kGates; q++) {
      p.to[e.four + q * p.image.by] = x * mask(p, e, q);
    }
  }
}

KERNEL(gate_masks_gather, GateMasksApply) {
  for (long long i = gridIndex(); i < p.samples * p.steps.by * p.image.by; i += gridStride()) {
    const Element e = element(p, i);
    float sum = 0;
    for (int q = 0; q < kGates; q++) {
      sum += p.from[e.four + q * p.image.by] * mask(p, e, q);
    }
    p.to[i] += sum;
  }
}

}  // namespace convlstm4j
