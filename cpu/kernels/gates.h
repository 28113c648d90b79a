// The element-wise part of a ConvLSTM step, Shi et al. 2015 (arXiv:1506.04214) eq. 3, as one pass over memory.
// Per cell (one pixel's one hidden channel) forward reads 4 pre-activations and c and writes c and h, and the 4 gates
// or the pre-activations if they are kept; backward reads these, c before and after, dh and dc and writes 4 gradients over
// the gates, and dc.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

static inline Function activation(const Cell& cell) { return {cell.activation, static_cast<float>(cell.alpha)}; }

static inline Function recurrent(const Cell& cell) {
  return {cell.recurrent, static_cast<float>(cell.recurrent_alpha)};
}

// What one step makes of the pre-activations of some cells; of the gates what backward needs.
struct Gates {
  V i, f, g, o, c, h;
};

// kPre is the cell's keeps_pre. Place: offset of the cells within [P, F] for the peepholes; n valid lanes.
template <bool kPre>
static inline Gates gates(const Cell& cell, V i, V f, V g, V o, V c, int64_t place, int64_t n) {
  const Function a = activation(cell), ra = recurrent(cell);
  Gates r;
  if (cell.wci != nullptr) {
    i = i + load(cell.wci + place, n) * c;
    f = f + load(cell.wcf + place, n) * c;
  }
  r.i = apply<kPre>(ra, i);
  r.f = apply<kPre>(ra, f);
  r.g = apply<kPre>(a, g);
  r.c = r.f * c + r.i * r.g;
  if (cell.wco != nullptr) o = o + load(cell.wco + place, n) * r.c;
  r.o = apply<kPre>(ra, o);
  r.h = r.o * apply<kPre>(a, r.c);
  if constexpr (kPre) {
    r.i = i;
    r.f = f;
    r.g = g;
    r.o = o;
  }
  return r;
}

// Vector operations of one pass.
static int64_t work(const Cell& cell) {
  return cell.samples * cell.pixels * divide_up(cell.filters, kLanes) * 100;
}

template <bool kPre>
static void gates_forward(const GatesForward& s, int threads) {
  const Cell& cell = *s.cell;
  const int64_t filters = cell.filters;
  const int64_t pixels = cell.pixels;
  threads = useful(threads, work(cell));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t at = 0; at < cell.samples * pixels; at++) {
    const int64_t sample = at / pixels;
    const int64_t pixel = at % pixels;
    float* z = s.gates + at * kGates * filters;
    float* output = s.output == nullptr ? nullptr : s.output + sample * s.output_stride + pixel * filters;
    for (int64_t k = 0; k < filters; k += kLanes) {
      const int64_t n = smaller(kLanes, filters - k);
      const Gates r = gates<kPre>(cell, load(z + kInput * filters + k, n), load(z + kForget * filters + k, n),
                                  load(z + kCandidate * filters + k, n), load(z + kOutput * filters + k, n),
                                  load(s.c_before + at * filters + k, n), pixel * filters + k, n);
      store(s.c_after + at * filters + k, r.c, n);
      store(s.h + at * filters + k, r.h, n);
      if (output != nullptr) store(output + k, r.h, n);
      if (s.keep) {
        store(z + kInput * filters + k, r.i, n);
        store(z + kForget * filters + k, r.f, n);
        store(z + kCandidate * filters + k, r.g, n);
        store(z + kOutput * filters + k, r.o, n);
      }
    }
  }
}

template <bool kPre>
static void cells_again(const CellsAgain& s, int threads) {
  const Cell& cell = *s.cell;
  const int64_t filters = cell.filters;
  threads = useful(threads, kPre ? work(cell) : work(cell) / 10);
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t at = 0; at < cell.samples * cell.pixels; at++) {
    const float* z = s.gates + at * kGates * filters;
    for (int64_t k = 0; k < filters; k += kLanes) {
      const int64_t n = smaller(kLanes, filters - k);
      V f = load(z + kForget * filters + k, n);
      V i = load(z + kInput * filters + k, n);
      V g = load(z + kCandidate * filters + k, n);
      if constexpr (kPre) {
        f = apply<kPre>(recurrent(cell), f);
        i = apply<kPre>(recurrent(cell), i);
        g = apply<kPre>(activation(cell), g);
      }
      store(s.c_after + at * filters + k, f * load(s.c_before + at * filters + k, n) + i * g, n);
    }
  }
}

