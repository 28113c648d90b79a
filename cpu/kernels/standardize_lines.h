// standardize.h where a group is one line of memory.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

static inline bool is_lines(const Standardize& l) {
  return l.groups == 1 && (l.rows == 1 || l.by_column == 0);
}

static inline int64_t line_chunks(const Standardize& l) {
  return chunks_of(l.rows * l.columns, l.rows == 1 ? l.columns / kLanes : l.rows);
}

// Sums that are kept of each slice: of each row, or of each chunk of the only one.
static inline int64_t line_sums(const Standardize& l) { return l.rows == 1 ? line_chunks(l) : l.rows; }

// Calls run(place of the sums, row, first column, columns) for what a chunk has of a slice's rows.
template <class Run>
static inline void each_run(const Standardize& l, int64_t chunk, int64_t chunks, Run run) {
  if (l.rows == 1) {
    const int64_t from = chunk_begin(l.columns, kLanes, chunk, chunks);
    run(chunk, 0, from, chunk_begin(l.columns, kLanes, chunk + 1, chunks) - from);
    return;
  }
  const int64_t end = chunk_begin(l.rows, 1, chunk + 1, chunks);
  for (int64_t row = chunk_begin(l.rows, 1, chunk, chunks); row < end; row++) run(row, row, 0, l.columns);
}

// Gamma or beta along a run: one for each column or one for all.
struct Weight {
  const float* each = nullptr;
  V one;
  Weight(const Standardize& l, const float* weights, int64_t slice, int64_t row, int64_t column, float absent)
      : one(splat(absent)) {
    if (weights == nullptr) return;
    if (l.by_column != 0) {
      each = weights + column;
    } else {
      one = splat(weights[slice % l.period * l.rows + row]);
    }
  }
  V at(int64_t k, int64_t n) const { return each != nullptr ? load(each + k, n) : one; }
};

static void lines_forward(const StandardizeForward& s, int threads) {
  const Standardize& l = *s.layer;
  const int64_t chunks = line_chunks(l), size = l.rows * l.columns, kept = line_sums(l);
  in_phases(
      l.slices, chunks, standardize_threads(l, threads), [](int64_t) {},
      [&](int64_t slice, int64_t chunk) {
        const float* x = s.x + slice * size;
        const V centre = splat(x[0]);  // near the mean, so that nothing cancels
        each_run(l, chunk, chunks, [&](int64_t place, int64_t row, int64_t column, int64_t n) {
          const float* from = x + row * l.columns + column;
          double* sums = s.scratch + 2 * (slice * kept + place);
          sums[0] = sums[1] = 0;
          add_sums(n, sums, sums + 1, [&](int64_t k, int64_t lanes, V& a, V& b) INLINE {
            const V d = first_lanes(load(from + k, lanes) - centre, lanes);
            a = a + d;
            b = b + d * d;
          });
        });
      },
      [&](int64_t slice) {
        double a = 0, b = 0;
        for (int64_t k = 0; k < kept; k++) {
          a += s.scratch[2 * (slice * kept + k)];
          b += s.scratch[2 * (slice * kept + k) + 1];
        }
        const double m = static_cast<double>(size), d = a / m;
        put_statistics(l, s.statistics, slice, static_cast<double>(s.x[slice * size]) + d, b / m - d * d);
      },
      [&](int64_t slice, int64_t chunk) {
        const Statistics t(l, s.statistics, slice);
        const V high = splat(t.high()), low = splat(t.low()), inverse = splat(static_cast<float>(t.inverse));
        each_run(l, chunk, chunks, [&](int64_t, int64_t row, int64_t column, int64_t n) {
          const int64_t at = slice * size + row * l.columns + column;
          const Weight gamma(l, s.gamma, slice, row, column, 1), beta(l, s.beta, slice, row, column, 0);
          each_vector(n, [&](int64_t k, int64_t lanes) INLINE {
            const V d = (load(s.x + at + k, lanes) - high) - low;
            store(s.y + at + k, d * inverse * gamma.at(k, lanes) + beta.at(k, lanes), lanes);
          });
        });
      });
}

