package convlstm4j.config;

/**
 * Whose meaning a config has where Keras 2 and 3 spell two things the same: {@code hard_sigmoid},
 * the gates' activation where it is not said, and batch statistics under {@code TimeDistributed}.
 */
public enum KerasVersion {
  /** Keras 2, alone or in TensorFlow up to 2.15. */
  KERAS2,
  /** Keras 3. What this library writes is read as Keras 3's. */
  KERAS3
}
