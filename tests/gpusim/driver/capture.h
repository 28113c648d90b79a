// Work recorded from streams, and graphs of it. A graph is replayed in the order in which it was recorded.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "stream.h"

namespace gpusim {

struct Capture {
  explicit Capture(Stream* origin) : origin(origin) { add(origin); }

  // A stream that takes part, because it waits for an event of one that does, or from the start.
  void add(Stream* stream) { seen[stream]; }
  void add(Stream* stream, Piece piece) {
    seen[stream][stream]++;
    pieces.push_back(std::move(piece));
  }
  // All work of the other streams lies before the origin's end.
  bool joined() const {
    const auto& known = seen.at(origin);
    for (const auto& [stream, its] : seen) {
      auto all = its.find(stream);
      auto here = known.find(stream);
      if (all != its.end() && (here == known.end() || here->second < all->second)) return false;
    }
    return true;
  }

  Stream* origin;
  bool invalid = false;
  std::vector<Piece> pieces;
  std::map<Stream*, std::map<Stream*, size_t>> seen;  // for each stream: how much of each lies before its end
};

class Graph {
 public:
  std::vector<Piece> pieces;
};

class GraphExec {
 public:
  std::vector<Piece> pieces;
};

}  // namespace gpusim
