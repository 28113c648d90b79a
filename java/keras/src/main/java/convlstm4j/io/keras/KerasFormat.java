package convlstm4j.io.keras;

import convlstm4j.model.Model;
import convlstm4j.model.ModelFormat;
import java.nio.file.Path;
import java.util.List;

/** Keras's files, for {@link Model#load} and {@link Model#save}. */
public final class KerasFormat implements ModelFormat {
  /** Found by {@link java.util.ServiceLoader}. */
  public KerasFormat() {}

  @Override
  public String description() {
    return "a file of Keras";
  }

  @Override
  public List<String> endings() {
    return List.of(".keras", ".h5");
  }

  @Override
  public boolean holds(Path file) {
    return KerasModels.isKerasFile(file);
  }

  @Override
  public Model load(Path file) {
    return KerasModels.load(file);
  }

  @Override
  public void save(Model model, Path file) {
    KerasModels.save(model, file);
  }
}
