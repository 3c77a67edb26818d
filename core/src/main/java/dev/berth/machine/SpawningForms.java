package dev.berth.machine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The commands by which QEMU starts another program. Under {@code -sandbox …,spawn=deny} the kernel
 * does not let it, and how QEMU takes that depends on its version: 7.2 is killed with its guest,
 * later ones answer with an error. So they are refused before they are sent.
 */
public final class SpawningForms {
  private static final String EXEC = "exec:";

  /** Members of {@code netdev_add} that name a program; {@code no} means none. */
  private static final List<String> PROGRAMS = List.of("script", "downscript", "helper");

  /** Members of a {@code tap} that come with one that somebody else has set up. */
  private static final Set<String> OPENED = Set.of("fd", "fds");

  private SpawningForms() {}

  /** Whether a QEMU of that command line is kept from starting programs. */
  public static boolean areDenied(List<String> argv) {
    for (int i = 1; i < argv.size(); i++) {
      if (argv.get(i - 1).equals("-sandbox")
          && List.of(argv.get(i).split(",")).contains("spawn=deny")) {
        return true;
      }
    }
    return false;
  }

  /**
   * What that command would have QEMU start; empty when it would not. Constant time for commands
   * that never do.
   */
  public static Optional<String> in(String command, JsonNode arguments) {
    return switch (command) {
      case "migrate", "migrate-incoming" -> migration(arguments);
      case "netdev_add" -> network(arguments);
      case "human-monitor-command" -> typed(arguments.path("command-line").asText());
      default -> Optional.empty();
    };
  }

  private static Optional<String> migration(JsonNode arguments) {
    if (arguments.path("uri").asText().startsWith(EXEC)) {
      return Optional.of("the program of an 'exec:' address");
    }
    for (JsonNode channel : arguments.path("channels")) {
      if (channel.path("addr").path("transport").asText().equals("exec")) {
        return Optional.of("the program of a channel with the transport 'exec'");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> network(JsonNode arguments) {
    String type = arguments.path("type").asText();
    return switch (type) {
      case "bridge" -> Optional.of("the helper of a network of type 'bridge'");
      case "passt" -> Optional.of("passt");
      case "tap" -> tap(arguments);
      case "user" -> user(arguments);
      default -> Optional.empty();
    };
  }

  /** Without a word about scripts QEMU runs {@code /etc/qemu-ifup}. */
  private static Optional<String> tap(JsonNode arguments) {
    for (String program : PROGRAMS) {
      String value = arguments.path(program).asText("no");
      if (!value.equals("no")) {
        return Optional.of("'" + program + "' of a network of type 'tap'");
      }
    }
    boolean isOpened = OPENED.stream().anyMatch(arguments::has);
    boolean isSilent = !arguments.has("script") || !arguments.has("downscript");
    return !isOpened && isSilent
        ? Optional.of("the scripts of a network of type 'tap'; say 'no' for both")
        : Optional.empty();
  }

  private static Optional<String> user(JsonNode arguments) {
    if (arguments.has("smb")) {
      return Optional.of("smbd");
    }
    for (JsonNode forward : arguments.path("guestfwd")) {
      if (forward.path("str").asText().contains("-cmd:")) {
        return Optional.of("the program of a 'guestfwd'");
      }
    }
    return Optional.empty();
  }

  /** The human monitor's own forms of the above: {@code netdev_add TYPE,KEY=VALUE,...}. */
  private static Optional<String> typed(String line) {
    String[] words = line.strip().split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    return switch (words[0]) {
      case "migrate", "migrate_incoming" -> migration(Json.object().put("uri", lastWord(rest)));
      case "netdev_add" -> network(options(rest));
      default -> Optional.empty();
    };
  }

  private static String lastWord(String text) {
    return text.substring(text.lastIndexOf(' ') + 1);
  }

  private static ObjectNode options(String text) {
    ObjectNode options = Json.object();
    for (String option : text.split(",")) {
      String[] parts = option.split("=", 2);
      if (parts.length == 1) {
        options.put("type", parts[0].strip());
      } else if (parts[0].equals("guestfwd")) {
        options.withArray("guestfwd").addObject().put("str", parts[1]);
      } else {
        options.put(parts[0], parts[1].strip());
      }
    }
    return options;
  }
}
