package dev.berth.machine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.json.Json;
import dev.berth.machine.AssemblyStep.Execute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An fdset of the host's own, and the block node for which it is there.
 *
 * @param number its number
 * @param node the name of the node that opens it
 */
public record OwnFdset(long number, String node) {
  private static final Pattern PATH = Pattern.compile("/dev/fdset/([0-9]{1,18})(?![0-9])");

  /** Every one that a machine has on record; a node that came anew has the one it came with. */
  public static List<OwnFdset> of(LaunchRecord launch) {
    Map<String, OwnFdset> all = new LinkedHashMap<>();
    List<String> argv = launch.argv();
    for (int i = 1; i < argv.size(); i++) {
      if (argv.get(i - 1).equals("-blockdev")) {
        ofNode(read(argv.get(i))).ifPresent(set -> all.put(set.node(), set));
      }
    }
    for (AssemblyStep step : launch.assembly()) {
      if (step instanceof Execute execute && execute.command().equals("blockdev-add")) {
        ofNode(execute.arguments()).ifPresent(set -> all.put(set.node(), set));
      }
    }
    return List.copyOf(all.values());
  }

  /** The numbers of the fdsets that are named anywhere in there. */
  public static List<Long> namedIn(JsonNode value) {
    Matcher paths = PATH.matcher(Json.text(value));
    return paths.results().map(path -> Long.valueOf(path.group(1))).toList();
  }

  private static Optional<OwnFdset> ofNode(JsonNode node) {
    return namedIn(node).stream()
        .findFirst()
        .map(number -> new OwnFdset(number, node.path("node-name").asText()));
  }

  private static JsonNode read(String word) {
    try {
      return Json.read(word);
    } catch (IOException checked) {
      throw new UncheckedIOException("a word of a command line that was JSON", checked);
    }
  }
}
