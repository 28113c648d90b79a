package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnStatus;

/**
 * cuDNN's algorithms for one pass of a convolution, in the order of its own heuristics, as far as
 * they give the same bits in every run, stay under the workspace limit and, unless rounding is
 * allowed, add up plain float32 products. That cuDNN lists an algorithm does not say that it will
 * run: one that refuses goes, and the next has its turn.
 */
final class Algorithms {
  private static final int MOST = 16;
  private static final int MIB = 20;

  /** Statuses of cuDNN 9 that say that an algorithm cannot do it here: from, to. */
  private static final int NOT_SUPPORTED = 3000;

  private static final int EXECUTION_FAILED = 5000;

  private final Pass pass;
  private final Geometry geometry;
  private final List<Algorithm> left = new ArrayList<>();
  private final List<String> refused = new ArrayList<>();

  /**
   * How a convolution is computed.
   *
   * @param number cuDNN's number of the algorithm
   * @param name for people
   * @param workspaceBytes what it needs
   */
  record Algorithm(int number, String name, long workspaceBytes) {}

  /** What a choice depends on. */
  private record Key(
      Pass pass,
      Geometry geometry,
      long images,
      long xDistance,
      long yDistance,
      boolean mayRound,
      long limit) {}

  /** What cuDNN says about an algorithm. */
  private record Candidate(int number, int status, long memory, int determinism, int mathType) {}

  private Algorithms(Pass pass, Geometry geometry) {
    this.pass = pass;
    this.geometry = geometry;
  }

  /** What the choice depends on. */
  static Object key(
      Pass pass,
      Geometry g,
      long images,
      long xDistance,
      long yDistance,
      Descriptors d,
      long limit) {
    return new Key(pass, g, images, xDistance, yDistance, d.mayRound, limit);
  }

  /**
   * The algorithms for a convolution.
   *
   * @throws BackendException if none fits
   */
  static Algorithms of(Cudnn cudnn, Pass pass, Geometry g, Descriptors d, long limit) {
    Algorithms all = new Algorithms(pass, g);
    for (Candidate c : candidates(cudnn, pass, d)) {
      all.look(cudnn, d, c, limit);
    }
    all.best();
    return all;
  }

  private void look(Cudnn cudnn, Descriptors d, Candidate c, long limit) {
    boolean exact =
        !pass.rounds(c.number)
            && (c.mathType == cudnnMathType.CUDNN_FMA_MATH
                || c.mathType == cudnnMathType.CUDNN_DEFAULT_MATH);
    String name = pass.nameOf(c.number);
    if (c.status != cudnnStatus.CUDNN_STATUS_SUCCESS) {
      refused.add(name + ": " + Driver.status(c.status));
    } else if (c.determinism != cudnnDeterminism.CUDNN_DETERMINISTIC) {
      refused.add(name + ": other bits in every run");
    } else if (!exact && !d.mayRound) {
      refused.add(name + ": rounds more than float32 does");
    } else {
      long[] bytes = new long[1];
      int status = workspace(cudnn, d, c.number, bytes);
      if (status != 0) {
        refuse(new Algorithm(c.number, name, 0), status, nameOfWorkspaceCall());
      } else if (bytes[0] > limit) {
        refused.add(
            name
                + ": wants "
                + (bytes[0] >> MIB)
                + " MiB of workspace, allowed are "
                + (limit >> MIB)
                + " (-D"
                + Settings.WORKSPACE
                + ")");
      } else {
        left.add(new Algorithm(c.number, name, bytes[0]));
      }
    }
  }

  /**
   * The first that has not refused.
   *
   * @throws BackendException if all have, saying why each
   */
  Algorithm best() {
    if (left.isEmpty()) {
      throw new BackendException(
          CudaBackend.NAME
              + ": none of cuDNN's algorithms computes the "
              + pass.nameInCalls()
              + " pass of "
              + geometry
              + (refused.isEmpty() ? ": it names none" : ": tried " + String.join("; ", refused)));
    }
    return left.get(0);
  }

