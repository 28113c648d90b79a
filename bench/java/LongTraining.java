import convlstm4j.data.Batch;
import convlstm4j.io.checkpoint.Checkpoint;
import convlstm4j.model.Compile;
import convlstm4j.model.InputPlace;
import convlstm4j.model.Model;
import convlstm4j.objective.Loss;
import convlstm4j.optim.Adam;
import convlstm4j.tensor.DType;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Training steps of the article's network on one video of noise, bytes, with random scores to learn: MODEL FRAMES STEPS
 * BYTES (0 for what is free) [FRAMES AT A TIME].
 */
public class LongTraining {
  private static final int SIZE = 400;

  public static void main(String[] args) throws IOException {
    int frames = Integer.parseInt(args[1]);
    long memory = Long.parseLong(args[3]);
    try (Model model = Checkpoint.load(Path.of(args[0]), m -> m.backend("onednn"))) {
      model.compile(Compile.with(new Adam(1e-4)).loss(Loss.binaryCrossentropy()));
      if (memory > 0) {
        model.memory(memory);
      }
      if (args.length > 4) {
        model.stretch(Integer.parseInt(args[4]));
      }
      Shape shape = Shape.of(1, frames, 3, SIZE, SIZE);
      System.err.println(model.planTraining(InputPlace.PIXELS, shape));
      Random random = new Random(1);
      byte[] pixels = new byte[frames * 3 * SIZE * SIZE];
      random.nextBytes(pixels);
      List<Tensor> targets = new ArrayList<>();
      for (int k = 0; k < model.network().outputs().size(); k++) {
        Tensor t = Tensor.zeros(DType.FLOAT32, Shape.of(1, frames, 1));
        for (int i = 0; i < frames; i++) {
          t.set(i, random.nextInt(2));
        }
        targets.add(t);
      }
      Batch batch = new Batch(List.of(Tensor.ofPixels(pixels, shape)), targets, List.of(), "noise");
      for (int step = 0; step < Integer.parseInt(args[2]); step++) {
        long start = System.nanoTime();
        double loss = model.trainOnBatch(batch).get("loss");
        System.out.printf("step %d: loss %.6f, %.1f s%n", step + 1, loss, (System.nanoTime() - start) / 1e9);
      }
    }
  }
}
