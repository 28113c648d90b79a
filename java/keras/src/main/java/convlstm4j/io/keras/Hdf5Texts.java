package convlstm4j.io.keras;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Texts of attributes, which stand in the global heap (section III.E), before what refers to them.
 */
final class Hdf5Texts {
  /** Length of a collection of texts, but for a longer text. */
  private static final int MIN_COLLECTION = 4096;

  /** Keras's HDF5_OBJECT_HEADER_LIMIT: bytes of an attribute. */
  private static final int LIMIT = 64512;

  /** What stands before a text, and before the collection. */
  private static final int OBJECT = 16;

  /** Where a text stands: length, collection, number there. */
  private record Reference(int length, long collection, int index) {
    static final int BYTES = 16;
  }

  private final Meta meta;

  /** For each group the header messages of its attributes. */
  private final Map<Group, List<byte[]>> messages = new HashMap<>();

  /** Writes the texts of a group and all below it. */
  Hdf5Texts(Meta meta, Group root) {
    this.meta = meta;
    List<byte[]> all = new ArrayList<>();
    gather(root, all);
    List<Reference> placed = new ArrayList<>();
    for (int from = 0, to; from < all.size(); from = to) {
      int room = MIN_COLLECTION - 2 * OBJECT;
      to = from;
      do {
        room -= OBJECT + ((all.get(to).length + 7) & -8);
        to++;
      } while (to < all.size() && room >= OBJECT + ((all.get(to).length + 7) & -8));
      placed.addAll(collection(all.subList(from, to)));
    }
    refer(root, placed, 0);
  }

  private static void gather(Group g, List<byte[]> all) {
    g.texts().values().forEach(t -> all.add(Meta.utf8(t)));
    g.lists().values().forEach(l -> l.forEach(t -> all.add(Meta.utf8(t))));
    g.groups().values().forEach(inside -> gather(inside, all));
  }

  /** In the order of {@link #gather}; gives the next one's place. */
  private int refer(Group g, List<Reference> placed, int from) {
    int next = from;
    List<byte[]> own = new ArrayList<>();
    for (String name : g.texts().keySet()) {
      own.add(attribute(name, Meta.dataspace(), placed.subList(next, next + 1)));
      next++;
    }
    for (Map.Entry<String, List<String>> e : g.lists().entrySet()) {
      int end = next + e.getValue().size();
      addList(e.getKey(), placed.subList(next, end), own);
      next = end;
    }
    messages.put(g, own);
    for (Group inside : g.groups().values()) {
      next = refer(inside, placed, next);
    }
    return next;
  }

  private List<Reference> collection(List<byte[]> texts) {
    int used = OBJECT;
    for (byte[] t : texts) {
      used = Math.addExact(used, OBJECT + ((t.length + 7) & -8));
    }
    // Room for what says that the rest is free.
    int length = Math.max(MIN_COLLECTION, Math.addExact(used, OBJECT));
    long address = meta.allocate(length);
    Meta.At at = meta.at(address).ascii("GCOL").bytes(1, 0, 0, 0).u64(length);
    List<Reference> placed = new ArrayList<>();
    for (byte[] t : texts) {
      placed.add(new Reference(t.length, address, placed.size() + 1));
      at.u16(placed.size()).u16(1).u32(0).u64(t.length).padded(t);
    }
    at.u16(0).u16(0).u32(0).u64(length - used);
    return placed;
  }

  /** The header messages of a group's attributes: of one that was below the root from the start. */
  List<byte[]> attributes(Group g) {
    return Objects.requireNonNull(messages.get(g), "a group that came later");
  }

  /** The messages of a list of texts; a long one is split, as Keras does. */
  private static void addList(String name, List<Reference> all, List<byte[]> to) {
    if (all.isEmpty()) { // as h5py writes an empty list: numbers, of which there is none
      to.add(attribute(name, Meta.FLOAT64, Meta.dataspace(0), all));
      return;
    }
    int most = LIMIT / Reference.BYTES;
    for (int i = 0; i < all.size(); i += most) {
      List<Reference> part = all.subList(i, Math.min(all.size(), i + most));
      String partName = all.size() > most ? name + i / most : name;
      to.add(attribute(partName, Meta.dataspace(part.size()), part));
    }
  }

  private static byte[] attribute(String name, byte[] dataspace, List<Reference> texts) {
    return attribute(name, Meta.TEXT, dataspace, texts);
  }

  /** IV.A.2.m, version 1. */
  private static byte[] attribute(
      String name, byte[] type, byte[] dataspace, List<Reference> texts) {
    byte[] nameBytes = Meta.utf8(name + "\0");
    return Meta.message(
        0x0c,
        64 + nameBytes.length + Reference.BYTES * texts.size(),
        at -> {
          at.bytes(1, 0).u16(nameBytes.length).u16(type.length).u16(dataspace.length);
          at.padded(nameBytes).padded(type).padded(dataspace);
          texts.forEach(r -> at.u32(r.length()).u64(r.collection()).u32(r.index()));
        });
  }
}
