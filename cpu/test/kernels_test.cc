// Every instruction set's kernels against plain loops in double, on random shapes: odd sizes, channels that fill no
// vector, images smaller than a tile. Arrays are exactly as long as they must be, so that AddressSanitizer sees every
// step outside. Usage: kernels_test [seed] [cases]
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels.h"

using convlstm4j::Activation;
using convlstm4j::Cell;
using convlstm4j::Groups;
using convlstm4j::Kernels;
using convlstm4j::Pool;
using convlstm4j::ResampleTable;
using convlstm4j::Standardize;
using convlstm4j::Winograd;

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

std::mt19937_64 generator;
int failures = 0;

int64_t between(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(generator); }

Floats random(int64_t n, double scale) {
  std::uniform_real_distribution<double> value(-scale, scale);
  Floats v(static_cast<size_t>(n));
  for (float& x : v) x = static_cast<float>(value(generator));
  return v;
}

double apply(Activation a, double alpha, double x) {
  switch (a) {
    case Activation::kLinear:
      return x;
    case Activation::kRelu:
      return std::max(x, 0.0);
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kSigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::kHardSigmoidKeras2:
      return std::clamp(0.2 * x + 0.5, 0.0, 1.0);
    case Activation::kHardSigmoidKeras3:
      return std::clamp(x + 3, 0.0, 6.0) / 6;
    case Activation::kElu:
      return x > 0 ? x : alpha * std::expm1(x);
    case Activation::kLeakyRelu:
      return x > 0 ? x : alpha * x;
    case Activation::kSoftplus:
      return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    case Activation::kSwish:
      return x / (1 + std::exp(-x));
  }
  std::abort();
}

// At x, where the value is y.
double derivative(Activation a, double alpha, double x, double y) {
  const double s = 1 / (1 + std::exp(-x));
  switch (a) {
    case Activation::kLinear:
      return 1;
    case Activation::kRelu:
      return y > 0 ? 1 : 0;
    case Activation::kTanh:
      return 1 - y * y;
    case Activation::kSigmoid:
      return y * (1 - y);
    case Activation::kHardSigmoidKeras2:
      return y > 0 && y < 1 ? 0.2 : 0;
    case Activation::kHardSigmoidKeras3:
      return y > 0 && y < 1 ? 1.0 / 6 : 0;
    case Activation::kElu:
      return x > 0 ? 1 : alpha * std::exp(x);
    case Activation::kLeakyRelu:
      return x > 0 ? 1 : alpha;
    case Activation::kSoftplus:
      return s;
    case Activation::kSwish:
      return s + x * s * (1 - s);
  }
  std::abort();
}

// Fails unless |got - exact| <= allowed * max(1, largest |exact|); NaN fails.
void check(const std::string& what, const Doubles& exact, const float* got, double allowed) {
  double largest = 1;
  for (double e : exact) largest = std::max(largest, std::fabs(e));
  for (size_t k = 0; k < exact.size(); k++) {
    const double error = std::fabs(got[k] - exact[k]) / largest;
    if (!(error <= allowed)) {
      std::printf("%s[%zu] = %.9g, expected %.9g: error %.3g, allowed %.3g\n", what.c_str(), k, got[k], exact[k], error,
                  allowed);
      failures++;
      return;
    }
  }
}

// z += conv(image, kernel), 3x3 "same": image [N, P, C], kernel [3, 3, C, K], z [N, P, K].
void convolve(const Winograd& w, const Floats& image, int64_t channels, const Floats& kernel, int64_t columns,
              Doubles& z) {
  for (int64_t n = 0; n < w.samples; n++)
    for (int64_t y = 0; y < w.height; y++)
      for (int64_t x = 0; x < w.width; x++)
        for (int64_t dy = -1; dy <= 1; dy++)
          for (int64_t dx = -1; dx <= 1; dx++) {
            if (y + dy < 0 || y + dy >= w.height || x + dx < 0 || x + dx >= w.width) continue;
            const int64_t from = ((n * w.height + y + dy) * w.width + x + dx) * channels;
            const int64_t to = ((n * w.height + y) * w.width + x) * columns;
            for (int64_t c = 0; c < channels; c++)
              for (int64_t k = 0; k < columns; k++)
                z[to + k] += double(image[from + c]) * kernel[(((dy + 1) * 3 + dx + 1) * channels + c) * columns + k];
          }
}

