package convlstm4j.execution;

/** What stands for an array where memory is counted; each is another object. */
final class Bytes {
  final long count;

  Bytes(long count) {
    this.count = count;
  }
}
