// Optimiser updates of all weights in one launch: convlstm4j.op.SgdUpdate, AdamUpdate, RmspropUpdate (Keras 3's forms),
// with decoupled weight decay w -= rate decay w first; and Assign. rate is read on the device, so a captured graph may
// be replayed with another one. Where guard is not finite the outputs are the inputs: nothing changes.
//   sgd_update           in w g      out w      w -= rate g
//   sgd_momentum_update  in w g m    out w m    m = momentum m - rate g;  w += m
//   sgd_nesterov_update  in w g m    out w m    m likewise;               w += momentum m - rate g
//   adam_update          in w g m v  out w m v  (Kingma and Ba 2015, arXiv:1412.6980, "epsilon hat" form)
//                        m += (g - m)(1 - beta1);  v += (g^2 - v)(1 - beta2);  w -= alpha m / (sqrt(v) + epsilon)
//   rmsprop_update       in w g v    out w v    v = rho v + (1 - rho) g^2;  w -= d,  d = rate g / sqrt(v + epsilon)
//   rmsprop_momentum_update           in w g v m    out w v m    m = momentum m + d;  w -= m
//   rmsprop_centered_update           in w g v a    out w v a    a = rho a + (1 - rho) g;  max(v - a^2, 0) for v in d
//   rmsprop_centered_momentum_update  in w g v m a  out w v m a
//   assign               in w next   out w      w = next
// In a trial (convlstm4j.op.UpdateTrial) nothing is stored: bad[j], 0 before, becomes infinity where an output of weight j
// would not be finite.
// rate: 1 float, of Adam 2: rate and alpha; guard: 1 float. An output may be the input of the same name. Traffic per
// element: each input read once, each output written once. Any grid.
#pragma once
#include "tensors.h"

namespace convlstm4j {

struct Update {
  unsigned bytes;
  float decay;
  const float* rate;
  const float* guard;  // null in a trial
  float* bad;          // null: not a trial
  float momentum;
  float epsilon;
  float first;   // Adam: 1 - beta1; RMSprop: rho
  float second;  // Adam: 1 - beta2; RMSprop: 1 - rho
  TensorTable table;
};

}  // namespace convlstm4j
