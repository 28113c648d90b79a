package convlstm4j.model;

import convlstm4j.backend.Upload;
import convlstm4j.tensor.Shape;
import convlstm4j.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/**
 * A batch that has been checked and may be on its way to the backend.
 *
 * @param feeds its targets and weights by output
 * @param inputs shapes of its inputs
 * @param all its inputs, targets and weights
 * @param upload the same, brought to the backend
 */
record Prepared(
    String description,
    long samples,
    Pass pass,
    Feeds feeds,
    List<Shape> inputs,
    List<Tensor> all,
    Supplier<Upload> upload) {}
