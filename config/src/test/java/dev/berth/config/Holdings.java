package dev.berth.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.domain.ByteSize;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.QmpRequest;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What one machine holds of what can leak, in its QEMU, in the host process and on disk.
 *
 * @param counted how many there are, by what they are
 * @param sized how large it is, by what it is
 */
record Holdings(Map<String, Long> counted, Map<String, ByteSize> sized) {
  static final String QEMU_MEMORY = "QEMU's own memory";
  static final String HOST_HEAP = "used heap of the host process";
  static final String ON_RECORD = "readable copies of what is on record";

  /** What {@link TestHome#defineGuest} gives a guest. */
  private static final ByteSize GUEST_MEMORY = ByteSize.mebibytes(128);

  private static final Pattern MAPPING =
      Pattern.compile("(\\p{XDigit}+)-(\\p{XDigit}+) ..(.). \\p{XDigit}+ \\S+ (\\d+).*");

  private static final Pattern RESIDENT = Pattern.compile("Rss: +(\\d+) kB");

  /** What there is now. */
  static Holdings of(VmHost host, DomainRef domain, Path home) {
    try {
      long pid = host.domain(domain).machine().orElseThrow().pid().orElseThrow();
      Map<String, Long> counted = new TreeMap<>();
      counted.put("devices", size(host, domain, "qom-list", "{\"path\": \"/machine/peripheral\"}"));
      counted.put("objects", size(host, domain, "qom-list", "{\"path\": \"/objects\"}"));
      counted.put("nodes", size(host, domain, "query-named-block-nodes", "{\"flat\": true}"));
      counted.put("fdsets", size(host, domain, "query-fdsets", "{}"));
      counted.put("descriptors of QEMU", entries(Path.of("/proc", Long.toString(pid), "fd")));
      counted.put("descriptors of the host", entries(Path.of("/proc/self/fd")));
      counted.put("files", files(home.resolve("run")));
      return new Holdings(
          counted,
          Map.of(
              QEMU_MEMORY, own(pid),
              HOST_HEAP, usedHeap(),
              ON_RECORD, recorded(home.resolve("recovery"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(VmHost host, DomainRef domain, String command, String arguments)
      throws IOException {
    JsonNode reply =
        Json.read(host.qmp(domain, QmpRequest.of(command, arguments), CallOptions.none()));
    return reply.size();
  }

  private static long entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }

  private static long files(Path tree) throws IOException {
    try (Stream<Path> entries = Files.walk(tree)) {
      return entries.count();
    }
  }

  private static ByteSize recorded(Path copies) throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(copies)) {
      for (Path file : files) {
        bytes += Files.size(file);
      }
    }
    return new ByteSize(bytes);
  }

  private static ByteSize usedHeap() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return new ByteSize(memory.getHeapMemoryUsage().getUsed());
  }

  /**
   * What is resident of QEMU's anonymous mappings, but for its guest's memory and the code that it
   * makes of its guest's: these grow with whatever else the guest does.
   */
  private static ByteSize own(long pid) throws IOException {
    long kibibytes = 0;
    boolean counts = false;
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps"))) {
      Matcher mapping = MAPPING.matcher(line);
      Matcher resident = RESIDENT.matcher(line);
      if (mapping.matches()) {
        long size =
            Long.parseUnsignedLong(mapping.group(2), 16)
                - Long.parseUnsignedLong(mapping.group(1), 16);
        boolean isCode = mapping.group(3).equals("x");
        boolean isAnonymous = mapping.group(4).equals("0");
        counts = isAnonymous && !isCode && size < GUEST_MEMORY.bytes();
      } else if (counts && resident.matches()) {
        kibibytes += Long.parseLong(resident.group(1));
      }
    }
    return new ByteSize(kibibytes << 10);
  }
}
