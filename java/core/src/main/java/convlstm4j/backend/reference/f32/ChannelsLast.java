package convlstm4j.backend.reference.f32;

import convlstm4j.backend.reference.heap.Parallel;
import convlstm4j.option.DataFormat;
import convlstm4j.tensor.Shape;

/**
 * Frames in the user's data format, and the same frames channels-last, in which loops are written.
 */
final class ChannelsLast {
  private final boolean first;
  private final int channels;
  private final int pixels;

  ChannelsLast(DataFormat format, Shape image) {
    this.first = format == DataFormat.CHANNELS_FIRST;
    this.channels = (int) format.channels(image);
    this.pixels = (int) format.spatial(image).elements();
  }

  /** Elements of a frame. */
  int size() {
    return channels * pixels;
  }

  /** Whether the user's format is another one. */
  boolean isNeeded() {
    return first;
  }

  /** Index within the user's frame of an element of the channels-last frame. */
  int userIndex(int last) {
    return first ? last % channels * pixels + last / channels : last;
  }

  /** Copies a user's frame into a channels-last one. */
  void read(float[] user, int from, float[] last, int to) {
    for (int k = 0; k < size(); k++) {
      last[to + k] = user[from + userIndex(k)];
    }
  }

  /** Copies a channels-last frame into a user's. */
  void write(float[] last, int from, float[] user, int to) {
    for (int k = 0; k < size(); k++) {
      user[to + userIndex(k)] = last[from + k];
    }
  }

  /** Adds a channels-last frame to a user's. */
  void add(float[] last, int from, float[] user, int to) {
    for (int k = 0; k < size(); k++) {
      user[to + userIndex(k)] += last[from + k];
    }
  }

  /** Copies frames one after another into channels-last ones. */
  void readAll(float[] user, float[] last, int lastOffset, int count) {
    Parallel.each(count, f -> read(user, f * size(), last, lastOffset + f * size()));
  }

  /** Adds channels-last frames to a user's, one after another. */
  void addAll(float[] last, int lastOffset, float[] user, int count) {
    Parallel.each(count, f -> add(last, lastOffset + f * size(), user, f * size()));
  }

  /** Copies channels-last frames to a user's, one after another. */
  void writeAll(float[] last, int lastOffset, float[] user, int count) {
    Parallel.each(count, f -> write(last, lastOffset + f * size(), user, f * size()));
  }
}