// The gradients of convolve: of the image and of the kernel.
void convolve_back(const Winograd& w, const Floats& image, int64_t channels, const Floats& kernel, int64_t columns,
                   const Floats& dz, Doubles& d_image, Doubles& d_kernel) {
  for (int64_t n = 0; n < w.samples; n++)
    for (int64_t y = 0; y < w.height; y++)
      for (int64_t x = 0; x < w.width; x++)
        for (int64_t dy = -1; dy <= 1; dy++)
          for (int64_t dx = -1; dx <= 1; dx++) {
            if (y + dy < 0 || y + dy >= w.height || x + dx < 0 || x + dx >= w.width) continue;
            const int64_t from = ((n * w.height + y + dy) * w.width + x + dx) * channels;
            const int64_t to = ((n * w.height + y) * w.width + x) * columns;
            for (int64_t c = 0; c < channels; c++)
              for (int64_t k = 0; k < columns; k++) {
                const int64_t weight = (((dy + 1) * 3 + dx + 1) * channels + c) * columns + k;
                d_image[from + c] += double(dz[to + k]) * kernel[weight];
                d_kernel[weight] += double(dz[to + k]) * image[from + c];
              }
          }
}

struct Peepholes {
  Floats i, f, o;
  Peepholes(bool there, int64_t state)
      : i(random(there ? state : 0, 0.5)), f(random(there ? state : 0, 0.5)), o(random(there ? state : 0, 0.5)) {}
  const float* at(const Floats& v) const { return v.empty() ? nullptr : v.data(); }
};

// Gates as they are, and as forward keeps them.
struct Step {
  Doubles gates, kept, c, h;
};

double gate(const Cell& cell, double x) { return apply(cell.recurrent, cell.recurrent_alpha, x); }
double inner(const Cell& cell, double x) { return apply(cell.activation, cell.alpha, x); }
double gate_slope(const Cell& cell, double x, double y) {
  return derivative(cell.recurrent, cell.recurrent_alpha, x, y);
}
double inner_slope(const Cell& cell, double x, double y) { return derivative(cell.activation, cell.alpha, x, y); }

// Shi et al. 2015, eq. 3, from pre-activations.
Step step(const Cell& cell, const Doubles& z, const Floats& c_before) {
  const int64_t f = cell.filters, state = cell.pixels * f, all = cell.samples * state;
  Step r{Doubles(4 * all), z, Doubles(all), Doubles(all)};
  for (int64_t k = 0; k < all; k++) {
    const int64_t at = k / f * 4 * f + k % f, place = k % state;
    const double before = c_before[k];
    r.kept[at] += cell.wci ? cell.wci[place] * before : 0;
    r.kept[at + f] += cell.wcf ? cell.wcf[place] * before : 0;
    const double i = gate(cell, r.kept[at]), forget = gate(cell, r.kept[at + f]), g = inner(cell, z[at + 2 * f]);
    r.c[k] = forget * before + i * g;
    r.kept[at + 3 * f] += cell.wco ? cell.wco[place] * r.c[k] : 0;
    const double o = gate(cell, r.kept[at + 3 * f]);
    r.h[k] = o * inner(cell, r.c[k]);
    r.gates[at] = i;
    r.gates[at + f] = forget;
    r.gates[at + 2 * f] = g;
    r.gates[at + 3 * f] = o;
  }
  if (!cell.keeps_pre) r.kept = r.gates;
  return r;
}