// One pixel of one sample.
template <bool kPre>
static inline void backward(const GatesBackward& s, int64_t sample, int64_t pixel) {
  const Cell& cell = *s.cell;
  const Function a = activation(cell), ra = recurrent(cell);
  const int64_t filters = cell.filters;
  const int64_t at = (sample * cell.pixels + pixel) * filters;
  float* z = s.gates + kGates * at;
  for (int64_t k = 0; k < filters; k += kLanes) {
    const int64_t n = smaller(kLanes, filters - k);
    const int64_t place = pixel * filters + k;
    const V z_i = load(z + kInput * filters + k, n);
    const V z_f = load(z + kForget * filters + k, n);
    const V z_g = load(z + kCandidate * filters + k, n);
    const V z_o = load(z + kOutput * filters + k, n);
    V i = z_i, f = z_f, g = z_g, o = z_o;
    if constexpr (kPre) {
      i = apply<kPre>(ra, z_i);
      f = apply<kPre>(ra, z_f);
      g = apply<kPre>(a, z_g);
      o = apply<kPre>(ra, z_o);
    }
    const V c = load(s.c_before + at + k, n);
    const V c_after = load(s.c_after + at + k, n);
    V dh = load(s.dh + at + k, n);
    if (s.d_output != nullptr) dh = dh + load(s.d_output + sample * s.output_stride + place, n);
    const V out = apply<kPre>(a, c_after);
    const V d_o = dh * out * derivative<kPre>(ra, z_o, o);
    V dc = load(s.dc + at + k, n) + dh * o * derivative<kPre>(a, c_after, out);
    if (cell.wco != nullptr) dc = dc + d_o * load(cell.wco + place, n);
    const V d_i = dc * g * derivative<kPre>(ra, z_i, i);
    const V d_f = dc * c * derivative<kPre>(ra, z_f, f);
    const V d_g = dc * i * derivative<kPre>(a, z_g, g);
    V dc_before = dc * f;
    if (cell.wci != nullptr) {
      dc_before = dc_before + d_i * load(cell.wci + place, n) + d_f * load(cell.wcf + place, n);
      store(s.d_wci + place, load(s.d_wci + place, n) + d_i * c, n);
      store(s.d_wcf + place, load(s.d_wcf + place, n) + d_f * c, n);
      store(s.d_wco + place, load(s.d_wco + place, n) + d_o * c_after, n);
    }
    store(s.dc + at + k, dc_before, n);
    store(z + kInput * filters + k, d_i, n);
    store(z + kForget * filters + k, d_f, n);
    store(z + kCandidate * filters + k, d_g, n);
    store(z + kOutput * filters + k, d_o, n);
  }
}

template <bool kPre>
static void gates_backward(const GatesBackward& s, int threads) {
  const Cell& cell = *s.cell;
  // With peepholes one thread takes a pixel of all samples, so that its sums have one order.
  const int64_t together = cell.wci == nullptr ? 1 : cell.samples;
  const int64_t pieces = cell.samples / together * cell.pixels;
  threads = useful(threads, work(cell));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t piece = 0; piece < pieces; piece++) {
    const int64_t first = piece / cell.pixels;
    for (int64_t sample = first; sample < first + together; sample++) {
      backward<kPre>(s, sample, piece % cell.pixels);
    }
  }
}

static void gates_forward(const GatesForward& s, int threads) {
  s.cell->keeps_pre ? gates_forward<true>(s, threads) : gates_forward<false>(s, threads);
}

static void cells_again(const CellsAgain& s, int threads) {
  s.cell->keeps_pre ? cells_again<true>(s, threads) : cells_again<false>(s, threads);
}

static void gates_backward(const GatesBackward& s, int threads) {
  s.cell->keeps_pre ? gates_backward<true>(s, threads) : gates_backward<false>(s, threads);
}

}  // namespace ISA
}  // namespace convlstm4j
