package convlstm4j.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import convlstm4j.backend.Backend.Mode;
import convlstm4j.backend.BackendException;
import convlstm4j.backend.Plan;
import convlstm4j.op.ConvLstm2d;
import convlstm4j.op.Window;
import convlstm4j.option.Activation;
import convlstm4j.option.DataFormat;
import convlstm4j.option.Padding;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Philox;
import convlstm4j.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a ConvLSTM's steps make anew: no native memory, no primitive, no array of the data's size.
 */
class TimeLoopTest {
  private static final Philox RANDOM = new Philox(3, 3);

  /** Room for the records that describe a step; one frame of h has 16 times as much. */
  private static final long LEAST_BYTES = 16 << 10;

  private static final int SIDE = 64;
  private static final int FILTERS = 16;

  private final NativeMemory memory = new NativeMemory();
  private Dnnl dnnl;

  @BeforeEach
  void load() {
    dnnl = Dnnl.start();
  }

  @AfterEach
  void close() {
    System.clearProperty(Winograd.PROPERTY);
    dnnl.close();
    assertEquals(0, memory.liveBytes());
  }

  /** What the calls of a plan made. */
  private record Made(long primitives, long buffers, long pointers, long javaBytes) {}

  @ParameterizedTest
  @CsvSource({
    "always, CHANNELS_LAST",
    "always, CHANNELS_FIRST",
    "never, CHANNELS_LAST",
    "never, CHANNELS_FIRST"
  })
  void stepsMakeNothingAnew(String winograd, DataFormat format) {
    System.setProperty(Winograd.PROPERTY, winograd);
    int few = 3;
    int many = 13;
    Made a = run(format, few);
    Made b = run(format, many);
    for (Made made : List.of(a, b)) {
      assertEquals(0, made.primitives, "oneDNN primitives");
      assertEquals(0, made.buffers, "buffers");
      assertEquals(0, made.pointers, "native objects of JavaCPP");
    }
    long perStep = (b.javaBytes - a.javaBytes) / (many - few);
    assertTrue(perStep < LEAST_BYTES, perStep + " bytes of Java heap for each step");
  }

  private Made run(DataFormat format, int steps) {
    Window window = new Window(List.of(3, 3), List.of(1, 1), List.of(1, 1), Padding.SAME, format);
    ConvLstm2d op =
        new ConvLstm2d(
            FILTERS,
            window,
            Activation.TANH,
            Activation.SIGMOID,
            true,
            false,
            true,
            false,
            false,
            false,
            0,
            0);
    boolean last = format == DataFormat.CHANNELS_LAST;
    Shape state = last ? Shape.of(1, SIDE, SIDE, FILTERS) : Shape.of(1, FILTERS, SIDE, SIDE);
    Shape x = last ? Shape.of(1, steps, SIDE, SIDE, 8) : Shape.of(1, steps, 8, SIDE, SIDE);
    List<Shape> in =
        List.of(
            x,
            state,
            state,
            Shape.of(3, 3, 8, 4 * FILTERS),
            Shape.of(3, 3, FILTERS, 4 * FILTERS),
            Shape.of(4 * FILTERS));
    List<NativeBuffer> open = new ArrayList<>();
    try (Plan plan = Kernels.plan(dnnl, op, in, Mode.TRAINING)) {
      assertTrue(
          plan.algorithm().startsWith("Winograd")
              == (dnnl.kernels() != null && System.getProperty(Winograd.PROPERTY).equals("always")),
          plan.algorithm());
      List<NativeBuffer> inputs = all(in, open);
      List<NativeBuffer> outputs = all(op.outputShapes(in), open);
      List<NativeBuffer> outputGradients = all(op.outputShapes(in), open);
      List<NativeBuffer> inputGradients = all(in, open);
      NativeBuffer workspace = one(Shape.of(plan.workspaceBytes() / Float.BYTES + 1), open);
      NativeBuffer reserve = one(Shape.of(plan.reserveBytes() / Float.BYTES + 1), open);
      Plan.Forward forward = new Plan.Forward(inputs, outputs, workspace, reserve, RANDOM);
      Plan.Backward backward =
          new Plan.Backward(
              inputs, outputs, outputGradients, inputGradients, workspace, reserve, RANDOM);
      plan.forward(forward); // loads classes, makes each thread's arrays
      plan.backward(backward);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long thread = Thread.currentThread().getId();
      long primitives = Prim.made();
      long buffers = memory.allocations();
      long pointers = Pointer.totalCount();
      long bytes = threads.getThreadAllocatedBytes(thread);
      plan.forward(forward);
      plan.backward(backward);
      return new Made(
          Prim.made() - primitives,
          memory.allocations() - buffers,
          Math.max(0, Pointer.totalCount() - pointers), // the collector may free older ones
          threads.getThreadAllocatedBytes(thread) - bytes);
    } finally {
      open.forEach(NativeBuffer::close);
    }
  }

  private List<NativeBuffer> all(List<Shape> shapes, List<NativeBuffer> open) {
    return shapes.stream().map(s -> one(s, open)).toList();
  }

  private NativeBuffer one(Shape shape, List<NativeBuffer> open) {
    NativeBuffer b = memory.allocate(DType.FLOAT32, shape);
    open.add(b);
    return b;
  }

  @Test
  void aFailureOfOneDnnIsAnExceptionThatSaysWhere() {
    try (memory.desc layout = Dnnl.desc(new long[] {2, 3}, new long[] {3, 1});
        reorder.primitive_desc primitive =
            new reorder.primitive_desc(dnnl.engine(), layout, dnnl.engine(), layout);
        Prim prim = new Prim(dnnl, new reorder(primitive), primitive)) {
      BackendException e = assertThrows(BackendException.class, prim::run); // without arguments
      assertTrue(e.getMessage().startsWith("onednn: oneDNN failed in "), e.getMessage());
      assertTrue(e.getCause() != null && e.getMessage().contains(e.getCause().getMessage()));
    }
  }
}
