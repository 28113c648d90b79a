package convlstm4j.bench.run;

/** A contender did not answer in time. */
final class LateException extends WorkerException {
  LateException(String message) {
    super(message);
  }
}
