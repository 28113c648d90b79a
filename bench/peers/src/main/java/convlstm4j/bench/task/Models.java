package convlstm4j.bench.task;

import convlstm4j.cli.article.Architectures;
import convlstm4j.cli.demo.Demo;
import convlstm4j.graph.Symbol;
import convlstm4j.layer.ConvLSTM2D;
import convlstm4j.layer.Input;
import convlstm4j.model.Model;
import convlstm4j.option.Padding;
import convlstm4j.program.Parameter;
import convlstm4j.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The models that tasks are made of. */
public final class Models {
  private static final List<String> GENRES =
      List.of("comedy", "action", "horror", "thriller", "musical", "other");

  private static final int KERNEL = 3;

  private Models() {}

  /**
   * The model of a task.
   *
   * @param task a layer, which becomes a model of one layer, or an article's network
   * @return the model, not compiled
   */
  public static Model of(Task task) {
    if (task.kind() == Task.Kind.MODEL) {
      return article(task.name());
    }
    Symbol x = Input.batchShape(task.x().dims());
    int filters = (int) task.outputs().get("y").dim(-1);
    ConvLSTM2D layer = new ConvLSTM2D(filters, KERNEL).padding(Padding.SAME).returnSequences(true);
    return Model.of(x, layer.apply(x));
  }

  /**
   * The weights of a task's model by their names in the task.
   *
   * @param task which task
   * @param model from {@link #of}
   * @return name to weight
   */
  public static Map<String, Parameter> weights(Task task, Model model) {
    if (task.kind() == Task.Kind.MODEL) {
      return Roles.of(model.network());
    }
    Map<String, Parameter> weights = new LinkedHashMap<>();
    model.network().parameters().forEach(p -> weights.put(p.localName(), p));
    return weights;
  }

  static Model article(String task) {
    return switch (task) {
      case Tasks.DEMO -> Demo.convLstm();
      case Tasks.ARTICLE -> Architectures.convLstm(Shape.of(3, 400, 400), GENRES, 8, 8, 32);
      case Tasks.TINY_ARTICLE ->
          Architectures.convLstm(Shape.of(3, 8, 8), GENRES.subList(0, 2), 2, 2, 4);
      default -> throw new IllegalArgumentException("task \"" + task + "\" is no network");
    };
  }

  static Shape batchShape(String task) {
    return switch (task) {
      case Tasks.DEMO -> Demo.batchShape();
      case Tasks.ARTICLE -> Shape.of(1, 16, 3, 400, 400);
      case Tasks.TINY_ARTICLE -> Shape.of(2, 3, 3, 8, 8);
      default -> throw new IllegalArgumentException("task \"" + task + "\" is no network");
    };
  }
}