void test_gates(const Kernels& kernels, const std::string& name, const Cell& cell, int threads) {
  const int64_t f = cell.filters, state = cell.pixels * f, all = cell.samples * state;
  const Floats z = random(4 * all, 4), c = random(all, 2);
  const int64_t stride = state + between(0, 3);
  Floats gates = z, c_after(all), h(all), output((cell.samples - 1) * stride + state);
  const Step expected = step(cell, Doubles(z.begin(), z.end()), c);
  kernels.gates_forward({&cell, gates.data(), 1, c.data(), c_after.data(), h.data(), output.data(), stride},
                        threads);
  check(name + " gates", expected.kept, gates.data(), 1e-6);
  check(name + " c", expected.c, c_after.data(), 2e-6);
  check(name + " h", expected.h, h.data(), 3e-6);
  for (int64_t n = 0; n < cell.samples; n++) {
    check(name + " output", Doubles(expected.h.begin() + n * state, expected.h.begin() + (n + 1) * state),
          output.data() + n * stride, 3e-6);
  }

  const Floats dh = random(all, 1), dc = random(all, 1), dy = random((cell.samples - 1) * stride + state, 1);
  Doubles d_gates(4 * all), d_before(all), d_i(state), d_f(state), d_o(state);
  for (int64_t k = 0; k < all; k++) {
    const int64_t at = k / f * 4 * f + k % f, place = k % state;
    const double z_i = gates[at], z_f = gates[at + f], z_g = gates[at + 2 * f], z_o = gates[at + 3 * f];
    const bool pre = cell.keeps_pre;
    const double i = pre ? gate(cell, z_i) : z_i, forget = pre ? gate(cell, z_f) : z_f;
    const double g = pre ? inner(cell, z_g) : z_g, o = pre ? gate(cell, z_o) : z_o;
    const double out = inner(cell, c_after[k]);
    const double d = double(dh[k]) + dy[k / state * stride + place];
    const double dz_o = d * out * gate_slope(cell, z_o, o);
    double dcell =
        dc[k] + d * o * inner_slope(cell, c_after[k], out) + (cell.wco ? cell.wco[place] * dz_o : 0);
    const double dz_i = dcell * g * gate_slope(cell, z_i, i);
    const double dz_f = dcell * c[k] * gate_slope(cell, z_f, forget);
    d_before[k] = dcell * forget + (cell.wci ? cell.wci[place] * dz_i + cell.wcf[place] * dz_f : 0);
    d_gates[at] = dz_i;
    d_gates[at + f] = dz_f;
    d_gates[at + 2 * f] = dcell * i * inner_slope(cell, z_g, g);
    d_gates[at + 3 * f] = dz_o;
    d_i[place] += dz_i * c[k];
    d_f[place] += dz_f * c[k];
    d_o[place] += dz_o * c_after[k];
  }
  Floats again(all);
  kernels.cells_again({&cell, gates.data(), c.data(), again.data()}, threads);
  check(name + " c again", expected.c, again.data(), 2e-6);
  Floats dz = gates, dc_got = dc, di(cell.wci ? state : 0), df = di, d_out = di;
  kernels.gates_backward({&cell, dz.data(), c.data(), c_after.data(), dy.data(), stride, dh.data(),
                          dc_got.data(), di.data(), df.data(), d_out.data()},
                         threads);
  check(name + " d_gates", d_gates, dz.data(), 5e-6);
  check(name + " dc", d_before, dc_got.data(), 5e-6);
  if (cell.wci) {
    check(name + " d_wci", d_i, di.data(), 5e-6);
    check(name + " d_wcf", d_f, df.data(), 5e-6);
    check(name + " d_wco", d_o, d_out.data(), 5e-6);
  }
}

// Every function at arguments where exponentials overflow or all digits are at stake, as the candidate gate of a cell
// whose other gates hand their pre-activations on. NaN must stay NaN.
void test_functions(const Kernels& kernels, const std::string& isa) {
  Floats x{NAN, 0};
  for (const float far : {1e-30f, 1e-3f, 0.1f, 1.0f, 2.5f, 3.0f, 9.0f, 20.0f, 41.0f, 86.0f, 88.0f, 90.0f, 1e4f, 3e38f}) {
    x.push_back(far);
    x.push_back(-far);
  }
  for (int a = 0; a <= static_cast<int>(Activation::kSwish); a++) {
    const int64_t n = static_cast<int64_t>(x.size());
    const Cell cell{1, 1, n, static_cast<Activation>(a), Activation::kLinear, 0.25, 0, 1, nullptr, nullptr, nullptr};
    Floats gates(4 * n), zeros(n), c(n), h(n), dc(n, 1.0f);
    for (int64_t k = 0; k < n; k++) gates[k] = 1;
    std::copy(x.begin(), x.end(), gates.begin() + 2 * n);
    kernels.gates_forward({&cell, gates.data(), 1, zeros.data(), c.data(), h.data(), nullptr, 0}, 1);
    kernels.gates_backward({&cell, gates.data(), zeros.data(), c.data(), nullptr, 0, zeros.data(), dc.data(), nullptr,
                            nullptr, nullptr}, 1);
    for (int64_t k = 0; k < n; k++) {
      const double value = inner(cell, x[k]), slope = inner_slope(cell, x[k], value);
      const std::string name = isa + " function " + std::to_string(a) + " at " + std::to_string(x[k]);
      if (std::isnan(x[k])) {
        if (!std::isnan(c[k])) check(name, {NAN}, &c[k], 0);
      } else {
        check(name, {value}, &c[k], 3e-7);
        check(name + ", slope", {slope}, &gates[2 * n + k], 3e-7);
      }
    }
  }
}

