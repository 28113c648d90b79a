// Statistics and element-wise passes over groups of elements, for batch normalisation over any axes (Ioffe & Szegedy
// 2015, arXiv:1502.03167). Everything is computed in double: memory is slower than that anyway.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

typedef double D __attribute__((vector_size(8 * kLanes)));

constexpr int64_t kMostParts = 64;       // partial sums of one array
constexpr int64_t kLeastPart = 1 << 12;  // elements that are worth a part
constexpr int64_t kMostPartial = 1 << 16;

static inline D wide(V v) { return __builtin_convertvector(v, D); }
static inline V narrow(D d) { return __builtin_convertvector(d, V); }
static inline D splat_double(double x) { return x - D{}; }

// The first n doubles, zeros after them; n in 1..kLanes.
static inline D load_double(const double* p, int64_t n) {
  D d{};
  if (n >= kLanes) {
    std::memcpy(&d, p, sizeof d);
    return d;
  }
#if defined(__AVX512F__)
  const unsigned mask = (1u << n) - 1;
  const __m512d halves[2] = {_mm512_maskz_loadu_pd((__mmask8)mask, p), _mm512_maskz_loadu_pd((__mmask8)(mask >> 8), p + 8)};
  std::memcpy(&d, halves, sizeof d);
#else
  for (int64_t k = 0; k < n; k++) d[k] = p[k];
#endif
  return d;
}

static inline void add_double(double* p, D d, int64_t n) {
  if (n >= kLanes) {
    d = d + load_double(p, kLanes);
    std::memcpy(p, &d, sizeof d);
    return;
  }
#if defined(__AVX512F__)
  const unsigned mask = (1u << n) - 1;
  d = d + load_double(p, n);
  __m512d halves[2];
  std::memcpy(halves, &d, sizeof d);
  _mm512_mask_storeu_pd(p, (__mmask8)mask, halves[0]);
  _mm512_mask_storeu_pd(p + 8, (__mmask8)(mask >> 8), halves[1]);
#else
  for (int64_t k = 0; k < n; k++) p[k] += d[k];
#endif
}

static inline double total(D d) {
  double sum = 0;
  for (int64_t k = 0; k < kLanes; k++) sum += d[k];
  return sum;
}

static inline int64_t group_of(const Groups& g, int64_t run) {
  int64_t group = 0;
  for (int64_t axis = g.axes - 1; axis >= 0; axis--) {
    group += run % g.sizes[axis] * g.strides[axis];
    run /= g.sizes[axis];
  }
  return group;
}

// A number that belongs to each group, as vectors of successive elements of a span want it.
template <bool kSuccessive>
struct PerGroup {
  const double* values;
  D one;
  PerGroup(const double* all, int64_t group) : values(all + group), one(splat_double(all[group])) {}
  D at(int64_t k, int64_t n) const { return kSuccessive ? load_double(values + k, n) : one; }
};

// Calls span(from, n, group) for stretches of one run between two elements.
template <class Span>
static inline void spans(const Groups& g, int64_t from, int64_t to, Span span) {
  int64_t run = from / g.length;
  int64_t inside = from - run * g.length;
  while (from < to) {
    // Runs that differ along the innermost outer axis only belong to the same groups if it is not kept.
    const int64_t last = g.axes - 1;
    int64_t same = g.axes == 0 || g.strides[last] != 0 ? 1 : g.sizes[last] - run % g.sizes[last];
    const int64_t group = group_of(g, run);
    for (; same > 0 && from < to; same--, run++) {
      const int64_t n = smaller(g.length - inside, to - from);
      span(from, n, group + g.step * inside);
      from += n;
      inside = 0;
    }
  }
}

static inline int64_t elements(const Groups& g) { return g.runs * g.length; }

// Parts of a loop over all elements: so many that sums of all groups fit, whatever the number of threads.
static inline int64_t parts(const Groups& g) {
  int64_t n = smaller(kMostParts, elements(g) / kLeastPart);
  n = smaller(n, kMostPartial / g.count);
  return n < 1 ? 1 : n;
}

// Part p of n begins here: at the start of a run where runs are short.
static inline int64_t part_begin(const Groups& g, int64_t p, int64_t n) {
  const int64_t unit = g.length <= kLeastPart ? g.length : 1;
  return elements(g) / unit * p / n * unit;
}

static int64_t group_doubles(const Groups& g, int /*threads*/) { return parts(g) * 2 * g.count; }

// Adds up `sums` arrays of one number per group; add(partial sums, from, n, group) does one span.
template <class Add>
static void group_sums(const Groups& g, int sums, double* partial, double* const* results, int threads, Add add) {
  const int64_t n = parts(g);
#pragma omp parallel for num_threads(useful(threads, elements(g))) schedule(static)
  for (int64_t p = 0; p < n; p++) {
    double* mine = partial + p * sums * g.count;
    for (int64_t k = 0; k < sums * g.count; k++) mine[k] = 0;
    spans(g, part_begin(g, p, n), part_begin(g, p + 1, n),
          [&](int64_t from, int64_t length, int64_t group) { add(mine, from, length, group); });
  }
  for (int s = 0; s < sums; s++) {
    for (int64_t group = 0; group < g.count; group++) {
      double sum = 0;
      for (int64_t p = 0; p < n; p++) sum += partial[(p * sums + s) * g.count + group];
      results[s][group] = sum;
    }
  }
}

