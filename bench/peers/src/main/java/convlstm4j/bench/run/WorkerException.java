package convlstm4j.bench.run;

/** A contender could not do what was asked. The message says why. */
class WorkerException extends Exception {
  WorkerException(String message) {
    super(message);
  }

  WorkerException(String message, Throwable cause) {
    super(message, cause);
  }
}