void test_winograd(const Kernels& kernels, const std::string& name, const Winograd& w, const Cell& cell, int threads) {
  const int64_t c4 = 4 * w.filters, pixels = w.height * w.width;
  const int64_t state = pixels * w.filters, image = pixels * w.channels;
  const int64_t x_stride = image + between(0, 5), h_stride = state + between(0, 5);
  const double scale = 2 / std::sqrt(9.0 * double(w.channels + w.filters));
  const Floats wx = random(9 * w.channels * c4, scale), wh = random(9 * w.filters * c4, scale), bias = random(c4, 1);
  const bool has_bias = between(0, 3) > 0, has_h = between(0, 3) > 0;
  const Floats x = random(w.samples * image, 1), h = random(w.samples * state, has_h ? 1 : 0);
  Floats xs((w.samples - 1) * x_stride + image), hs((w.samples - 1) * h_stride + state);
  for (int64_t n = 0; n < w.samples; n++) {
    std::copy_n(x.begin() + n * image, image, xs.begin() + n * x_stride);
    std::copy_n(h.begin() + n * state, state, hs.begin() + n * h_stride);
  }
  const Floats c = random(w.samples * state, 1);
  Doubles z(w.samples * pixels * c4);
  for (size_t k = 0; k < z.size(); k++) z[k] = has_bias ? bias[k % c4] : 0;
  convolve(w, x, w.channels, wx, c4, z);
  convolve(w, h, w.filters, wh, c4, z);
  const Step expected = step(cell, z, c);

  Floats packed(kernels.forward_floats(w, threads)), scratch(kernels.scratch_floats(w, threads));
  kernels.pack_forward({&w, wx.data(), wh.data(), packed.data()}, threads);
  Floats c_after(w.samples * state), h_after((w.samples - 1) * h_stride + state), gates(w.samples * pixels * c4);
  kernels.winograd_forward({&w, &cell, packed.data(), has_bias ? bias.data() : nullptr, xs.data(), x_stride,
                            has_h ? hs.data() : nullptr, h_stride, c.data(), c_after.data(), h_after.data(), h_stride,
                            gates.data(), scratch.data()},
                           threads);
  check(name + " winograd gates", expected.kept, gates.data(), 3e-5);
  check(name + " winograd c", expected.c, c_after.data(), 3e-5);
  for (int64_t n = 0; n < w.samples; n++) {
    check(name + " winograd h", Doubles(expected.h.begin() + n * state, expected.h.begin() + (n + 1) * state),
          h_after.data() + n * h_stride, 3e-5);
  }

  const Floats dz = random(w.samples * pixels * c4, 1);
  Doubles dx(w.samples * image), dh(w.samples * state), dwx(wx.size()), dwh(wh.size()), db(c4);
  convolve_back(w, x, w.channels, wx, c4, dz, dx, dwx);
  convolve_back(w, h, w.filters, wh, c4, dz, dh, dwh);
  for (size_t k = 0; k < dz.size(); k++) db[k % c4] += dz[k];
  Floats packed_data(kernels.data_floats(w, threads));
  kernels.pack_data({&w, wx.data(), wh.data(), packed_data.data()}, threads);
  const bool wants_x = between(0, 3) > 0, wants_h = !wants_x || between(0, 3) > 0;
  for (int64_t adds = 0; adds < 2; adds++) {
    Floats dx_got(xs.size(), adds ? 1.0f : NAN), dh_got(w.samples * state);
    kernels.winograd_data({&w, packed_data.data(), dz.data(), wants_x ? dx_got.data() : nullptr, x_stride, adds,
                           wants_h ? dh_got.data() : nullptr, scratch.data()},
                          threads);
    for (int64_t n = 0; wants_x && n < w.samples; n++) {
      Doubles one(dx.begin() + n * image, dx.begin() + (n + 1) * image);
      for (double& d : one) d += static_cast<double>(adds);  // was there before
      check(name + " winograd dx", one, dx_got.data() + n * x_stride, 3e-5);
    }
    if (wants_h) check(name + " winograd dh", dh, dh_got.data(), 3e-5);
  }

  Floats d_weights(kernels.weights_floats(w, threads));
  Doubles d_bias(c4);
  for (int twice = 0; twice < 2; twice++) {
    kernels.winograd_weights({&w, dz.data(), xs.data(), x_stride, has_h ? hs.data() : nullptr, h_stride,
                              d_weights.data(), d_bias.data(), scratch.data()},
                             threads);
  }
  Floats dwx_got(wx.size(), 1.0f), dwh_got(wh.size(), 1.0f);
  Floats db_got(c4, 1.0f);
  kernels.unpack_weights({&w, d_weights.data(), d_bias.data(), dwx_got.data(), dwh_got.data(), db_got.data()}, threads);
  for (double& d : dwx) d = 2 * d + 1;
  for (double& d : dwh) d = 2 * d + 1;
  for (double& d : db) d = 2 * d + 1;
  check(name + " winograd dwx", dwx, dwx_got.data(), 3e-5);
  check(name + " winograd dwh", dwh, dwh_got.data(), 3e-5);
  check(name + " winograd db", db, db_got.data(), 3e-5);
}

