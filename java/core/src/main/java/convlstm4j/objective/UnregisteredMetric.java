package convlstm4j.objective;

import convlstm4j.option.Config;

/**
 * A metric of a kind that was not registered where it was loaded: it is saved again as it was, but
 * cannot be measured.
 *
 * @param config its options
 */
record UnregisteredMetric(Config config) implements Metric {
  @Override
  public String name() {
    return config.text("name", config.className());
  }

  @Override
  public Accumulator start() {
    throw new IllegalArgumentException(
        "metric \""
            + name()
            + "\" is of the kind "
            + config.className()
            + ", which is not registered: load the model with it (CustomMetrics; on the command line"
            + " --classpath JAR), or compile it without (Compile.withoutUnregistered)");
  }

  @Override
  public boolean isRegistered() {
    return false;
  }
}
