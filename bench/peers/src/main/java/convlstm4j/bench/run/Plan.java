package convlstm4j.bench.run;

import convlstm4j.bench.task.Pass;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What to measure and how long.
 *
 * @param tasks names of tasks
 * @param passes what is done with each
 * @param contenders who takes part, absent ones too
 * @param rounds turns of each contender
 * @param limit the longest that one run may take
 * @param budget about the longest that all turns of one contender at one task may take; the slow
 *     get fewer turns
 * @param warmUp how long a contender runs before its times count
 * @param turn about how long one turn lasts
 * @param memory whether peak memory is measured
 * @param folder for data and logs
 */
record Plan(
    List<String> tasks,
    List<Pass> passes,
    List<Contender> contenders,
    int rounds,
    Duration limit,
    Duration budget,
    Duration warmUp,
    Duration turn,
    boolean memory,
    Path folder) {}
