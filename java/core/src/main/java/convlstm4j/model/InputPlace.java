package convlstm4j.model;

import convlstm4j.tensor.DType;

/** Where the inputs of a batch to train on are while a step goes on. */
public enum InputPlace {
  /** On the Java heap, as numbers of the model's type. */
  NUMBERS,
  /** On the Java heap, as bytes that stand for pixels. */
  PIXELS,
  /** In files of uint8, of which frames are read as they are needed: a folder of arrays. */
  FILES;

  /** Bytes of the Java heap that an element takes. */
  long bytes(DType dtype) {
    return this == NUMBERS ? dtype.bytes() : this == PIXELS ? 1 : 0;
  }
}
