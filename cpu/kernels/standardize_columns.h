// standardize.h where a group is some columns of a slice.
#include <omp.h>

namespace convlstm4j {
namespace ISA {

// A unit is a slice, or some of its columns where each is a group. Scratch memory of a unit at work: two sums for each
// chunk and column, then numbers of each column in float. Where weights have a number for each column, sums of all
// slices are kept; else those of all rows of all units.
struct Columns {
  const Standardize& l;
  double* scratch;
  int64_t width, blocks, units, chunks, slots, numbers_at, kept_at;
  Columns(const Standardize& layer, double* memory, int threads) : l(layer), scratch(memory) {
    width = l.groups == l.columns ? smaller(kMostColumns, l.columns) : l.columns;
    blocks = divide_up(l.columns, width);
    units = l.slices * blocks;
    chunks = chunks_of(l.rows * width, l.rows);
    slots = chunks == 1 ? threads : units;
    numbers_at = slots * chunks * 2 * width;
    kept_at = numbers_at + slots * 3 * width;
  }
  int64_t doubles() const { return kept_at + 2 * (l.by_column != 0 ? l.slices * l.columns : units * l.rows); }
  int64_t slot(int64_t unit) const { return chunks == 1 ? omp_get_thread_num() : unit; }
  double* sums_of(int64_t unit, int64_t chunk) const { return scratch + (slot(unit) * chunks + chunk) * 2 * width; }
  float* numbers_of(int64_t unit) const { return reinterpret_cast<float*>(scratch + numbers_at + slot(unit) * 3 * width); }
  int64_t slice(int64_t unit) const { return unit / blocks; }
  int64_t column(int64_t unit) const { return unit % blocks * width; }
  int64_t wide(int64_t unit) const { return smaller(width, l.columns - column(unit)); }
  int64_t element(int64_t unit) const { return slice(unit) * l.rows * l.columns + column(unit); }
  int64_t groups(int64_t unit) const { return l.groups == l.columns ? wide(unit) : l.groups; }
  int64_t group(int64_t unit) const { return slice(unit) * l.groups + (l.groups == l.columns ? column(unit) : 0); }

  // Sums of all chunks of each column, in the place of the first chunk's.
  double* join(int64_t unit) const {
    double* all = sums_of(unit, 0);
    for (int64_t c = 1; c < chunks; c++) {
      const double* more = sums_of(unit, c);
      for (int64_t k = 0; k < 2 * width; k++) all[k] += more[k];
    }
    return all;
  }

  void clear_sums(int64_t unit, int64_t chunk) const {
    double* sums = sums_of(unit, chunk);
    for (int64_t k = 0; k < 2 * width; k++) sums[k] = 0;
  }

  // Calls body(first row, rows, first column, lanes) for vectors of at most so many rows of a chunk.
  template <class Body>
  INLINE void each_tile(int64_t unit, int64_t chunk, int64_t most, Body body) const {
    const int64_t end = chunk_begin(l.rows, 1, chunk + 1, chunks);
    for (int64_t row = chunk_begin(l.rows, 1, chunk, chunks); row < end; row += most) {
      const int64_t rows = smaller(most, end - row);
      each_vector(wide(unit), [&](int64_t k, int64_t lanes) INLINE { body(row, rows, k, lanes); });
    }
  }

