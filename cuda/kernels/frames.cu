#include "frames.h"

#include "loops.h"

namespace convlstm4j {

KERNEL(frames_to_float, FramesToFloat) {
  const bool packed = aligned(p.y) && (reinterpret_cast<unsigned long long>(p.x) & 3) == 0;
  each(p.n, packed, [&](auto width, long long i) {
    if constexpr (decltype(width)::value == 4) {
      const uchar4 x = *reinterpret_cast<const uchar4*>(p.x + i);
      store<4>(p.y + i, {{x.x * p.scale, x.y * p.scale, x.z * p.scale, x.w * p.scale}});
    } else {
      p.y[i] = p.x[i] * p.scale;
    }
  });
}

}  // namespace convlstm4j