// Where lines_backward keeps its numbers: sums of dy and of dy n, both times gamma where that has a number for each
// column; two coefficients for each slice; sums for gamma and beta, for each of so many parts of the slices.
struct LineScratch {
  int64_t kept, parts, coefficients_at, weights_at;
  explicit LineScratch(const Standardize& l) : kept(line_sums(l)), parts(1) {
    if (l.by_column != 0) {
      parts = smaller(smaller(kMostChunks, divide_up(l.slices, kTogether)), divide_up(elements(l), kWhole / 2));
      parts = smaller(parts, 1 + kMostSums / l.columns);
    }
    coefficients_at = 2 * l.slices * kept;
    weights_at = coefficients_at + 2 * l.slices;
  }
  int64_t doubles(const Standardize& l) const {
    return weights_at + (l.by_column != 0 ? 2 * parts * l.columns : 0);
  }
};

// Adds what some slices say of gamma and beta, which have a number for each column, to their sums.
static void add_line_weights(const StandardizeBackward& s, int64_t first, int64_t end, int64_t from, int64_t to,
                             double* dgamma, double* dbeta) {
  const Standardize& l = *s.layer;
  V high[kTogether], low[kTogether], inverse[kTogether];
  for (int64_t slice = first; slice < end; slice += kTogether) {
    const int64_t count = smaller(kTogether, end - slice);
    for (int64_t i = 0; i < count; i++) {
      const Statistics t(l, s.statistics, slice + i);
      high[i] = splat(t.high());
      low[i] = splat(t.low());
      inverse[i] = splat(static_cast<float>(t.inverse));
    }
    each_vector(to - from, [&](int64_t k, int64_t lanes) INLINE {
      V a{}, b{};
      for (int64_t i = 0; i < count; i++) {
        const int64_t at = (slice + i) * l.columns + from + k;
        const V dy = load(s.dy + at, lanes);
        a = a + dy;
        b = b + dy * (((load(s.x + at, lanes) - high[i]) - low[i]) * inverse[i]);
      }
      add_to(dbeta + from + k, a, lanes);
      add_to(dgamma + from + k, b, lanes);
    });
  }
}