  // The numbers of a slice's rows; null where there are none, or one for each column.
  const float* of_rows(const float* weights, int64_t unit) const {
    return weights == nullptr || l.by_column != 0 ? nullptr : weights + slice(unit) % l.period * l.rows;
  }
  float of_column(const float* weights, int64_t column, float absent) const {
    return weights == nullptr || l.by_column == 0 ? absent : weights[column];
  }
};

// Adds to sums and to sums of squares, both about one place, what n terms about another one add to them.
static inline void add_moments(double* sums, double* squares, double n, V place, V other, const Double& sum,
                               const Double& square, int64_t lanes) {
  const Double to(place), from(other);
  Double a, b;
  const auto moved = [n](W& added, W& squared, W moves, W s, W q) INLINE {
    added = n * moves + s;
    squared = q + moves * (n * moves + 2 * s);
  };
  moved(a.low, b.low, from.low - to.low, sum.low, square.low);
  moved(a.high, b.high, from.high - to.high, sum.high, square.high);
  add_to(sums, a, lanes);
  add_to(squares, b, lanes);
}

static void columns_forward(const StandardizeForward& s, int threads) {
  const Standardize& l = *s.layer;
  const Columns c(l, s.scratch, threads);
  const int64_t columns = l.columns;
  in_phases(
      c.units, c.chunks, standardize_threads(l, threads), [](int64_t) {},
      [&](int64_t unit, int64_t chunk) {
        const float* x = s.x + c.element(unit);  // the first row: near the means
        double* sums = c.sums_of(unit, chunk);
        double* squares = sums + c.width;
        c.clear_sums(unit, chunk);
        c.each_tile(unit, chunk, 4 * kTogether, [&](int64_t row, int64_t rows, int64_t k, int64_t lanes) INLINE {
          // About the mean of the tile's first rows in float, where little cancels, then about the first row in double.
          const float* from = x + row * columns + k;
          const V first = load(x + k, lanes);
          V mean{};
          const int64_t few = smaller(rows, kTogether);
          for (int64_t r = 0; r < few; r++) mean = mean + (load(from + r * columns, lanes) - first);
          mean = first + mean / splat(static_cast<float>(few));
          Double a, b;
          for (int64_t begin = 0; begin < rows; begin += kTogether) {
            V u[2] = {}, v[2] = {};
            const auto add = [&](int64_t r, int64_t side) INLINE {
              const V d = load(from + r * columns, lanes) - mean;
              u[side] = u[side] + d;
              v[side] = v[side] + d * d;
            };
            const int64_t end = smaller(rows, begin + kTogether);
            int64_t r = begin;
            for (; r + 2 <= end; r += 2) {
              add(r, 0);
              add(r + 1, 1);
            }
            if (r < end) add(r, 0);
            a.add(u[0] + u[1]);
            b.add(v[0] + v[1]);
          }
          add_moments(sums + k, squares + k, static_cast<double>(rows), first, mean, a, b, lanes);
        });
      },
      [&](int64_t unit) {
        double* a = c.join(unit);
        double* b = a + c.width;
        const float* x = s.x + c.element(unit);
        const int64_t each = c.wide(unit) / c.groups(unit);
        const double rows = static_cast<double>(l.rows), count = static_cast<double>(each);
        float* numbers = c.numbers_of(unit);
        for (int64_t g = 0; g < c.groups(unit); g++) {
          double mean = 0, variance = 0;
          for (int64_t k = g * each; k < (g + 1) * each; k++) {  // of each column
            a[k] /= rows;
            b[k] = b[k] / rows - a[k] * a[k];
            a[k] += static_cast<double>(x[k]);
            mean += a[k] / count;
          }
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            variance += (b[k] + (a[k] - mean) * (a[k] - mean)) / count;
          }
          put_statistics(l, s.statistics, c.group(unit) + g, mean, variance);
          const Statistics t(l, s.statistics, c.group(unit) + g);
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            numbers[k] = t.high();
            numbers[c.width + k] = t.low();
            numbers[2 * c.width + k] =
                static_cast<float>(t.inverse) * c.of_column(s.gamma, c.column(unit) + k, 1);
            numbers[3 * c.width + k] = c.of_column(s.beta, c.column(unit) + k, 0);
          }
        }
      },
      [&](int64_t unit, int64_t chunk) {
        const float* high = c.numbers_of(unit);
        const float *low = high + c.width, *scale = low + c.width, *shift = scale + c.width;
        const float* x = s.x + c.element(unit);
        float* y = s.y + c.element(unit);
        const float *gammas = c.of_rows(s.gamma, unit), *betas = c.of_rows(s.beta, unit);
        c.each_tile(unit, chunk, kTogether, [&](int64_t row, int64_t rows, int64_t k, int64_t lanes) INLINE {
          const V mean = load(high + k, lanes), rest = load(low + k, lanes);
          const V factor = load(scale + k, lanes), offset = load(shift + k, lanes);
          if (gammas == nullptr && betas == nullptr) {
            for (int64_t r = row; r < row + rows; r++) {
              const V d = (load(x + r * columns + k, lanes) - mean) - rest;
              store(y + r * columns + k, d * factor + offset, lanes);
            }
            return;
          }
          for (int64_t r = row; r < row + rows; r++) {
            const V d = (load(x + r * columns + k, lanes) - mean) - rest;
            const V gamma = splat(gammas == nullptr ? 1 : gammas[r]), beta = splat(betas == nullptr ? 0 : betas[r]);
            store(y + r * columns + k, d * factor * gamma + beta, lanes);
          }
        });
      });
}

