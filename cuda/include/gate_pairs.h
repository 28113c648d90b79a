// The pairs of activations that gates are compiled for; any other pair is served by `any` in gate_options.cu. Both of a
// pair have derivatives that are known from their values.
#pragma once
#include "functions.h"

/** Recurrent activation, activation: Keras 3's default, Keras 2's default, Keras 3's hard_sigmoid. */
#define CONVLSTM4J_GATE_PAIRS(DO) \
  DO(sigmoid, tanh)               \
  DO(hard_sigmoid_keras2, tanh)   \
  DO(hard_sigmoid_keras3, tanh)
