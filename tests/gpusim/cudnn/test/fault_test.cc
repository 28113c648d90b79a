// Faults that show only when the stream gets to the work: the driver tells them.
#include <memory>

#include "support.h"

int run_fault(int which) {
  Case c;
  c.x = {2, 3, 8, 7};
  c.w = {6, 3, 3, 3};
  c.set();
  const auto filled = [](size_t size) { return std::make_unique<Array>(Floats(size, 1)); };
  const auto empty = [](size_t size) { return std::make_unique<Array>(size); };
  const bool none = which == 0, short_x = which == 1, short_y = which == 2, unwritten_w = which == 3,
             unwritten_y = which == 4;
  const auto x = filled(c.x_extent() - (short_x ? 1 : 0));
  const auto w = unwritten_w ? empty(c.w_extent()) : filled(c.w_extent());
  const auto y = empty(c.y_extent() - (short_y ? 1 : 0));
  const float beta = unwritten_y ? 1 : 0;
  if (compute(c, kForward, 0, x->pointer, w->pointer, y->pointer, 0, 0, 1, beta) != 0) return 1;
  const bool told = cuCtxSynchronize() != 0;
  return told == !none ? 0 : 1;
}
