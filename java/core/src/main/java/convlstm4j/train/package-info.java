/**
 * What training adds to a network: {@link convlstm4j.train.Optimizer} with its {@link
 * convlstm4j.train.Schedule}, {@link convlstm4j.train.Loss} and {@link convlstm4j.train.Metric}.
 * All are plain options that can be saved ({@link convlstm4j.train.Config}); {@link
 * convlstm4j.train.Updater} holds what an optimiser remembers for one model.
 */
package convlstm4j.train;