// Random sizes and kept axes as Groups, and the group of each element.
struct Grouping {
  std::vector<int64_t> group;
  Groups groups{};
  Grouping() {
    std::vector<std::pair<int64_t, bool>> axes;  // alternately kept or not, outermost first
    bool kept = between(0, 1) == 1;
    for (int64_t k = between(1, 4); k > 0; k--, kept = !kept) axes.emplace_back(between(2, 2 + (k == 1 ? 60 : 7)), kept);
    int64_t count = 1, all = 1;
    std::vector<int64_t> by(axes.size());
    for (size_t k = axes.size(); k-- > 0;) {
      by[k] = axes[k].second ? count : 0;
      count *= axes[k].second ? axes[k].first : 1;
      all *= axes[k].first;
    }
    group.resize(all);
    for (int64_t e = 0; e < all; e++) {
      int64_t rest = e;
      for (size_t k = axes.size(); k-- > 0; rest /= axes[k].first) group[e] += rest % axes[k].first * by[k];
    }
    const int64_t length = axes.back().first;
    groups = {all / length, length, by.back(), count, static_cast<int64_t>(axes.size()) - 1, {}, {}};
    for (size_t k = 0; k + 1 < axes.size(); k++) {
      groups.sizes[k] = axes[k].first;
      groups.strides[k] = by[k];
    }
  }
};

Doubles random_doubles(int64_t n) {
  const Floats f = random(n, 1);
  return Doubles(f.begin(), f.end());
}

void check(const std::string& what, const Doubles& exact, const Doubles& got, double allowed) {
  const Floats f(got.begin(), got.end());
  check(what, exact, f.data(), allowed);
}

void test_groups(const Kernels& kernels, const std::string& name, int threads) {
  const Grouping g;
  const int64_t all = static_cast<int64_t>(g.group.size()), count = g.groups.count;
  const Floats x = random(all, 2), dy = random(all, 1);
  const Doubles mean = random_doubles(count), scale = random_doubles(count), shift = random_doubles(count);
  Doubles sum(count), squares(count), sum_dy(count), scaled(count), y(all), dx(all);
  for (int64_t k = 0; k < all; k++) {
    const int64_t at = g.group[k];
    const double centred = x[k] - mean[at];
    sum[at] += centred;
    squares[at] += centred * centred;
    sum_dy[at] += dy[k];
    scaled[at] += dy[k] * centred * scale[at];
    y[k] = centred * scale[at] + shift[at];
    dx[k] = 1 + (dy[k] - (shift[at] + mean[at] * centred)) * scale[at];
  }
  Doubles scratch(kernels.group_doubles(g.groups, threads)), got(count), got_scaled(count);
  kernels.group_moments({&g.groups, x.data(), mean.data(), 0, got.data(), scratch.data()}, threads);
  check(name + " sums", sum, got, 1e-6);
  kernels.group_moments({&g.groups, x.data(), mean.data(), 1, got.data(), scratch.data()}, threads);
  check(name + " sums of squares", squares, got, 1e-6);
  kernels.group_gradient_sums(
      {&g.groups, x.data(), dy.data(), mean.data(), scale.data(), got.data(), got_scaled.data(), scratch.data()}, threads);
  check(name + " sums of gradients", sum_dy, got, 1e-6);
  check(name + " scaled sums of gradients", scaled, got_scaled, 1e-6);
  Floats y_got(all), dx_got(all, 1.0f);
  kernels.group_normalize({&g.groups, x.data(), y_got.data(), mean.data(), scale.data(), shift.data()}, threads);
  check(name + " normalized", y, y_got.data(), 1e-6);
  kernels.group_input_gradient(
      {&g.groups, x.data(), dy.data(), dx_got.data(), mean.data(), shift.data(), mean.data(), scale.data(), 1}, threads);
  check(name + " normalized dx", dx, dx_got.data(), 1e-6);
  Floats written(all, NAN);
  kernels.group_input_gradient(
      {&g.groups, x.data(), dy.data(), written.data(), mean.data(), shift.data(), mean.data(), scale.data(), 0}, threads);
  for (double& d : dx) d -= 1;  // was there before
  check(name + " normalized dx, written", dx, written.data(), 1e-6);
}

