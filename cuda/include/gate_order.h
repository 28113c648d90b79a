// The gates' places in every axis of four: i, f, g, o, as convlstm4j.op.GateOrder has them, which a test compares.
#pragma once

namespace convlstm4j {

enum Gate { kInput = 0, kForget = 1, kCandidate = 2, kOutput = 3 };
constexpr int kGates = 4;

}  // namespace convlstm4j
