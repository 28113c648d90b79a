package convlstm4j.objective;

import convlstm4j.option.Config;
import convlstm4j.program.Lowering;
import convlstm4j.program.Value;
import java.util.Optional;
import java.util.Set;

/**
 * A loss of one's own that is more than a formula for each element.
 *
 * @param name what it is called
 * @param term the losses of the positions, or one of the whole batch, whose mean with the sample
 *     weights is the loss
 */
public record TermLoss(String name, Term term) implements Loss {
  static final String CLASS_NAME = "TermLoss";

  public TermLoss {
    int steps = term.steps().size();
    if (steps > Term.MOST_STEPS) { // which could be trained with and saved, but not loaded
      throw new IllegalArgumentException(
          "loss \""
              + name
              + "\" has "
              + steps
              + " steps, expected at most "
              + Term.MOST_STEPS
              + "; put arithmetic per element into one formula, Term.of(Formula, ..)");
    }
  }

  static TermLoss restored(Config config) {
    config.allow(Set.of("name", "steps"));
    return new TermLoss(config.text("name", "loss"), Term.parse(config.texts("steps")));
  }

  @Override
  public Config config() {
    return Config.of(CLASS_NAME).with("name", name).with("steps", term.steps());
  }

  @Override
  public Value lower(Lowering g, Value prediction, Value target, Optional<Value> weights) {
    return Positions.mean(g, term.lower(g, prediction, target), weights);
  }
}