void test_pool(const Kernels& kernels, const std::string& name, int threads) {
  Pool p{};
  p.max = between(0, 1) == 1;
  p.images = between(1, 3);
  p.channels = between(0, 1) == 1 ? 1 : between(2, 21);
  for (int k = 0; k < 3; k++) {
    p.input[k] = between(1, k == 2 ? 41 : 6);
    p.size[k] = std::min(p.input[k], between(1, 3));
    p.stride[k] = between(1, 3);
    const int64_t padding = between(0, p.size[k] - 1);  // in all, fewer than a window has taps
    p.pad[k] = padding / 2;
    p.output[k] = (p.input[k] + padding - p.size[k]) / p.stride[k] + 1;
  }
  const int64_t c = p.channels;
  const int64_t in = p.images * p.input[0] * p.input[1] * p.input[2] * c;
  const int64_t out = p.images * p.output[0] * p.output[1] * p.output[2] * c;
  Floats x = random(in, 4);
  for (float& v : x) v = std::round(v);  // so that maxima come twice
  const Floats dy = random(out, 1);
  Doubles y(out), dx(in, 1.0);
  for (int64_t o = 0; o < out; o++) {
    const int64_t channel = o % c, w = o / c % p.output[2], h = o / c / p.output[2] % p.output[1];
    const int64_t d = o / c / p.output[2] / p.output[1] % p.output[0];
    const int64_t image = o / c / p.output[2] / p.output[1] / p.output[0];
    std::vector<int64_t> taps;
    for (int64_t i = 0; i < p.size[0]; i++)
      for (int64_t j = 0; j < p.size[1]; j++)
        for (int64_t k = 0; k < p.size[2]; k++) {
          const int64_t a = d * p.stride[0] - p.pad[0] + i, b = h * p.stride[1] - p.pad[1] + j;
          const int64_t e = w * p.stride[2] - p.pad[2] + k;
          if (a < 0 || b < 0 || e < 0 || a >= p.input[0] || b >= p.input[1] || e >= p.input[2]) continue;
          taps.push_back((((image * p.input[0] + a) * p.input[1] + b) * p.input[2] + e) * c + channel);
        }
    if (p.max) {
      int64_t best = taps[0];
      for (int64_t t : taps)
        if (x[t] > x[best]) best = t;
      y[o] = x[best];
      dx[best] += dy[o];
    } else {
      for (int64_t t : taps) {
        y[o] += double(x[t]) / double(taps.size());
        dx[t] += double(dy[o]) / double(taps.size());
      }
    }
  }
  Floats y_got(out), dx_got(in, 1.0f);
  Floats rows(threads * std::max(p.input[2], p.output[2]) * c);
  kernels.pool_forward({&p, x.data(), y_got.data(), rows.data()}, threads);
  check(name + " pool", y, y_got.data(), 1e-6);
  kernels.pool_backward({&p, x.data(), y_got.data(), dy.data(), dx_got.data(), 1, rows.data()}, threads);
  check(name + " pool dx", dx, dx_got.data(), 1e-6);
  Floats written(in, NAN);
  kernels.pool_backward({&p, x.data(), y_got.data(), dy.data(), written.data(), 0, rows.data()}, threads);
  for (double& d : dx) d -= 1;  // was there before
  check(name + " pool dx, written", dx, written.data(), 1e-6);

  x[0] = NAN;
  kernels.pool_forward({&p, x.data(), y_got.data(), rows.data()}, threads);
  if (!std::isnan(y_got[0])) {
    std::printf("%s pool: a NaN is lost\n", name.c_str());
    failures++;
  }
}

