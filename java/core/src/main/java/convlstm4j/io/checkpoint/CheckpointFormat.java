package convlstm4j.io.checkpoint;

import convlstm4j.model.Model;
import convlstm4j.model.ModelFormat;
import java.nio.file.Path;
import java.util.List;

/** Checkpoints, for {@link Model#load} and {@link Model#save}. */
public final class CheckpointFormat implements ModelFormat {
  /** Found by {@link java.util.ServiceLoader}. */
  public CheckpointFormat() {}

  @Override
  public String description() {
    return "a checkpoint";
  }

  @Override
  public List<String> endings() {
    return List.of(".ckpt");
  }

  @Override
  public boolean holds(Path file) {
    return Checkpoint.isCheckpoint(file);
  }

  @Override
  public Model load(Path file) {
    return Checkpoint.load(file);
  }

  @Override
  public void save(Model model, Path file) {
    Checkpoint.save(model, file);
  }
}
