package convlstm4j.model;

import convlstm4j.data.Batch;
import convlstm4j.data.BatchStream;
import convlstm4j.data.Dataset;
import convlstm4j.data.Frames;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What can be done with a model but training it. */
final class Uses {
  private final Session session;
  private final InputForms forms;
  private final DataChecks checks;
  private Consumer<NonFiniteException> nonFinite = new LoggedOnce();

  Uses(Session session, InputForms forms, DataChecks checks) {
    this.session = session;
    this.forms = forms;
    this.checks = checks;
  }

  void onNonFinite(Consumer<NonFiniteException> handler) {
    nonFinite = handler;
  }

  /** Losses and metrics; empty if a stop is asked for in between. */
  Optional<Map<String, Double>> evaluate(
      Objectives objectives, Dataset data, BooleanSupplier stop) {
    Scores scores = new Scores(objectives);
    try (BatchStream stream = data.open(0, 0)) {
      while (stream.hasNext()) {
        if (stop.getAsBoolean()) {
          return Optional.empty();
        }
        Batch batch = stream.next();
        forms.check("evaluate", InputForms.of(batch));
        scores.add(session.engine().evaluate(batch, objectives, nonFinite));
      }
    }
    return Optional.of(scores.logs());
  }

  /** A video that goes on. */
  StreamState stream() {
    return session.engine().stream(e -> nonFinite.accept(e));
  }

  /** The outputs for one batch. */
  List<Tensor> predict(Batch batch) {
    forms.check("predict", InputForms.of(batch));
    return session.engine().predict(batch, nonFinite);
  }

  /** The gradient of a weighted sum of an output. */
  List<Tensor> inputGradients(Batch batch, int output, Tensor weights) {
    forms.check("inputGradients", InputForms.of(batch));
    return session.engine().inputGradients(batch, output, weights);
  }

  /** The outputs for a batch that is read as it is needed. */
  List<Tensor> predict(List<Frames> inputs) {
    forms.check("predict", inputs.stream().map(Frames::form).toList());
    return session.engine().predict(inputs, nonFinite);
  }

  /**
   * The outputs of batch after batch.
   *
   * @param kept of how many batches they stay in memory
   */
  void predict(Dataset data, int kept, BiConsumer<Batch, List<Tensor>> consumer) {
    checks.usable("predict", data, kept);
    try (BatchStream stream = data.open(0, 0)) {
      while (stream.hasNext()) {
        Batch batch = stream.next();
        consumer.accept(batch, predict(batch));
      }
    }
  }
}