static void columns_backward(const StandardizeBackward& s, int threads) {
  const Standardize& l = *s.layer;
  const Columns c(l, s.scratch, threads);
  const int64_t columns = l.columns;
  const bool by_column = l.by_column != 0, weights = s.dgamma != nullptr || s.dbeta != nullptr;
  in_phases(
      c.units, c.chunks, standardize_threads(l, threads),
      [&](int64_t unit) {
        float* numbers = c.numbers_of(unit);
        const int64_t each = c.wide(unit) / c.groups(unit);
        for (int64_t k = 0; k < c.wide(unit); k++) {
          const Statistics t(l, s.statistics, c.group(unit) + k / each);
          numbers[k] = t.high();
          numbers[c.width + k] = t.low();
          numbers[2 * c.width + k] = static_cast<float>(t.inverse);
        }
      },
      [&](int64_t unit, int64_t chunk) {
        const float* high = c.numbers_of(unit);
        const float *low = high + c.width, *inverse = low + c.width;
        const float *x = s.x + c.element(unit), *dy = s.dy + c.element(unit);
        const float* gammas = c.of_rows(s.gamma, unit);
        double* sums = c.sums_of(unit, chunk);
        double* slopes = sums + c.width;
        c.clear_sums(unit, chunk);
        c.each_tile(unit, chunk, kTogether, [&](int64_t row, int64_t rows, int64_t k, int64_t lanes) INLINE {
          const V mean = load(high + k, lanes), rest = load(low + k, lanes);
          V a[2] = {}, b[2] = {};  // of even and odd rows, so that no sum waits for another
          const auto add = [&](int64_t r, int64_t side) INLINE {
            V d = load(dy + r * columns + k, lanes);
            if (gammas != nullptr) d = d * splat(gammas[r]);
            a[side] = a[side] + d;
            b[side] = b[side] + d * ((load(x + r * columns + k, lanes) - mean) - rest);
          };
          int64_t r = row;
          for (; r + 2 <= row + rows; r += 2) {
            add(r, 0);
            add(r + 1, 1);
          }
          if (r < row + rows) add(r, 0);
          add_to(sums + k, a[0] + a[1], lanes);
          add_to(slopes + k, (b[0] + b[1]) * load(inverse + k, lanes), lanes);
        });
      },
      [&](int64_t unit) {
        double* a = c.join(unit);
        double* b = a + c.width;
        if (by_column) {
          double* kept = c.scratch + c.kept_at + 2 * (c.slice(unit) * l.columns + c.column(unit));
          for (int64_t k = 0; k < c.wide(unit); k++) {
            kept[2 * k] = a[k];
            kept[2 * k + 1] = b[k];
          }
        }
        float* numbers = c.numbers_of(unit);
        const int64_t each = c.wide(unit) / c.groups(unit);
        for (int64_t g = 0; g < c.groups(unit); g++) {
          double sum = 0, slope = 0;
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            const double gamma = static_cast<double>(c.of_column(s.gamma, c.column(unit) + k, 1));
            sum += gamma * a[k];
            slope += gamma * b[k];
          }
          const double count = static_cast<double>(members(l));
          // dx = inverse gamma dy - inverse (sum + slope n) / count
          for (int64_t k = g * each; k < (g + 1) * each; k++) {
            const double by = Statistics(l, s.statistics, c.group(unit) + g).inverse;
            const double gamma = static_cast<double>(c.of_column(s.gamma, c.column(unit) + k, 1));
            numbers[3 * c.width + k] = static_cast<float>(by * gamma);
            numbers[4 * c.width + k] = static_cast<float>(by * sum / count);
            numbers[5 * c.width + k] = static_cast<float>(by * slope / count);
          }
        }
      },
      [&](int64_t unit, int64_t chunk) {
        const float* high = c.numbers_of(unit);
        const float *low = high + c.width, *inverse = low + c.width, *scale = inverse + c.width;
        const float *sum = scale + c.width, *slope = sum + c.width;
        const int64_t n = c.wide(unit), first = c.element(unit);
        const int64_t end = chunk_begin(l.rows, 1, chunk + 1, c.chunks);
        for (int64_t row = chunk_begin(l.rows, 1, chunk, c.chunks); row < end && !by_column && weights; row++) {
          const int64_t at = first + row * l.columns;
          double* kept = s.scratch + c.kept_at + 2 * (unit * l.rows + row);
          kept[0] = kept[1] = 0;
          add_sums(n, kept, kept + 1, [&](int64_t k, int64_t lanes, V& a, V& b) INLINE {
            const V dy = load(s.dy + at + k, lanes);
            a = a + dy;
            b = b + dy * (((load(s.x + at + k, lanes) - load(high + k, lanes)) - load(low + k, lanes)) *
                          load(inverse + k, lanes));
          });
        }
        if (s.dx == nullptr) return;
        const float *x = s.x + first, *dy = s.dy + first;
        float* dx = s.dx + first;
        const float* gammas = c.of_rows(s.gamma, unit);
        const bool adds = s.adds != 0;
        c.each_tile(unit, chunk, kTogether, [&](int64_t row, int64_t rows, int64_t k, int64_t lanes) INLINE {
          const V mean = load(high + k, lanes), rest = load(low + k, lanes);
          const V by = load(inverse + k, lanes), factor = load(scale + k, lanes);
          const V a = load(sum + k, lanes), b = load(slope + k, lanes);
          const auto gradient = [&](int64_t r, V of_y) INLINE {
            const V normalized = ((load(x + r * columns + k, lanes) - mean) - rest) * by;
            return of_y * factor - (a + normalized * b);
          };
          if (gammas == nullptr && !adds) {
            for (int64_t r = row; r < row + rows; r++) {
              store(dx + r * columns + k, gradient(r, load(dy + r * columns + k, lanes)), lanes);
            }
            return;
          }
          for (int64_t r = row; r < row + rows; r++) {
            const V gamma = splat(gammas == nullptr ? 1 : gammas[r]);
            V d = gradient(r, load(dy + r * columns + k, lanes) * gamma);
            if (adds) d = d + load(dx + r * columns + k, lanes);
            store(dx + r * columns + k, d, lanes);
          }
        });
      });
  if (!weights) return;
  const int64_t all = by_column ? l.columns : l.period * l.rows;
  for (int64_t w = 0; w < all; w++) {
    double dgamma = 0, dbeta = 0;
    const int64_t period = by_column ? 1 : l.period;
    for (int64_t slice = by_column ? 0 : w / l.rows; slice < l.slices; slice += period) {
      const int64_t count = by_column ? 1 : c.blocks;
      for (int64_t k = 0; k < count; k++) {
        const int64_t at = by_column ? slice * l.columns + w : (slice * c.blocks + k) * l.rows + w % l.rows;
        dbeta += c.scratch[c.kept_at + 2 * at];
        dgamma += c.scratch[c.kept_at + 2 * at + 1];
      }
    }
    if (s.dgamma != nullptr) s.dgamma[w] += static_cast<float>(dgamma);
    if (s.dbeta != nullptr) s.dbeta[w] += static_cast<float>(dbeta);
  }
}

}  // namespace ISA
}  // namespace convlstm4j
