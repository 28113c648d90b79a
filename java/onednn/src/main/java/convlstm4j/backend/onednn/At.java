package convlstm4j.backend.onednn;

/** A place in a buffer. */
record At(NativeBuffer buffer, long index) {
  At plus(long elements) {
    return new At(buffer, index + elements);
  }

  long address() {
    return buffer.address(index);
  }

  /** Reads n floats from an offset on; {@code target} again. */
  float[] read(long offset, float[] target, int n) {
    return Floats.read(buffer, index + offset, target, n);
  }

  /** Writes n floats from an offset on. */
  void write(float[] source, long offset, int n) {
    Floats.write(source, buffer, index + offset, n);
  }
}
