package convlstm4j.model;

import convlstm4j.data.Dataset;
import convlstm4j.graph.Network;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether data fits a model, before work on it begins. */
record DataChecks(Network network, Session session, InputForms forms) {
  /** Whether data can be predicted from or evaluated on. */
  void usable(String what, Dataset data, int kept) {
    Feeds.checkNotEmpty(data, what.equals("predict") ? "data" : "evaluation data");
    forms.check(what, data.inputForms());
    Stateful.check(what, network, () -> session.engine().usedStates(), List.of(data));
    session.engine().room().expect(List.of(data), kept);
  }

  /** Whether data can be trained on; the model remembers its form. */
  void trainable(Dataset data, @Nullable Dataset validation) {
    forms.learn("fit", data.inputForms());
    List<Dataset> all = validation == null ? List.of(data) : List.of(data, validation);
    all.forEach(d -> forms.check("fit", d.inputForms()));
    Stateful.check("fit", network, () -> session.engine().states(), all);
    session.engine().room().expect(all, 0);
  }
}
