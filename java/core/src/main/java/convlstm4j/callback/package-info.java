/**
 * What happens between epochs: {@link convlstm4j.callback.EarlyStopping}, {@link
 * convlstm4j.callback.ReduceOnPlateau}, {@link convlstm4j.callback.CsvLog}, {@link
 * convlstm4j.callback.ProgressLog}. Each is a {@link convlstm4j.model.Callback}.
 */
package convlstm4j.callback;
