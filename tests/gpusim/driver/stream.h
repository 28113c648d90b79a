// Streams, events and the order in which what they hold is run.
//
// Nothing runs before somebody waits for it: at a synchronise, a query, or another stream's waiting. What else runs
// then is up to the schedule: nothing (forward), first all other streams (reverse), or now and then one (random).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "abi.h"
#include "gpusim.h"
#include "settings.h"
#include "shadow.h"

namespace gpusim {

struct Capture;

// A piece of work: `submit` runs when it is put into a stream, `run` when the stream gets there.
struct Piece {
  const char* api;
  Work run;
  Work submit;
  bool recorded = false;  // part of a graph
};

// A place in a stream: all that was put into it until then.
struct Point {
  std::shared_ptr<Stream> stream;
  uint64_t sequence = 0;
  Clock clock;
  bool reached() const;
};

class Stream {
 public:
  Stream(unsigned slot, bool blocking) : slot(slot), blocking(blocking) {}

  struct Entry {
    Piece piece;
    uint64_t sequence;
    Clock clock;
    std::vector<Point> after;  // must be reached first
  };

  const unsigned slot;  // its component of clocks
  const bool blocking;  // waits for the default stream and the other way round
  uint64_t put = 0, done = 0;
  std::deque<Entry> queue;
  Clock clock;               // of its last piece
  std::vector<Point> after;  // for the next piece
  std::shared_ptr<Capture> capture;
  bool destroyed = false;
};

inline bool Point::reached() const { return stream == nullptr || stream->done >= sequence; }

class Event {
 public:
  explicit Event(unsigned flags) : flags(flags) {}
  const unsigned flags;
  Point point;                         // of the last record; no stream: never recorded
  std::shared_ptr<uint64_t> recorded;  // simulated nanoseconds
  std::shared_ptr<Capture> capture;    // recorded in a capture, then
  std::map<Stream*, size_t> seen;      // how many nodes of its streams lie before
};

class Streams {
 public:
  Streams();

  std::shared_ptr<Stream> create(bool blocking);
  void destroy(const std::shared_ptr<Stream>& stream);
  const std::shared_ptr<Stream>& legacy() const { return legacy_; }
  void clear();
  void seed(uint64_t seed) { random_ = Random(seed); }

  void put(const std::shared_ptr<Stream>& stream, Piece piece);
  Point end(const std::shared_ptr<Stream>& stream) const { return {stream, stream->put, stream->clock}; }
  void wait(Stream& stream, const Point& point);  // from here on

  // The host waits.
  void finish(const Point& point);
  void finishAll();
  // The host looks: something more may get done.
  bool look(const Point& point);

  uint64_t nanoseconds() const { return nanoseconds_; }
  bool anyCapture() const;
  void invalidateCaptures();

 private:
  bool step(Stream& stream);
  void runFront(Stream& stream);
  void reach(const Point& point);
  std::shared_ptr<Stream> another(const Stream* than);

  std::shared_ptr<Stream> legacy_;
  std::vector<std::shared_ptr<Stream>> all_;  // also destroyed ones while they hold work
  std::vector<uint64_t> last_;                // sequence of each slot so far, also of streams long gone
  std::vector<unsigned> free_;                // slots
  Clock host_;
  Random random_;
  uint64_t nanoseconds_ = 0;
};

}  // namespace gpusim