  /**
   * Drops an algorithm that cannot do it, so that {@link #best} is another.
   *
   * @param status what cuDNN said
   * @param call the function that said it
   * @throws BackendException if the status is about something else than the algorithm
   */
  void refuse(Algorithm a, int status, String call) {
    if (status < NOT_SUPPORTED || status >= EXECUTION_FAILED) {
      throw Driver.failure(call, status);
    }
    refuse(a, Driver.status(status));
  }

  /** Drops an algorithm. */
  void refuse(Algorithm a, String why) {
    left.remove(a);
    refused.add(a.name + ": " + why);
  }

  private static List<Candidate> candidates(Cudnn cudnn, Pass pass, Descriptors d) {
    int[] count = new int[1];
    List<Candidate> all = new ArrayList<>();
    switch (pass) {
      case FORWARD -> {
        var p = new cudnnConvolutionFwdAlgoPerf[MOST];
        fill(p, cudnnConvolutionFwdAlgoPerf::new);
        Driver.cudnn(
            "cudnnGetConvolutionForwardAlgorithm_v7",
            () ->
                JCudnn.cudnnGetConvolutionForwardAlgorithm_v7(
                    cudnn.handle(), d.x, d.w, d.convolution, d.y, MOST, count, p));
        for (int i = 0; i < count[0]; i++) {
          all.add(
              new Candidate(p[i].algo, p[i].status, p[i].memory, p[i].determinism, p[i].mathType));
        }
      }
      case BACKWARD_DATA -> {
        var p = new cudnnConvolutionBwdDataAlgoPerf[MOST];
        fill(p, cudnnConvolutionBwdDataAlgoPerf::new);
        Driver.cudnn(
            "cudnnGetConvolutionBackwardDataAlgorithm_v7",
            () ->
                JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                    cudnn.handle(), d.w, d.y, d.convolution, d.x, MOST, count, p));
        for (int i = 0; i < count[0]; i++) {
          all.add(
              new Candidate(p[i].algo, p[i].status, p[i].memory, p[i].determinism, p[i].mathType));
        }
      }
      case BACKWARD_FILTER -> {
        var p = new cudnnConvolutionBwdFilterAlgoPerf[MOST];
        fill(p, cudnnConvolutionBwdFilterAlgoPerf::new);
        Driver.cudnn(
            "cudnnGetConvolutionBackwardFilterAlgorithm_v7",
            () ->
                JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                    cudnn.handle(), d.x, d.y, d.convolution, d.w, MOST, count, p));
        for (int i = 0; i < count[0]; i++) {
          all.add(
              new Candidate(p[i].algo, p[i].status, p[i].memory, p[i].determinism, p[i].mathType));
        }
      }
    }
    return all;
  }

  private static <T> void fill(T[] array, Supplier<T> maker) {
    for (int i = 0; i < array.length; i++) {
      array[i] = maker.get();
    }
  }

  private String nameOfWorkspaceCall() {
    return "cudnnGetConvolution" + pass.nameInCalls() + "WorkspaceSize";
  }

  /** Asks what an algorithm needs; the status of the call. */
  private int workspace(Cudnn cudnn, Descriptors d, int algorithm, long[] bytes) {
    return Driver.statusOf(
        nameOfWorkspaceCall(),
        () ->
            switch (pass) {
              case FORWARD ->
                  JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                      cudnn.handle(), d.x, d.w, d.convolution, d.y, algorithm, bytes);
              case BACKWARD_DATA ->
                  JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                      cudnn.handle(), d.w, d.y, d.convolution, d.x, algorithm, bytes);
              case BACKWARD_FILTER ->
                  JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                      cudnn.handle(), d.x, d.y, d.convolution, d.w, algorithm, bytes);
            });
  }
}
