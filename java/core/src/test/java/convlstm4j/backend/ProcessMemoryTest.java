package convlstm4j.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import convlstm4j.backend.ProcessMemory.Left;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessMemoryTest {
  private static final long MIB = 1L << 20;
  private static final long KEPT = ProcessMemory.KEPT;

  @TempDir Path root;

  @BeforeEach
  void machine() throws IOException {
    write("proc/meminfo", "MemTotal: 24684084 kB\nMemAvailable: 8388608 kB\n");
    write("proc/self/status", "Name:\tjava\nVmSize:\t 1048576 kB\nVmData:\t  524288 kB\n");
    limits("unlimited", "unlimited");
    write("proc/self/cgroup", "");
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(root.resolve(file).getParent());
    Files.writeString(root.resolve(file), text);
  }

  private void limits(String addresses, String data) throws IOException {
    write(
        "proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max data size             %-20s unlimited            bytes     \n".formatted(data)
            + "Max address space         %-20s unlimited            bytes     \n"
                .formatted(addresses));
  }

  private void check(long bytes, String... words) {
    Left left = ProcessMemory.process(root, 0);
    assertEquals(bytes - KEPT, left.bytes(), left::toString);
    for (String word : words) {
      assertTrue((left.name() + left.remedy()).contains(word), left::toString);
    }
  }

  @Test
  void theMachine() {
    check(8192 * MIB, "machine");
  }

  @Test
  void version2CountsPagesOfFilesAsFree() throws IOException {
    write("proc/self/cgroup", "0::/a/b\n");
    write("sys/fs/cgroup/a/b/memory.max", 1000 * MIB + "\n");
    write("sys/fs/cgroup/a/b/memory.current", 700 * MIB + "\n");
    write(
        "sys/fs/cgroup/a/b/memory.stat",
        "anon 1\nactive_file " + 50 * MIB + "\ninactive_file " + 150 * MIB + "\n");
    check(500 * MIB, "cgroup", "1000 MiB", "a/b/memory.max", "container");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/b", "/../elsewhere", "/gone"})
  void version2LooksAtTheGroupsAround(String path) throws IOException {
    write("proc/self/cgroup", "0::" + path + "\n");
    write("sys/fs/cgroup/a/b/memory.max", "max\n");
    write("sys/fs/cgroup/a/b/memory.current", MIB + "\n");
    write("sys/fs/cgroup/memory.max", 600 * MIB + "\n");
    write("sys/fs/cgroup/memory.current", 100 * MIB + "\n");
    check(500 * MIB, "600 MiB");
  }

  @Test
  void version1() throws IOException {
    write("proc/self/cgroup", "7:cpu,cpuacct:/x\n4:memory:/docker/1f\n0::/\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", 2000 * MIB + "\n");
    write("sys/fs/cgroup/memory/memory.usage_in_bytes", 900 * MIB + "\n");
    write(
        "sys/fs/cgroup/memory/memory.stat",
        "inactive_file 7\ntotal_inactive_file " + 300 * MIB + "\ntotal_active_file 0\n");
    check(1400 * MIB, "2000 MiB", "memory.limit_in_bytes");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    check(8192 * MIB, "machine");
  }

  @Test
  void limitsOfTheProcess() throws IOException {
    limits(String.valueOf(3072 * MIB), "unlimited");
    check(2048 * MIB, "ulimit -v 3145728", "raise ulimit -v");
    limits("unlimited", String.valueOf(1536 * MIB));
    check(1024 * MIB, "ulimit -d 1572864");
  }

  @Test
  void aGrowingHeapTakesMemoryButNoAddresses() throws IOException {
    limits(String.valueOf(3072 * MIB), "unlimited");
    Left left = ProcessMemory.process(root, 1000 * MIB);
    assertEquals(2048 * MIB - KEPT, left.outsideHeap());
    left = ProcessMemory.process(root, 8000 * MIB);
    assertEquals(192 * MIB - KEPT, left.outsideHeap());
    assertTrue(left.name().contains("machine"), left::toString);
    assertTrue(ProcessMemory.process(root, 9000 * MIB).outsideHeap() < 0);
  }

  @Test
  void littleIsNotKeptBackWhole() throws IOException {
    limits(String.valueOf(1024 * MIB + 40 * MIB), "unlimited");
    assertEquals(30 * MIB, ProcessMemory.process(root, 0).bytes());
    limits(String.valueOf(1000 * MIB), "unlimited");
    assertEquals(0, ProcessMemory.process(root, 0).bytes());
  }

  @Test
  void withoutFilesTheMachineIsAsked() {
    Left left = ProcessMemory.process(root.resolve("none"), 0);
    assertTrue(left.bytes() > 0 && left.name().contains("machine"), left::toString);
  }

  @Test
  void theHeapIsSmallerByWhatIsInUse() {
    Left before = ProcessMemory.heap();
    byte[] some = new byte[(int) (16 * MIB)];
    Left after = ProcessMemory.heap();
    assertTrue(before.bytes() <= Runtime.getRuntime().maxMemory());
    assertTrue(after.bytes() <= Runtime.getRuntime().maxMemory() - some.length);
    assertTrue(before.name().contains("-Xmx") && before.remedy().contains("-Xmx"));
    assertEquals(0, ProcessMemory.heapGrowth(0));
  }
}
