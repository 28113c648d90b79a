package convlstm4j.planted;

import convlstm4j.contract.PlantedRun;
import convlstm4j.gpusim.Simulator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes one planted fault after the other active and runs the tests that should find it: {@code
 * java convlstm4j.planted.PlantedFaults FAULTS [NUMBER..]}. Prints those that live; exit code 1 if
 * any does.
 */
public final class PlantedFaults {
  private static final int LONGEST = 150;

  private PlantedFaults() {}

  /**
   * The command.
   *
   * @param args the list of faults; numbers of those to try, otherwise all
   * @throws IOException if the list cannot be read
   */
  public static void main(String[] args) throws IOException {
    List<Fault> faults = Fault.read(Path.of(args[0]));
    Set<Integer> chosen = new TreeSet<>();
    for (String number : List.of(args).subList(1, args.length)) {
      chosen.add(Integer.valueOf(number));
    }
    List<Fault> living = new ArrayList<>();
    int tried = 0;
    for (Fault f : faults) {
      if (!chosen.isEmpty() && !chosen.contains(f.number())) {
        continue;
      }
      tried++;
      String failure = failure(f);
      if (failure == null) {
        living.add(f);
      }
      String end = failure == null ? "LIVES" : "found by " + failure.replaceAll("\\s+", " ");
      System.out.println(f + ": " + end.substring(0, Math.min(end.length(), LONGEST)));
      System.out.flush();
    }
    System.out.println(tried + " faults, " + living.size() + " live");
    living.forEach(f -> System.out.println("  " + f));
    System.out.flush();
    // Without waiting for what broken backends have left behind.
    Runtime.getRuntime().halt(living.isEmpty() ? 0 : 1);
  }

  private static String failure(Fault f) {
    Simulator.plant(f.number());
    Planted.activate(f.number());
    try {
      for (String test : f.tests()) {
        String failure = PlantedRun.failure(test);
        if (failure != null) {
          return failure;
        }
      }
      return null;
    } finally {
      Simulator.plant(0);
      Planted.activate(0);
      Simulator.reset();
    }
  }
}
