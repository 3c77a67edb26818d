package dev.berth.machine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What more of a machine's memory is backed with, like what it was started with. Pure. */
public final class MemoryObject {
  /** Begins the word of the command line that describes the machine's memory, if any does. */
  private static final String TYPE = "memory-backend-";

  private static final String MACHINES_OWN = "pc.ram";

  /** A comma that is not doubled. */
  private static final String SEPARATOR = "(?<!,),(?!,)";

  private MemoryObject() {}

  /** The step that makes an object of that id and size, like the machine's own memory. */
  static Execute like(LaunchRecord launch, String id, ByteSize size) {
    Map<String, String> own = ownOf(launch);
    ObjectNode arguments =
        Json.object().put("qom-type", own.get("type")).put("id", id).put("size", size.bytes());
    for (String flag : List.of("share", "prealloc", "hugetlb")) {
      if (own.containsKey(flag)) {
        arguments.put(flag, own.get(flag).equals("on"));
      }
    }
    if (own.containsKey("hugetlbsize")) {
      arguments.put("hugetlbsize", mebibytes(own.get("hugetlbsize")).bytes());
    }
    if (own.containsKey("mem-path")) {
      arguments.put("mem-path", own.get("mem-path"));
    }
    return new Execute("object-add", arguments);
  }

  /** The pages that it has, where these are huge; else of no size. */
  public static ByteSize page(LaunchRecord launch) {
    return mebibytes(ownOf(launch).getOrDefault("hugetlbsize", "0M"));
  }

  /** The directory that it is in a file of, if it is. */
  public static Optional<Path> directory(LaunchRecord launch) {
    return Optional.ofNullable(ownOf(launch).get("mem-path")).map(Path::of);
  }

  /** Whether all of it is taken from the host before the guest runs. */
  public static boolean isTakenAtOnce(LaunchRecord launch) {
    return ownOf(launch).getOrDefault("prealloc", "off").equals("on");
  }

  private static Map<String, String> ownOf(LaunchRecord launch) {
    return launch.argv().stream()
        .filter(word -> word.startsWith(TYPE))
        .map(MemoryObject::properties)
        .filter(properties -> MACHINES_OWN.equals(properties.get("id")))
        .findFirst()
        .orElse(Map.of("type", "memory-backend-ram"));
  }

  /** A size as the command line has it. */
  static ByteSize mebibytes(String text) {
    return ByteSize.mebibytes(Integer.parseInt(text.replace("M", "")));
  }

  /** What a word of the command line says, by its keys; the first value has none. */
  static Map<String, String> properties(String word) {
    Map<String, String> properties = new LinkedHashMap<>();
    Arrays.stream(word.split(SEPARATOR))
        .map(each -> each.replace(",,", ","))
        .forEach(
            each -> {
              int equals = each.indexOf('=');
              properties.put(
                  equals < 0 ? "type" : each.substring(0, equals), each.substring(equals + 1));
            });
    return properties;
  }
}
