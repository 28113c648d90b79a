#include "frames.h"

#include "loops.h"

namespace convlstm4j {

KERNEL(frames_to_float, FramesToFloat) {
  const bool packed = aligned(p.y) && (reinterpret_cast<unsigned long long>(p.x) & 3) == 0;
  each(p.n, packed, [&](auto width, long long i) {
    if constexpr (decltype(width)::value == 4) {
      const uchar4 x = *reinterpret_cast<const uchar4*>(p.x + i);
      store<4>(p.y + i, {{x.x / 255.0f, x.y / 255.0f, x.z / 255.0f, x.w / 255.0f}});
    } else {
      p.y[i] = p.x[i] / 255.0f;
    }
  });
}

}  // namespace convlstm4j
