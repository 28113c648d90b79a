package convlstm4j.execution;

/** What stands for an array where memory is counted; each is another object. */
final class Bytes {
  final long count;

  /** Where it is. */
  enum Place {
    /** With what comes and goes. */
    PASSING,
    /** With what stays. */
    LASTING,
    /** In a file. */
    FILE
  }

  final Place place;

  Bytes(long count, Place place) {
    this.count = count;
    this.place = place;
  }
}
