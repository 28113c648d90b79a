package convlstm4j.backend.onednn;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.Owned;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;

/**
 * A oneDNN primitive with the memory objects of its arguments. Made when a plan is made; binding
 * addresses and running create nothing.
 */
final class Prim implements AutoCloseable {
  private static final AtomicLong MADE = new AtomicLong();

  private final Dnnl engine;
  private final primitive code;
  private final IntMemoryMap arguments = new IntMemoryMap();
  private final Map<Integer, memory> memories = new HashMap<>();
  private final Address address = new Address();
  private final String implementation;
  private final long scratchBytes;

  /**
   * Wraps a primitive.
   *
   * @param engine where it runs
   * @param code what runs
   * @param desc its description
   */
  Prim(Dnnl engine, primitive code, primitive_desc_base desc) {
    MADE.incrementAndGet();
    this.engine = engine;
    this.code = code;
    Owned.made(this);
    this.implementation = desc.impl_info_str().getString();
    memory.desc scratch = desc.scratchpad_desc();
    this.scratchBytes = scratch.get_size();
    if (scratchBytes > 0) {
      argument(dnnl.DNNL_ARG_SCRATCHPAD, scratch);
    }
  }

  /** How many primitives were made so far, in all. */
  static long made() {
    return MADE.get();
  }

  /** Attributes: scratch memory from the caller and, if asked for, results added to the target. */
  static primitive_attr attributes(boolean add) {
    primitive_attr a = new primitive_attr();
    a.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    if (add) {
      try (post_ops ops = new post_ops()) {
        ops.append_sum();
        a.set_post_ops(ops);
      }
    }
    return a;
  }

  /** Copies from one layout to another; with {@code add}, adds to what is there. */
  static Prim reorder(Dnnl engine, memory.desc from, memory.desc to, boolean add) {
    try (primitive_attr attributes = attributes(add);
        reorder.primitive_desc desc =
            new reorder.primitive_desc(
                engine.engine(), from, engine.engine(), to, attributes, false)) {
      return new Prim(engine, new reorder(desc), desc)
          .argument(dnnl.DNNL_ARG_FROM, from)
          .argument(dnnl.DNNL_ARG_TO, to);
    }
  }

  /** Declares an argument. */
  Prim argument(int name, memory.desc layout) {
    memory m = new memory(layout, engine.engine(), (org.bytedeco.javacpp.Pointer) new Address());
    memories.put(name, m);
    arguments.put(name, m);
    return this;
  }

  /** Says where an argument is from now on. */
  Prim bind(int name, long at) {
    Objects.requireNonNull(memories.get(name), "an argument that was not declared")
        .set_data_handle(address.at(at));
    return this;
  }

  /** Says where the scratch memory is, of at least {@link #scratchBytes}. */
  Prim scratch(long at) {
    return scratchBytes > 0 ? bind(dnnl.DNNL_ARG_SCRATCHPAD, at) : this;
  }

  /** Runs on what is bound. */
  void run() {
    try {
      code.execute(engine.stream(), arguments);
      engine.stream()._wait();
    } catch (RuntimeException e) { // what JavaCPP makes of a C++ exception
      throw new BackendException(
          OneDnnBackend.NAME + ": oneDNN failed in " + implementation + ": " + e.getMessage(), e);
    }
  }

  /** Binds source and target of a {@link #reorder} and runs it. */
  void run(long from, long to) {
    bind(dnnl.DNNL_ARG_FROM, from).bind(dnnl.DNNL_ARG_TO, to).run();
  }

  long scratchBytes() {
    return scratchBytes;
  }

  /** oneDNN's name of the code that runs. */
  String implementation() {
    return implementation;
  }

  @Override
  public void close() {
    arguments.close();
    memories.values().forEach(memory::close);
    code.close();
  }
}