// A normalisation of random sizes: rows, columns and chunks, weights by row, by column or none.
void test_standardize(const Kernels& kernels, const std::string& name, int threads) {
  Standardize l{};
  const bool large = between(0, 9) == 0;  // slices that are cut into chunks
  l.slices = between(1, large ? 2 : 20);
  l.rows = between(0, 2) == 0 ? 1 : between(1, large ? 900 : 20);
  l.columns = between(1, large ? 60 : 40);
  if (large && l.rows == 1) l.columns = between(33000, 40000);
  const int64_t kind = between(0, 2);
  l.groups = kind == 0 ? 1 : kind == 1 ? l.columns : between(1, 5);
  if (kind == 2) l.columns = l.groups * between(1, 9);
  l.by_column = between(0, 1);
  l.period = l.by_column != 0 ? 1 : between(1, 3);
  l.epsilon = 1e-3;
  const int64_t size = l.rows * l.columns, all = l.slices * size, width = l.columns / l.groups;
  const int64_t weights = l.by_column != 0 ? l.columns : l.period * l.rows;
  const Floats x = random(all, 2), dy = random(all, 1), gamma = random(weights, 2), beta = random(weights, 1);
  const bool weighted = between(0, 3) != 0;
  const auto weight = [&](int64_t at) {
    const int64_t slice = at / size, row = at % size / l.columns, column = at % l.columns;
    return static_cast<size_t>(l.by_column != 0 ? column : slice % l.period * l.rows + row);
  };
  const auto group = [&](int64_t at) {
    return static_cast<size_t>(at / size * l.groups + at % l.columns / width);
  };
  const double members = static_cast<double>(l.rows * width);
  const size_t groups = static_cast<size_t>(l.slices * l.groups);
  Doubles mean(groups), inverse(groups), sum(groups), slope(groups), y(x.size()), dx(x.size());
  Doubles dgamma(gamma.size(), 1), dbeta(gamma.size(), 1), n(x.size()), t(x.size());
  for (int64_t k = 0; k < all; k++) mean[group(k)] += x[static_cast<size_t>(k)] / members;
  for (int64_t k = 0; k < all; k++) {
    inverse[group(k)] += std::pow(x[static_cast<size_t>(k)] - mean[group(k)], 2) / members;
  }
  for (double& v : inverse) v = 1 / std::sqrt(v + l.epsilon);
  for (int64_t k = 0; k < all; k++) {
    const size_t i = static_cast<size_t>(k);
    n[i] = (x[i] - mean[group(k)]) * inverse[group(k)];
    y[i] = weighted ? n[i] * gamma[weight(k)] + beta[weight(k)] : n[i];
    t[i] = weighted ? dy[i] * gamma[weight(k)] : dy[i];
    sum[group(k)] += t[i] / members;
    slope[group(k)] += t[i] * n[i] / members;
    dgamma[weight(k)] += dy[i] * n[i];
    dbeta[weight(k)] += dy[i];
  }
  for (int64_t k = 0; k < all; k++) {
    const size_t i = static_cast<size_t>(k);
    dx[i] = (t[i] - sum[group(k)] - n[i] * slope[group(k)]) * inverse[group(k)];
  }
  Doubles scratch(static_cast<size_t>(kernels.standardize_doubles(l, threads))), statistics(2 * groups);
  Floats got(x.size()), dx_got(x.size(), NAN), dgamma_got(gamma.size(), 1), dbeta_got(gamma.size(), 1);
  const float* g = weighted ? gamma.data() : nullptr;
  kernels.standardize_forward(
      {&l, x.data(), g, weighted ? beta.data() : nullptr, got.data(), statistics.data(), scratch.data()}, threads);
  check(name + " standardize", y, got.data(), 1e-5);
  float* dg = weighted ? dgamma_got.data() : nullptr;
  float* db = weighted ? dbeta_got.data() : nullptr;
  kernels.standardize_backward(
      {&l, x.data(), g, dy.data(), statistics.data(), dx_got.data(), dg, db, 0, scratch.data()}, threads);
  check(name + " standardize dx", dx, dx_got.data(), 1e-4);
  if (weighted) check(name + " standardize dgamma", dgamma, dg, 1e-4);
  if (weighted) check(name + " standardize dbeta", dbeta, db, 1e-4);
  kernels.standardize_backward(
      {&l, x.data(), g, dy.data(), statistics.data(), dx_got.data(), nullptr, nullptr, 1, scratch.data()}, threads);
  for (double& v : dx) v *= 2;
  check(name + " standardize dx, added", dx, dx_got.data(), 1e-4);
}

// A table of random entries, some rows of which equal the one before.
struct RandomTable {
  int64_t columns, rows;
  std::vector<int32_t> starts{0}, places;
  Floats weights;
  RandomTable() : columns(between(1, 7)), rows(between(1, 9)) {
    const bool same = between(0, 2) == 0;
    for (int64_t r = 0; r < rows; r++) {
      const size_t from = r == 0 ? 0 : static_cast<size_t>(starts[static_cast<size_t>(r - 1)]), to = places.size();
      if (r > 0 && between(0, 1) == 0) {
        for (size_t k = from; k < to; k++) {
          places.push_back(places[k]);
          weights.push_back(weights[k]);
        }
      } else {
        const int64_t entries = same ? 1 : between(0, 6);
        for (int64_t k = 0; k < entries; k++) {
          places.push_back(static_cast<int32_t>(between(0, columns - 1)));
          weights.push_back(same ? 1.0f : random(1, 2)[0]);
        }
      }
      starts.push_back(static_cast<int32_t>(places.size()));
    }
  }
  // sums[a, r, b] = sum of the entries of row r of weight x[a, place, b].
  Doubles of(const Doubles& x, int64_t inner) const {
    const int64_t outer = static_cast<int64_t>(x.size()) / columns / inner;
    Doubles sums(static_cast<size_t>(outer * rows * inner));
    for (int64_t at = 0; at < static_cast<int64_t>(sums.size()); at++) {
      const int64_t a = at / inner / rows, b = at % inner;
      const size_t r = static_cast<size_t>(at / inner % rows);
      for (size_t k = static_cast<size_t>(starts[r]); k < static_cast<size_t>(starts[r + 1]); k++) {
        sums[static_cast<size_t>(at)] += weights[k] * x[static_cast<size_t>((a * columns + places[k]) * inner + b)];
      }
    }
    return sums;
  }
};

