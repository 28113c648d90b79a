package convlstm4j.backend.cuda;

import convlstm4j.op.ConvLstm2d;
import convlstm4j.option.Activation;
import convlstm4j.option.Activation.Kind;

/**
 * Which of the kernels of cuda/include/gates.h a step takes: their names say what they can do.
 *
 * @param pair of activations, or any, chosen by {@link #functions}
 * @param border whether states may have a border
 * @param peephole whether it has peepholes
 * @param mask whether it has masks of steps
 * @param dropout whether it makes copies of h, each times a mask
 * @param pack elements that a thread takes at once
 */
record GateKernel(
    String pair, boolean border, boolean peephole, boolean mask, boolean dropout, int pack) {
  private static final int PACK = 4;
  private static final String ANY = "any";

  /** kFunctionStep of cuda/include/gates.h. */
  private static final int FUNCTION_STEP = 256;

  /** The kernel of an op's steps; {@code dropout}: of those with recurrent dropout. */
  static GateKernel of(ConvLstmSizes d, boolean dropout) {
    ConvLstm2d op = d.op;
    Activation ra = op.recurrentActivation();
    boolean common =
        op.activation().kind() == Kind.TANH
            && switch (ra.kind()) {
              case SIGMOID, HARD_SIGMOID_KERAS2, HARD_SIGMOID_KERAS3 -> true;
              default -> false;
            };
    if (!common) {
      return new GateKernel(ANY, true, op.peephole(), true, true, 1);
    }
    String pair = Functions.name(ra) + "_" + Functions.name(op.activation());
    boolean border = d.hidden.hasBorder();
    boolean options = border || op.peephole() || op.masked() || dropout;
    int pack = !options && d.pixels % PACK == 0 ? PACK : 1;
    return new GateKernel(pair, options, op.peephole(), op.masked(), dropout, pack);
  }

  /** What the kernels of any pair choose the activations by. */
  static int functions(ConvLstm2d op) {
    return Functions.number(op.recurrentActivation())
        + FUNCTION_STEP * Functions.number(op.activation());
  }

  /** Its name in a pass: forward, infer or backward. */
  String name(String pass) {
    String options =
        (peephole ? "_peephole" : "") + (mask ? "_mask" : "") + (dropout ? "_dropout" : "");
    String end = options.isEmpty() && border ? "_border" : options;
    return "gates_" + pass + "_" + pair + end + (pack > 1 ? "_x" + pack : "");
  }
}