static void lines_backward(const StandardizeBackward& s, int threads) {
  const Standardize& l = *s.layer;
  const int64_t chunks = line_chunks(l), size = l.rows * l.columns;
  const LineScratch scratch(l);
  const int64_t kept = scratch.kept;
  double* line_sums = s.scratch;
  double* coefficients = s.scratch + scratch.coefficients_at;
  double* weight_sums = s.scratch + scratch.weights_at;
  const int useful_threads = standardize_threads(l, threads);
  const bool by_column = l.by_column != 0, weights = s.dgamma != nullptr || s.dbeta != nullptr;
  const float* of_columns = by_column ? s.gamma : nullptr;
  const float* of_rows = by_column ? nullptr : s.gamma;
  const auto sums = [&](int64_t slice, int64_t chunk) {
    const Statistics t(l, s.statistics, slice);
    const V high = splat(t.high()), low = splat(t.low()), inverse = splat(static_cast<float>(t.inverse));
    each_run(l, chunk, chunks, [&](int64_t place, int64_t row, int64_t column, int64_t n) {
      const int64_t at = slice * size + row * l.columns + column;
      const Weight gamma(l, of_columns, slice, row, column, 1);
      double* to = line_sums + 2 * (slice * kept + place);
      to[0] = to[1] = 0;
      // Lanes after the last hold dy = 0.
      add_sums(n, to, to + 1, [&](int64_t k, int64_t lanes, V& a, V& b) INLINE {
        const V d = load(s.dy + at + k, lanes) * gamma.at(k, lanes);
        a = a + d;
        b = b + d * (((load(s.x + at + k, lanes) - high) - low) * inverse);
      });
    });
  };
  const auto finish = [&](int64_t slice) {
    double a = 0, b = 0;
    for (int64_t k = 0; k < kept; k++) {
      const int64_t weight = slice % l.period * l.rows + (l.rows == 1 ? 0 : k);
      const double gamma = of_rows == nullptr ? 1 : static_cast<double>(of_rows[weight]);
      a += gamma * line_sums[2 * (slice * kept + k)];
      b += gamma * line_sums[2 * (slice * kept + k) + 1];
    }
    coefficients[2 * slice] = a / static_cast<double>(size);
    coefficients[2 * slice + 1] = b / static_cast<double>(size);
  };
  const auto apply = [&](int64_t slice, int64_t chunk) {
    if (s.dx == nullptr) return;
    const Statistics t(l, s.statistics, slice);
    const V high = splat(t.high()), low = splat(t.low()), inverse = splat(static_cast<float>(t.inverse));
    const V a = splat(static_cast<float>(coefficients[2 * slice]));
    const V b = splat(static_cast<float>(coefficients[2 * slice + 1]));
    each_run(l, chunk, chunks, [&](int64_t, int64_t row, int64_t column, int64_t n) {
      const int64_t at = slice * size + row * l.columns + column;
      const Weight gamma(l, s.gamma, slice, row, column, 1);
      each_vector(n, [&](int64_t k, int64_t lanes) INLINE {
        const V normalized = ((load(s.x + at + k, lanes) - high) - low) * inverse;
        V d = (load(s.dy + at + k, lanes) * gamma.at(k, lanes) - (a + normalized * b)) * inverse;
        if (s.adds != 0) d = d + load(s.dx + at + k, lanes);
        store(s.dx + at + k, d, lanes);
      });
    });
  };
  const auto nothing = [](int64_t) {};
  if (!by_column || !weights) {
    in_phases(l.slices, chunks, useful_threads, nothing, sums, finish, apply);
  } else {
    const int64_t parts = scratch.parts;
    const auto of_part = [&](int64_t p, int64_t from, int64_t to, auto work) {
      double* dgamma = weight_sums + 2 * p * l.columns;
      double* dbeta = dgamma + l.columns;
      for (int64_t k = from; k < to; k++) dgamma[k] = dbeta[k] = 0;
      const int64_t end = chunk_begin(l.slices, 1, p + 1, parts);
      for (int64_t slice = chunk_begin(l.slices, 1, p, parts); slice < end; slice += kTogether) {
        const int64_t last = smaller(end, slice + kTogether);
        for (int64_t i = slice; i < last; i++) work(i);
        add_line_weights(s, slice, last, from, to, dgamma, dbeta);
      }
    };
    if (chunks == 1) {
#pragma omp parallel for num_threads(useful_threads) schedule(static)
      for (int64_t p = 0; p < parts; p++) {
        of_part(p, 0, l.columns, [&](int64_t slice) {
          sums(slice, 0);
          finish(slice);
          apply(slice, 0);
        });
      }
    } else {
      in_phases(l.slices, chunks, useful_threads, nothing, sums, finish, apply);
#pragma omp parallel for num_threads(useful_threads) schedule(static)
      for (int64_t k = 0; k < parts * chunks; k++) {
        const int64_t from = chunk_begin(l.columns, kLanes, k % chunks, chunks);
        of_part(k / chunks, from, chunk_begin(l.columns, kLanes, k % chunks + 1, chunks), nothing);
      }
    }
#pragma omp parallel for num_threads(useful_threads) schedule(static)
    for (int64_t k = 0; k < l.columns; k++) {
      double dgamma = 0, dbeta = 0;
      for (int64_t p = 0; p < parts; p++) {
        dgamma += weight_sums[2 * p * l.columns + k];
        dbeta += weight_sums[(2 * p + 1) * l.columns + k];
      }
      if (s.dgamma != nullptr) s.dgamma[k] += static_cast<float>(dgamma);
      if (s.dbeta != nullptr) s.dbeta[k] += static_cast<float>(dbeta);
    }
    return;
  }
  if (!weights) return;
  for (int64_t w = 0; w < l.period * l.rows; w++) {
    double dgamma = 0, dbeta = 0;
    for (int64_t slice = w / l.rows; slice < l.slices; slice += l.period) {
      const int64_t first = l.rows == 1 ? 0 : w % l.rows, end = l.rows == 1 ? kept : first + 1;
      for (int64_t k = first; k < end; k++) {
        dbeta += line_sums[2 * (slice * kept + k)];
        dgamma += line_sums[2 * (slice * kept + k) + 1];
      }
    }
    if (s.dgamma != nullptr) s.dgamma[w] += static_cast<float>(dgamma);
    if (s.dbeta != nullptr) s.dbeta[w] += static_cast<float>(dbeta);
  }
}

}  // namespace ISA
}  // namespace convlstm4j
