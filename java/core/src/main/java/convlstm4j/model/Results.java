package convlstm4j.model;

import convlstm4j.tensor.Tensor;
import java.util.List;

/**
 * What a step yields: per output the unweighted loss (0 where there is none), prediction, target
 * and weights (null where no metric asks for them), and the total loss.
 */
record Results(
    double total,
    List<Double> losses,
    List<Tensor> predictions,
    List<Tensor> targets,
    List<Tensor> weights,
    long samples) {}
