package convlstm4j.backend.cuda;

import convlstm4j.backend.BackendException;
import convlstm4j.backend.cuda.Cudnn.Algorithm;
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
 * Chooses cuDNN's algorithms: the one that its own heuristics think fastest among those that give
 * the same bits in every run, stay under the workspace limit and, unless rounding is allowed, add
 * up plain float32 products.
 */
final class Algorithms {
  private static final int MOST = 16;

  private Algorithms() {}

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

  /**
   * Chooses an algorithm.
   *
   * @throws BackendException if none fits
   */
  static Algorithm choose(
      Cudnn cudnn,
      Pass pass,
      Geometry g,
      long images,
      long xDistance,
      long yDistance,
      Descriptors d) {
    boolean mayRound = d.mayRound;
    long limit = Settings.workspaceBytes();
    return cudnn.algorithm(
        new Key(pass, g, images, xDistance, yDistance, mayRound, limit),
        () -> {
          for (Candidate c : candidates(cudnn, pass, d)) {
            boolean exact =
                !pass.rounds(c.number)
                    && (c.mathType == cudnnMathType.CUDNN_FMA_MATH
                        || c.mathType == cudnnMathType.CUDNN_DEFAULT_MATH);
            if (c.status == cudnnStatus.CUDNN_STATUS_SUCCESS
                && c.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC
                && (exact || mayRound)
                && c.memory <= limit) {
              return new Algorithm(
                  c.number, pass.nameOf(c.number), workspace(cudnn, pass, d, c.number));
            }
          }
          throw new BackendException(
              CudaBackend.NAME
                  + ": cuDNN has no deterministic algorithm for the "
                  + pass.nameInCalls()
                  + " pass of "
                  + g
                  + " with at most "
                  + (limit >> 20)
                  + " MiB of workspace; raise -D"
                  + Settings.WORKSPACE);
        });
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

  private static long workspace(Cudnn cudnn, Pass pass, Descriptors d, int algorithm) {
    long[] bytes = new long[1];
    Driver.cudnn(
        "cudnnGetConvolution" + pass.nameInCalls() + "WorkspaceSize",
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
    return bytes[0];
  }
}
