package dev.berth.cli;

import dev.berth.error.BerthException;
import dev.berth.host.DomainRef;
import dev.berth.host.VmHost;
import dev.berth.json.Json;
import dev.berth.schema.AgentCommands;
import dev.berth.schema.QmpSchema;
import dev.berth.schema.SchemaCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The words that shells offer after {@code vmctl qmp …}: names of domains, then the commands of
 * that domain's QEMU, then the arguments of that command. After {@code vmctl agent …} the commands
 * are those of guest agents.
 */
final class QmpWords {
  /** Options before or among the words that have a value of their own. */
  private static final Set<String> WITH_VALUE = withValue();

  private QmpWords() {}

  private static Set<String> withValue() {
    Set<String> all = new TreeSet<>(GlobalOptions.WITH_VALUE);
    all.add("--deadline");
    return Set.copyOf(all);
  }

  /**
   * What may come next; nothing when that cannot be told now.
   *
   * @param typed the words of the command line so far, {@code vmctl} not among them
   */
  static List<String> after(List<String> typed, VmHost host) throws IOException {
    List<String> words = withoutOptions(typed);
    boolean agents = !words.isEmpty() && words.get(0).equals("agent");
    if (words.isEmpty() || !(agents || words.get(0).equals("qmp"))) {
      return List.of();
    }
    try {
      if (words.size() == 1) {
        return host.list().stream().map(domain -> domain.name().text()).toList();
      }
      QmpSchema schema = agents ? AgentCommands.schema() : schema(host, words.get(1));
      return words.size() == 2
          ? List.copyOf(schema.commandNames())
          : arguments(schema, words.get(2));
    } catch (BerthException noneToOffer) {
      return List.of();
    }
  }

  private static List<String> withoutOptions(List<String> typed) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < typed.size(); i++) {
      if (WITH_VALUE.contains(typed.get(i))) {
        boolean isApart = i + 1 < typed.size() && typed.get(i + 1).equals("="); // as bash has it
        i += isApart ? 2 : 1;
      } else if (!typed.get(i).startsWith("-")) {
        words.add(typed.get(i));
      }
    }
    return words;
  }

  private static QmpSchema schema(VmHost host, String domain) throws IOException {
    return QmpSchema.read("", Json.read(host.qmpSchema(DomainRef.of(domain))));
  }

  private static List<String> arguments(QmpSchema schema, String command) {
    return schema.command(command).map(SchemaCommand::argumentNames).orElse(Set.of()).stream()
        .sorted()
        .map(argument -> argument + "=")
        .toList();
  }
}
