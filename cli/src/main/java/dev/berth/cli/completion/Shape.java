package dev.berth.cli.completion;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What a command line looks like after certain words.
 *
 * @param path the command words, joined by blanks; empty for the beginning
 * @param next the words that go on from there, each with its summary; aliases among them
 * @param aliases other first words for {@code path}
 * @param options that can be given, with those of all commands
 * @param argument what else can be given
 */
record Shape(
    String path, List<Described> next, List<String> aliases, List<Option> options, Value argument) {

  /** A word and what it means. */
  record Described(String word, String summary) {}

  /**
   * An option.
   *
   * @param value what follows it, if anything does
   */
  record Option(List<String> names, String summary, boolean takesValue, Value value) {}

  /** Every shape of a command with subcommands, the beginning first. */
  static List<Shape> all(CommandLine root) {
    List<Shape> shapes = new ArrayList<>();
    collect("", root, shapes);
    return shapes;
  }

  private static void collect(String path, CommandLine command, List<Shape> into) {
    CommandSpec spec = command.getCommandSpec();
    List<Described> next = new ArrayList<>();
    command
        .getSubcommands()
        .forEach((word, each) -> next.add(new Described(word, summary(each.getCommandSpec()))));
    List<Option> options = new ArrayList<>();
    spec.options().forEach(option -> options.add(option(option)));
    Value argument = argument(spec.positionalParameters());
    into.add(new Shape(path, next, List.of(spec.aliases()), options, argument));
    for (Map.Entry<String, CommandLine> each : command.getSubcommands().entrySet()) {
      if (each.getKey().equals(each.getValue().getCommandSpec().name())) { // not an alias
        collect((path + " " + each.getKey()).strip(), each.getValue(), into);
      }
    }
  }

  /** The first one's, unless a later one says what all of them are. */
  private static Value argument(List<PositionalParamSpec> positional) {
    List<Value> all = positional.stream().map(Value::of).toList();
    return all.stream()
        .filter(value -> value.kind() == Value.Kind.QMP)
        .findFirst()
        .or(() -> all.stream().findFirst())
        .orElseGet(() -> new Value(Value.Kind.NONE, List.of()));
  }

  private static Option option(OptionSpec option) {
    boolean takesValue = option.arity().max() > 0;
    return new Option(
        List.of(option.names()), firstSentence(option.description()), takesValue, Value.of(option));
  }

  private static String summary(CommandSpec spec) {
    return firstSentence(spec.usageMessage().description());
  }

  private static String firstSentence(String[] description) {
    String text = String.join(" ", description);
    int end = text.indexOf(". ");
    String sentence = end < 0 ? text : text.substring(0, end);
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }
}