// Calls pass(from, n, group) for all spans.
template <class Pass>
static void group_pass(const Groups& g, int threads, Pass pass) {
  const int64_t n = smaller(8 * kMostParts, 1 + elements(g) / kLeastPart);
#pragma omp parallel for num_threads(useful(threads, elements(g))) schedule(static)
  for (int64_t p = 0; p < n; p++) spans(g, part_begin(g, p, n), part_begin(g, p + 1, n), pass);
}

template <bool kSuccessive>
static void moments(const GroupMoments& s, int threads) {
  double* results[] = {s.sums};
  group_sums(*s.groups, 1, s.scratch, results, threads, [&](double* sums, int64_t from, int64_t length, int64_t group) {
    const PerGroup<kSuccessive> centre(s.centre, group);
    D sum{};
    for (int64_t k = 0; k < length; k += kLanes) {
      const int64_t n = smaller(kLanes, length - k);
      D d = wide(load(s.x + from + k, n)) - centre.at(k, n);
      if (s.squared) d = d * d;
      if (kSuccessive) {
        add_double(sums + group + k, d, n);
      } else if (n == kLanes) {
        sum = sum + d;
      } else {
        for (int64_t i = 0; i < n; i++) sum[i] += d[i];
      }
    }
    if (!kSuccessive) sums[group] += total(sum);
  });
}

static void group_moments(const GroupMoments& s, int threads) {
  s.groups->step == 1 ? moments<true>(s, threads) : moments<false>(s, threads);
}

template <bool kSuccessive>
static void normalize(const GroupNormalize& s, int threads) {
  group_pass(*s.groups, threads, [&](int64_t from, int64_t length, int64_t group) {
    const PerGroup<kSuccessive> mean(s.mean, group), scale(s.scale, group), shift(s.shift, group);
    for (int64_t k = 0; k < length; k += kLanes) {
      const int64_t n = smaller(kLanes, length - k);
      const D x = wide(load(s.x + from + k, n));
      store(s.y + from + k, narrow((x - mean.at(k, n)) * scale.at(k, n) + shift.at(k, n)), n);
    }
  });
}

static void group_normalize(const GroupNormalize& s, int threads) {
  s.groups->step == 1 ? normalize<true>(s, threads) : normalize<false>(s, threads);
}

template <bool kSuccessive>
static void gradient_sums(const GroupGradientSums& s, int threads) {
  double* results[] = {s.sums, s.scaled_sums};
  const int64_t count = s.groups->count;
  group_sums(*s.groups, 2, s.scratch, results, threads, [&](double* sums, int64_t from, int64_t length, int64_t group) {
    const PerGroup<kSuccessive> mean(s.mean, group), inverse(s.inverse, group);
    D plain{}, scaled{};
    for (int64_t k = 0; k < length; k += kLanes) {
      const int64_t n = smaller(kLanes, length - k);
      const D dy = wide(load(s.dy + from + k, n));
      const D d = dy * ((wide(load(s.x + from + k, n)) - mean.at(k, n)) * inverse.at(k, n));
      if (kSuccessive) {
        add_double(sums + group + k, dy, n);
        add_double(sums + count + group + k, d, n);
      } else {  // lanes after the last hold dy = 0
        plain = plain + dy;
        scaled = scaled + d;
      }
    }
    if (!kSuccessive) {
      sums[group] += total(plain);
      sums[count + group] += total(scaled);
    }
  });
}

static void group_gradient_sums(const GroupGradientSums& s, int threads) {
  s.groups->step == 1 ? gradient_sums<true>(s, threads) : gradient_sums<false>(s, threads);
}

template <bool kSuccessive>
static void input_gradient(const GroupInputGradient& s, int threads) {
  group_pass(*s.groups, threads, [&](int64_t from, int64_t length, int64_t group) {
    const PerGroup<kSuccessive> mean(s.mean, group), a(s.a, group), b(s.b, group), scale(s.scale, group);
    for (int64_t k = 0; k < length; k += kLanes) {
      const int64_t n = smaller(kLanes, length - k);
      const D x = wide(load(s.x + from + k, n)) - mean.at(k, n);
      const D d = (wide(load(s.dy + from + k, n)) - (a.at(k, n) + b.at(k, n) * x)) * scale.at(k, n);
      store(s.dx + from + k, s.adds != 0 ? load(s.dx + from + k, n) + narrow(d) : narrow(d), n);
    }
  });
}

static void group_input_gradient(const GroupInputGradient& s, int threads) {
  s.groups->step == 1 ? input_gradient<true>(s, threads) : input_gradient<false>(s, threads);
}

}  // namespace ISA
}  // namespace convlstm4j