void test_resample(const Kernels& kernels, const std::string& name, int threads) {
  const RandomTable d, h, w;
  const int64_t outer = between(1, 4), inner = between(0, 1) == 0 ? 1 : between(2, 40);
  std::vector<int32_t> segments, places;
  Floats weights;
  for (size_t first = 0; first < static_cast<size_t>(w.rows);) {
    const int32_t taps = w.starts[first + 1] - w.starts[first];
    size_t end = first + 1;
    while (end < static_cast<size_t>(w.rows) && w.starts[end + 1] - w.starts[end] == taps) end++;
    segments.insert(segments.end(), {static_cast<int32_t>(first), taps, static_cast<int32_t>(places.size())});
    for (int32_t tap = 0; tap < taps; tap++) {
      for (size_t r = first; r < end; r++) {
        places.push_back(w.places[static_cast<size_t>(w.starts[r] + tap)]);
        weights.push_back(w.weights[static_cast<size_t>(w.starts[r] + tap)]);
      }
    }
    first = end;
  }
  const bool alone = between(0, 3) == 0;  // nothing along the third axis
  const int64_t columns = alone ? 1 : w.columns, rows = alone ? 1 : w.rows;
  const ResampleTable t{outer,
                        inner,
                        {d.columns, h.columns, columns},
                        {d.rows, h.rows, rows},
                        {d.starts.data(), h.starts.data()},
                        {d.places.data(), h.places.data(), places.data()},
                        {d.weights.data(), h.weights.data(), weights.data()},
                        alone ? 0 : static_cast<int64_t>(segments.size()) / 3,
                        (segments.push_back(static_cast<int32_t>(w.rows)), segments.data())};
  const Floats x = random(outer * d.columns * h.columns * columns * inner, 1);
  Doubles y(x.begin(), x.end());
  y = d.of(y, h.columns * columns * inner);
  y = h.of(y, columns * inner);
  if (!alone) y = w.of(y, inner);
  Floats got(y.size(), NAN), scratch(static_cast<size_t>(threads * columns * inner));
  kernels.resample({&t, x.data(), got.data(), 0, scratch.data()}, threads);
  check(name + " resample", y, got.data(), 1e-4);
  kernels.resample({&t, x.data(), got.data(), 1, scratch.data()}, threads);
  for (double& v : y) v *= 2;
  check(name + " resample, added", y, got.data(), 1e-4);
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : std::random_device{}();
  const int cases = argc > 2 ? std::atoi(argv[2]) : 60;
  std::printf("seed %llu, %d cases each:", static_cast<unsigned long long>(seed), cases);
  for (const char* isa : {"baseline", "avx2", "avx512"}) {
    const Kernels* kernels = convlstm4j::choose(isa);
    if (kernels == nullptr) {
      std::printf(" (%s: not in this build or on this machine)", isa);
      continue;
    }
    std::printf(" %s", isa);
    generator.seed(seed);
    test_functions(*kernels, isa);
    for (int k = 0; k < cases && failures < 10; k++) {
      const Winograd w{between(1, 3), between(1, 19), between(1, 19), between(1, 37), between(1, 37)};
      const Activation inner[] = {Activation::kTanh,      Activation::kRelu,     Activation::kLinear,
                                  Activation::kSigmoid,   Activation::kElu,      Activation::kLeakyRelu,
                                  Activation::kSoftplus,  Activation::kSwish};
      const Activation gate[] = {Activation::kSigmoid, Activation::kHardSigmoidKeras2, Activation::kHardSigmoidKeras3,
                                 Activation::kTanh,    Activation::kElu,               Activation::kLeakyRelu,
                                 Activation::kSoftplus, Activation::kSwish};
      const Activation a = inner[between(0, 7)], ra = gate[between(0, 7)];
      const bool pre = std::max(a, ra) >= Activation::kElu || between(0, 7) == 0;
      const Peepholes peepholes(between(0, 1) == 1, w.height * w.width * w.filters);
      const Cell cell{w.samples,
                      w.height * w.width,
                      w.filters,
                      a,
                      ra,
                      static_cast<double>(between(-2, 6)) / 4,
                      static_cast<double>(between(-2, 6)) / 4,
                      pre,
                      peepholes.at(peepholes.i),
                      peepholes.at(peepholes.f),
                      peepholes.at(peepholes.o)};
      const int threads = static_cast<int>(between(1, 3));
      const std::string name = std::string(isa) + " case " + std::to_string(k);
      test_gates(*kernels, name, cell, threads);
      test_winograd(*kernels, name, w, cell, threads);
      test_groups(*kernels, name, threads);
      test_pool(*kernels, name, threads);
      test_standardize(*kernels, name, threads);
      test_resample(*kernels, name, threads);
    }
  }
  std::printf("\n%s\n", failures == 0 ? "all agree" : "FAILED");
  return failures == 0 ? 0 : 1;
}
